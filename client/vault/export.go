package vault

import (
	"context"
	"io"

	"github.com/qingxinlian/qxl/client/vault/blob"
)

// Export writes a record's blob as a CAR, the root first and blocks in the
// order of reading. It needs no key and gives none away.
func (v *Vault) Export(ctx context.Context, id RecordID, w io.Writer) error {
	r, err := v.Record(id)
	if err != nil {
		return err
	}
	if r.Erased != "" {
		return &ErasedError{Record: id, Request: r.Erased}
	}
	return v.explain(id, blob.WriteCAR(ctx, w, r.CID, v.fetch(id.number())))
}
