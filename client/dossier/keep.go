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

// Keep puts a claim's papers into the bank's vault, as records of the borrower,
// and into its log, and gives them with the CIDs of their ciphertexts, which
// tell nothing of what they say. A paper that the vault has for this claim is
// not stored again, so that whoever was interrupted or refused begins anew.
func Keep(ctx context.Context, v *vault.Vault, log vault.Log, dir, borrower, claim string, papers []Paper) ([]Paper, error) {
	known, err := kept(v, borrower, claim)
	if err != nil {
		return nil, err
	}
	batch := v.Batch()
	defer batch.Discard()
	out := make([]Paper, len(papers))
	for i, p := range papers {
		at := [2]string{p.Item, p.sha256}
		if known[at] == "" {
			if known[at], err = keep(ctx, batch, filepath.Join(dir, p.Name), borrower, claim, p); err != nil {
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

func keep(ctx context.Context, batch *vault.Batch, path, borrower, claim string, p Paper) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	r, err := batch.Add(ctx, vault.New{Subject: borrower, Schema: Schema, Name: p.Name, Fields: []commitment.Field{
		{Name: FieldClaim, Value: []byte(claim)}, {Name: FieldItem, Value: []byte(p.Item)}}}, f)
	if err != nil {
		return "", err
	}
	return r.CID.String(), nil
}

// kept are the papers of a claim that the vault has, by item and SHA-256.
func kept(v *vault.Vault, borrower, claim string) (map[[2]string]string, error) {
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
		if r.Schema != Schema || r.Erased != "" {
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
		if values[FieldClaim] == claim {
			found[[2]string{values[FieldItem], values[vault.FieldSHA256]}] = r.CID.String()
		}
	}
	return found, nil
}
