package identity

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	gateway "github.com/hyperledger/fabric-gateway/pkg/identity"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/topology"
)

// authority speaks the REST interface of one organization's fabric-ca.
type authority struct {
	org     string
	url     string
	subject pkix.Name // of every certificate, but for the common name
	hosts   []string  // names in TLS certificates
	root    *x509.Certificate
	rootPEM []byte
	http    *http.Client
	as      *credential // the registrar
}

// credential is a certificate and its key.
type credential struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func (c *credential) certPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.cert.Raw})
}

// Error is a refusal by fabric-ca.
type Error struct {
	Org, Doing string
	Status     int // HTTP
	Code       int // fabric-ca
	Message    string
}

func (e *Error) Error() string {
	return fmt.Sprintf("certificate authority of %s refused to %s: %s (code %d)", e.Org, e.Doing, e.Message, e.Code)
}

func subjectOf(ca topology.CA, org string) pkix.Name {
	optional := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	return pkix.Name{Country: optional(ca.Country), Province: optional(ca.Province), Locality: optional(ca.Locality), Organization: []string{org}}
}

// call sends one request. sign authorizes it, given method, path and body.
func (a *authority) call(ctx context.Context, doing, method, path string, body map[string]any, sign func(*http.Request, []byte) error, result any) error {
	body["caname"] = a.org
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, a.url+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	if err := sign(req, data); err != nil {
		return err
	}
	resp, err := a.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s at the certificate authority of %s: %w", doing, a.org, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	if err != nil {
		return fmt.Errorf("%s at the certificate authority of %s: %w", doing, a.org, err)
	}
	var answer struct {
		Success bool            `json:"success"`
		Result  json.RawMessage `json:"result"`
		Errors  []struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return &Error{Org: a.org, Doing: doing, Status: resp.StatusCode, Message: fmt.Sprintf("answer %s is no JSON", resp.Status)}
	}
	if !answer.Success || resp.StatusCode >= 300 {
		e := &Error{Org: a.org, Doing: doing, Status: resp.StatusCode, Message: resp.Status}
		if len(answer.Errors) > 0 {
			e.Code, e.Message = answer.Errors[0].Code, answer.Errors[0].Message
		}
		return e
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer.Result, result)
}

// token authorizes with a certificate: base64(certificate).base64(signature)
// over method, path, body and certificate.
func (c *credential) token(req *http.Request, body []byte) error {
	b64 := base64.StdEncoding.EncodeToString
	cert := b64(c.certPEM())
	digest := sha256.Sum256([]byte(req.Method + "." + b64([]byte(req.URL.RequestURI())) + "." + b64(body) + "." + cert))
	sign, err := gateway.NewPrivateKeySign(c.key) // low-S
	if err != nil {
		return err
	}
	sig, err := sign(digest[:])
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", cert+"."+b64(sig))
	return nil
}

// register makes an identity known and gives the secret to enrol it with. An
// identity that a killed run has registered gets a new secret.
func (a *authority) register(ctx context.Context, id, typ string, attrs map[string]string) (string, error) {
	secret, err := randomHex()
	if err != nil {
		return "", err
	}
	list := []map[string]any{}
	for name, value := range attrs {
		list = append(list, map[string]any{"name": name, "value": value, "ecert": true})
	}
	body := map[string]any{"id": id, "type": typ, "secret": secret, "max_enrollments": 1, "attrs": list}
	err = a.call(ctx, "register "+id, http.MethodPost, "/api/v1/register", body, a.as.token, nil)
	var refused *Error
	if errors.As(err, &refused) && refused.Status == http.StatusConflict {
		delete(body, "id")
		body["max_enrollments"] = -1 // the one enrolment may have been spent; the secret is forgotten in a moment
		err = a.call(ctx, "change "+id, http.MethodPut, "/api/v1/identities/"+id, body, a.as.token, nil)
	}
	return secret, err
}

const profileTLS = "tls"

// highS bounds how often a certificate is asked for again because its
// signature is high-S: chance would give up once in a million.
const highS = 20

// issue has a certificate made for id by the endpoint enroll or reenroll,
// with a new key or a given one.
func (a *authority) issue(ctx context.Context, endpoint, id, profile string, key *ecdsa.PrivateKey, sign func(*http.Request, []byte) error) (*credential, error) {
	if key == nil {
		var err error
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return nil, err
		}
	}
	request := &x509.CertificateRequest{Subject: a.subject}
	request.Subject.CommonName = id
	body := map[string]any{"profile": profile}
	if profile == profileTLS {
		body["attr_reqs"] = []any{} // a server's certificate needs no attributes
		for _, host := range a.hosts {
			if ip := net.ParseIP(host); ip != nil {
				request.IPAddresses = append(request.IPAddresses, ip)
			} else {
				request.DNSNames = append(request.DNSNames, host)
			}
		}
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, request, key)
	if err != nil {
		return nil, err
	}
	body["certificate_request"] = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	for range highS {
		var result struct{ Cert []byte }
		if err := a.call(ctx, endpoint+" "+id, http.MethodPost, "/api/v1/"+endpoint, body, sign, &result); err != nil {
			return nil, err
		}
		cert, err := wallet.ParseCertificate(result.Cert)
		if err != nil {
			return nil, fmt.Errorf("certificate of %s: %w", id, err)
		}
		if err := a.accept(cert, id, key); err != nil {
			return nil, err
		}
		if wallet.LowS(cert.Signature) {
			return &credential{cert, key}, nil
		}
	}
	return nil, fmt.Errorf("the certificate authority of %s signed high-S %d times in a row", a.org, highS)
}

// accept checks that a certificate is the one that was asked for.
func (a *authority) accept(cert *x509.Certificate, id string, key *ecdsa.PrivateKey) error {
	if cert.Subject.CommonName != id || !key.PublicKey.Equal(cert.PublicKey) {
		return fmt.Errorf("the certificate authority of %s answered for %q instead of %q", a.org, cert.Subject.CommonName, id)
	}
	if err := cert.CheckSignatureFrom(a.root); err != nil {
		return fmt.Errorf("certificate of %s at the authority of %s: %w", id, a.org, err)
	}
	return nil
}

// enroll trades a secret for a certificate.
func (a *authority) enroll(ctx context.Context, id, secret, profile string) (*credential, error) {
	return a.issue(ctx, "enroll", id, profile, nil, func(req *http.Request, _ []byte) error {
		req.SetBasicAuth(id, secret)
		return nil
	})
}

// reenroll has another certificate made for whoever holds c: with the same
// profile and key, it renews. It costs no bcrypt, as enroll does.
func (a *authority) reenroll(ctx context.Context, c *credential, profile string, key *ecdsa.PrivateKey) (*credential, error) {
	return a.issue(ctx, "reenroll", c.cert.Subject.CommonName, profile, key, c.token)
}

// revoke ends an identity and all its certificates; doing it again is no
// error. It gives the authority's whole revocation list, in PEM.
func (a *authority) revoke(ctx context.Context, id string) ([]byte, error) {
	body := map[string]any{"id": id, "reason": "cessationofoperation"}
	if err := a.call(ctx, "revoke "+id, http.MethodPost, "/api/v1/revoke", body, a.as.token, nil); err != nil {
		return nil, err
	}
	var result struct{ CRL []byte }
	err := a.call(ctx, "list revocations", http.MethodPost, "/api/v1/gencrl", map[string]any{}, a.as.token, &result)
	return result.CRL, err
}

func randomHex() (string, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	return hex.EncodeToString(b), nil
}
