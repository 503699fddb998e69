package disclosure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/wallet"
)

// User asks owners for records.
type User struct {
	Client *book.Client // of the person
	Person *wallet.Person
	Roots  Roots
}

// Got is what a request brought of one record, verified.
type Got struct {
	disclosure.Record
	Receipt  evidencelog.Receipt
	Leaf     evidencelog.Leaf
	Anchored bool            // the receipt's checkpoint stands on the ledger
	Share    *vault.Released // of a whole record
	Sealed   []byte          // the share as it came, for qxl vault open
	Fields   *FieldProof     // of fields
}

// Ask has the request committed, fetches what the owner releases, verifies it,
// has it kept, and has the receipt committed. A refusal is its error, wherever
// it was made; it stands on the ledger in any case. keep may be nil; when it
// fails, body and identity are all there is, since nothing is sent twice.
func (u *User) Ask(ctx context.Context, node, chaincode string, c disclosure.UseContent, identity *age.X25519Identity, keep func(c disclosure.UseContent, body []byte, got []Got) error) ([]Got, error) {
	recipient := identity.Recipient().String()
	c.Recipient = RecipientHash(recipient)
	if err := u.Use(ctx, chaincode, &c); err != nil {
		return nil, err
	}
	body, err := u.Fetch(ctx, node, Ask{Chaincode: chaincode, Use: c, Recipient: recipient})
	if err != nil {
		return nil, err
	}
	got, err := u.Open(ctx, c, body, identity)
	if err != nil {
		return nil, err
	}
	if keep != nil {
		if err := keep(c, body, got); err != nil {
			return got, err
		}
	}
	return got, u.Receive(ctx, chaincode, c.Request, body)
}

// Use has a request committed, or refused.
func (u *User) Use(ctx context.Context, chaincode string, c *disclosure.UseContent) error {
	if c.Number == "" || c.Date == 0 {
		h, err := head(ctx, u.Client)
		if err != nil {
			return err
		}
		if c.Number == "" {
			c.Number = h.Number
		}
		if c.Date == 0 {
			c.Date = h.Date
		}
	}
	def := disclosure.In(chaincode).Use
	if err := def.Check(c); err != nil {
		return err
	}
	r, err := u.Client.Post(ctx, chaincode, def, c)
	switch {
	case err != nil:
		return err
	case r.Refusal != nil:
		return r.Refusal
	case r.Outcome == command.Accepted.String():
		return nil
	}
	// It had been applied before its answer was lost: granted, or refused.
	var a disclosure.ShowAnswer
	if err := u.Client.Ask(ctx, chaincode, disclosure.In(chaincode).Show.DescribeQuery().Name, disclosure.ShowQuery{Number: c.Request}, &a); err != nil {
		return err
	}
	if d := a.Denied; d != nil {
		return &refusal.Refusal{Code: d.Code, Field: d.Field, Limit: d.Limit, Actual: d.Actual}
	}
	return nil
}

// transport is a connection to an owner's node as this person.
func (u *User) transport(owner string) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: clientTLS(u.Person, u.Roots, owner), DisableKeepAlives: true, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 2 * time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// UnavailableError: the owner's node could not be asked, or cannot answer.
type UnavailableError struct {
	Node string
	Err  error
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("the owner's node %s: %v", e.Node, e.Err)
}

// Unwrap is what failed.
func (e *UnavailableError) Unwrap() error { return e.Err }

// Fetch shows a request to the owner's node and gives its answer as it came.
func (u *User) Fetch(ctx context.Context, node string, ask Ask) ([]byte, error) {
	ask.Format = AskFormat
	raw, err := json.Marshal(ask)
	if err != nil {
		return nil, err
	}
	return u.call(ctx, node, ask.Use.Owner, http.MethodPost, pathDisclose, raw)
}

func (u *User) call(ctx context.Context, node, owner, method, path string, body []byte) ([]byte, error) {
	resp, err := u.send(ctx, node, owner, method, path, body)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, &UnavailableError{node, err}
	}
	if len(answer) > maxAnswer {
		return nil, errAnswer("it has more than %d bytes", maxAnswer)
	}
	return answer, nil
}

func (u *User) send(ctx context.Context, node, owner, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(node, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := u.transport(owner).Do(req)
	if err != nil {
		return nil, &UnavailableError{node, err}
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 16<<10))
	var no refusedAnswer
	if resp.StatusCode == http.StatusForbidden && json.Unmarshal(text, &no) == nil && no.Refusal != nil {
		return nil, &RefusedError{no.Refusal, no.Recorded}
	}
	return nil, &UnavailableError{node, fmt.Errorf("%s: %s", resp.Status, strings.TrimSpace(string(text)))}
}

