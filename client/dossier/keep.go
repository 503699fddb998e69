package dossier

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/vault/keys"
)

// Schema and fields of a claim's papers in a vault.
const (
	Schema     = "dossier/1"
	FieldClaim = "claim" // number of the claim
	FieldItem  = "item"  // D01 …
)

// of is what papers belong to: how their records say so.
type of struct {
	schema func(item string) string
	field  string // its name
	number string
}

func (o of) fields(item string) []commitment.Field {
	return []commitment.Field{{Name: o.field, Value: []byte(o.number)}, {Name: FieldItem, Value: []byte(item)}}
}

// Keep puts a claim's papers into the bank's vault, as records of the borrower,
// and into its log, and gives them with the CIDs of their ciphertexts, which
// tell nothing of what they say. A paper that the vault has for this claim is
// not stored again, so that whoever was interrupted or refused begins anew.
func Keep(ctx context.Context, v *vault.Vault, log vault.Log, dir, borrower, claim string, papers []Paper) ([]Paper, error) {
	return of{func(string) string { return Schema }, FieldClaim, claim}.keep(ctx, v, log, dir, borrower, papers)
}

func (o of) keep(ctx context.Context, v *vault.Vault, log vault.Log, dir, borrower string, papers []Paper) ([]Paper, error) {
	known, err := o.kept(v, borrower)
	if err != nil {
		return nil, err
	}
	batch := v.Batch()
	defer batch.Discard()
	out := make([]Paper, len(papers))
	for i, p := range papers {
		at := [2]string{p.Item, p.sha256}
		if known[at] == "" {
			if known[at], err = o.add(ctx, batch, filepath.Join(dir, p.Name), borrower, p); err != nil {
				return nil, fmt.Errorf("%s: %w", p.Name, err)
			}
		}
		p.CID = known[at]
		out[i] = p
	}
	if err := batch.Commit(); err != nil {
		return nil, err
	}
	_, err = v.Enter(ctx, log)
	return out, err
}

func (o of) add(ctx context.Context, batch *vault.Batch, path, borrower string, p Paper) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	r, err := batch.Add(ctx, vault.New{Subject: borrower, Schema: o.schema(p.Item), Name: p.Name, Fields: o.fields(p.Item)}, f)
	if err != nil {
		return "", err
	}
	return r.CID.String(), nil
}

// kept are the papers that the vault has, by item and SHA-256.
func (o of) kept(v *vault.Vault, borrower string) (map[[2]string]string, error) {
	found := map[[2]string]string{}
	subject, err := v.Find(borrower)
	if errors.Is(err, keys.ErrUnknown) {
		return found, nil
	}
	if err != nil {
		return nil, err
	}
	for r, err := range v.Of(subject) {
		if err != nil {
			return nil, err
		}
		if r.Erased != "" {
			continue
		}
		content, err := v.Content(r.ID)
		if err != nil {
			return nil, err
		}
		values := map[string]string{}
		for _, f := range content.Fields {
			values[f.Name] = string(f.Value)
		}
		if item := values[FieldItem]; values[o.field] == o.number && r.Schema == o.schema(item) {
			found[[2]string{item, values[vault.FieldSHA256]}] = r.CID.String()
		}
	}
	return found, nil
}
