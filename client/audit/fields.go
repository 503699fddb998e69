package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/vault/blob"
)

// Field is a field of the record that a bundle opens.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// opened verifies that the opened fields belong to the leaf's record.
func (v *Verdict) opened(d *vault.Disclosed, leaf *evidencelog.Leaf) error {
	if d == nil {
		return nil
	}
	if err := d.Proof.Verify(leaf.FieldRoot, d.Openings); err != nil {
		return refuse(OtherField, "%v", err)
	}
	for _, o := range d.Openings {
		v.Fields = append(v.Fields, Field{o.Name, string(o.Value)})
	}
	return nil
}

// What a file is to a leaf.
const (
	Ciphertext = "ciphertext" // 密文: its address is in the leaf
	Plaintext  = "plaintext"  // 原文: its hash is a field of the record
)

// Match tells what a file is to the leaf of a verdict: the record's
// ciphertext, as a CAR or as the one block that it is; or the record itself,
// if the bundle opens the field of its hash. What is neither is *Refused.
func (v *Verdict) Match(ctx context.Context, file io.ReaderAt, size int64) (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, &patient{ctx, io.NewSectionReader(file, 0, size)}); err != nil {
		return "", err
	}
	hash := sum.Sum(nil)
	if v.CID != "" {
		if h, err := multihash.Encode(hash, multihash.SHA2_256); err == nil && cid.NewCidV1(cid.Raw, h).String() == v.CID {
			return Ciphertext, nil
		}
	}
	if car, err := blob.OpenCAR(file, size); err == nil {
		if car.Root.String() != v.CID {
			return "", refuse(OtherFile, "the ciphertext's address is %s, the leaf's %s", car.Root, v.CID)
		}
		if err := blob.Walk(car.Root, car.Fetch, func(blob.Block) error { return ctx.Err() }); err != nil {
			var damage *blob.DamageError
			if errors.As(err, &damage) {
				return "", refuse(OtherFile, "the ciphertext is damaged: %v", err)
			}
			return "", err
		}
		return Ciphertext, nil
	}
	for _, f := range v.Fields {
		if f.Name == vault.FieldSHA256 {
			if f.Value != hex.EncodeToString(hash) {
				return "", refuse(OtherFile, "the file's SHA-256 is %x, the record's %s", hash, f.Value)
			}
			return Plaintext, nil
		}
	}
	return "", refuse(OtherFile, "it is not the ciphertext of address %s, and the bundle does not open the field %s, by which the record itself could be told", v.CID, vault.FieldSHA256)
}

// patient stops reading when its context ends.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}