// Open verifies an answer and opens what is in it.
func (u *User) Open(ctx context.Context, c disclosure.UseContent, body []byte, identity age.Identity) ([]Got, error) {
	var a Answer
	if err := decode(body, &a); err != nil || a.Format != AnswerFormat {
		return nil, errAnswer("not an answer of format %s", AnswerFormat)
	}
	if a.Request != c.Request || a.Owner != c.Owner || len(a.Records) != len(c.Records) {
		return nil, errAnswer("it is the answer to another request")
	}
	var all []Got
	for i, part := range a.Records {
		if field := differs(disclosure.Terms{Records: []disclosure.Record{part.Record}}, disclosure.Terms{Records: c.Records[i : i+1]}); field != "" {
			return nil, errAnswer("record %d is not the one that was asked for", i+1)
		}
		g, err := open(part, c.Fields, identity)
		if err != nil {
			return nil, err
		}
		if g.Anchored, err = Anchored(ctx, u.Client, g.Receipt); err != nil {
			return nil, err
		}
		all = append(all, g)
	}
	return all, nil
}

// open opens what came of one record and holds it to its leaf.
func open(part PartOf, fields []string, identity age.Identity) (Got, error) {
	g := Got{Record: part.Record, Sealed: part.Sealed}
	var err error
	if g.Receipt, err = evidencelog.ParseReceipt([]byte(part.Receipt)); err != nil {
		return g, err
	}
	if g.Leaf, err = evidencelog.DecodeLeaf(g.Receipt.Leaf); err != nil {
		return g, err
	}
	if g.Receipt.Log != part.Log || g.Receipt.Seq != part.Seq || string(g.Receipt.LeafHash[:]) != string(part.Leaf) {
		return g, errAnswer("the receipt is another leaf's than %s %d", part.Log, part.Seq)
	}
	if len(fields) > 0 {
		return g, g.openFields(fields, identity)
	}
	share, err := vault.OpenShare(bytes.NewReader(part.Sealed), identity)
	if err != nil {
		return g, err
	}
	root, err := share.FieldRoot()
	if err != nil {
		return g, err
	}
	if part.Kind != Key || share.CID != g.Leaf.CID.String() || evidencelog.Hash(root) != evidencelog.Hash(g.Leaf.FieldRoot) {
		return g, errAnswer("the key is not that of the record of leaf %s %d", part.Log, part.Seq)
	}
	g.Share = &share
	return g, nil
}

func (g *Got) openFields(names []string, identity age.Identity) error {
	plain, err := unseal(g.Sealed, identity)
	if err != nil {
		return err
	}
	if g.Fields, err = DecodeFields(plain); err != nil {
		return err
	}
	_, r, err := g.Fields.Verify()
	if err != nil {
		return err
	}
	var have []string
	for _, f := range g.Fields.Fields {
		have = append(have, f.Name)
	}
	if r.LeafHash != g.Receipt.LeafHash || !slices.Equal(have, names) {
		return errAnswer("the fields %v of leaf %d are not those that were asked for", have, r.Seq)
	}
	return nil
}

// Anchored proves a receipt's leaf to be in its log: under a checkpoint that
// stands on the ledger, or else under one that the log's key signed.
func Anchored(ctx context.Context, c *book.Client, r evidencelog.Receipt) (bool, error) {
	var at evidence.CheckpointSheet
	err := c.Ask(ctx, command.CommonsName, evidence.ShowCheckpoint.Name, evidence.CheckpointQuery{Origin: r.Log, Size: &r.Size}, &at)
	if err == nil && at.Note == string(r.Checkpoint) {
		cp := evidencelog.Checkpoint{Log: r.Log, Size: r.Size, Root: evidencelog.Hash(at.Root)}
		return true, evidencelog.VerifyInclusion(cp, r.Seq, r.LeafHash, r.Proof)
	}
	if err != nil && !evidence.NoCheckpoint.Is(err) {
		return false, err
	}
	var sheet evidence.LogSheet
	if err := c.Ask(ctx, command.CommonsName, evidence.ShowLog.Name, evidence.LogQuery{Origin: r.Log}, &sheet); err != nil {
		return false, err
	}
	key, err := note.NewVerifier(sheet.Key)
	if err != nil {
		return false, errAnswer("the log %s has no live key", r.Log)
	}
	return false, r.Verify(key)
}

// Receive has the recipient's receipt for an answer committed.
func (u *User) Receive(ctx context.Context, chaincode, request string, body []byte) error {
	c := disclosure.ReceiveContent{Request: request, Sealed: sum(body)}
	var err error
	if c.Head, err = head(ctx, u.Client); err != nil {
		return err
	}
	return post(ctx, u.Client, chaincode, disclosure.In(chaincode).Receive, &c)
}

// Ciphertext fetches the ciphertext of a record that was handed over, a CAR.
func (u *User) Ciphertext(ctx context.Context, node, chaincode string, c disclosure.UseContent, leaf disclosure.Hash, w io.Writer) error {
	q := url.Values{"chaincode": {chaincode}, "request": {c.Request}, "leaf": {fmt.Sprintf("%x", []byte(leaf))}}
	resp, err := u.send(ctx, node, c.Owner, http.MethodGet, pathCiphertext+"?"+q.Encode(), nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, resp.Body)
	return errors.Join(err, resp.Body.Close())
}
