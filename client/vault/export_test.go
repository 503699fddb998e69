package vault

import "errors"

// Dir is the vault's directory.
func (v *Vault) Dir() string { return v.dir }

// SwapRecords and SwapBlocks do what somebody with access to the database may.
func (v *Vault) SwapRecords(a, b RecordID) error {
	x, err := v.records.Get(numbered(atRecord, a.number()), nil)
	y, err2 := v.records.Get(numbered(atRecord, b.number()), nil)
	return errors.Join(err, err2, v.records.Put(numbered(atRecord, a.number()), y, nil), v.records.Put(numbered(atRecord, b.number()), x, nil))
}

func (v *Vault) SwapBlocks(a, b RecordID) error {
	x, err := v.blocks.Get(leafKey(a.number(), 0), nil)
	y, err2 := v.blocks.Get(leafKey(b.number(), 0), nil)
	return errors.Join(err, err2, v.blocks.Put(leafKey(a.number(), 0), y, nil), v.blocks.Put(leafKey(b.number(), 0), x, nil))
}
