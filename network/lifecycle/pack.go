package lifecycle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Connection says where an organization's peer finds its chaincode process and
// how the two recognize each other.
type Connection struct {
	Address    string `json:"address"`
	Timeout    string `json:"dial_timeout"`
	TLS        bool   `json:"tls_required"`
	ClientAuth bool   `json:"client_auth_required"`
	ClientKey  string `json:"client_key"`  // PEM: the peer's own
	ClientCert string `json:"client_cert"` // PEM
	RootCert   string `json:"root_cert"`   // PEM: root of the chaincode's certificate
}

// Package is a chaincode package: what a peer installs.
type Package struct {
	Label string
	ID    string // label and hash of Bytes: the chaincode process's CCID
	Bytes []byte
}

// Pack makes a package whose bytes depend on nothing but its arguments: files
// in fixed order without times, owners or names, stored uncompressed so that no
// compressor's version shows.
func Pack(label string, c Connection) (Package, error) {
	connection, err := json.Marshal(c)
	if err != nil {
		return Package{}, fmt.Errorf("pack chaincode %s: %w", label, err)
	}
	code, err := archive(file{"connection.json", connection})
	if err != nil {
		return Package{}, fmt.Errorf("pack chaincode %s: %w", label, err)
	}
	metadata, err := json.Marshal(struct {
		Type  string `json:"type"`
		Label string `json:"label"`
	}{"ccaas", label})
	if err != nil {
		return Package{}, fmt.Errorf("pack chaincode %s: %w", label, err)
	}
	data, err := archive(file{"metadata.json", metadata}, file{"code.tar.gz", code})
	if err != nil {
		return Package{}, fmt.Errorf("pack chaincode %s: %w", label, err)
	}
	sum := sha256.Sum256(data)
	return Package{Label: label, ID: label + ":" + hex.EncodeToString(sum[:]), Bytes: data}, nil
}

type file struct {
	name string
	data []byte
}

func archive(files ...file) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(z)
	for _, f := range files {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: f.name, Size: int64(len(f.data)), Mode: 0o644, Format: tar.FormatUSTAR}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
