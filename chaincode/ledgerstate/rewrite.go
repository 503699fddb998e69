//go:build bench

package ledgerstate

// Rewrite writes an aggregate back as it is: what a rule that only copies
// costs, to compare real rules with. Only in programs built with the tag
// bench.
func (k *Kind[S]) Rewrite(ref Ref) Change { return rewrite[S]{k, ref} }

type rewrite[S any] struct {
	kind *Kind[S]
	ref  Ref
}

// Apply implements Change.
func (c rewrite[S]) Apply(v *View, _ Stamp) error {
	p, err := v.page(c.kind.form(), c.ref.ID.Page)
	if err != nil {
		return err
	}
	s := p.at(c.ref.ID.Slot)
	if s == nil {
		return Unknown.At("id", nil, c.ref.No)
	}
	r, err := c.kind.record(s)
	if err != nil {
		return err
	}
	p.put(c.ref.ID.Slot, r)
	return nil
}
