package consortium

import (
	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// The tables grow with the platform. What was stored before a field was added
// at the end of these still reads.

// DecodeMsgpack reads the ledger's form.
func (t *Tables) DecodeMsgpack(dec *msgpack.Decoder) error { return ledgerstate.DecodeGrown(dec, t) }

// DecodeMsgpack reads the ledger's form.
func (p *Parameters) DecodeMsgpack(dec *msgpack.Decoder) error {
	return ledgerstate.DecodeGrown(dec, p)
}

// DecodeMsgpack reads the ledger's form.
func (c *Change) DecodeMsgpack(dec *msgpack.Decoder) error { return ledgerstate.DecodeGrown(dec, c) }

// DecodeMsgpack reads the ledger's form.
func (p *Proposal) DecodeMsgpack(dec *msgpack.Decoder) error { return ledgerstate.DecodeGrown(dec, p) }
