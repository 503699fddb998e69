package audit

import (
	"crypto/sha256"
	"path/filepath"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/audit/audittest"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault"
)

const bankLog = "qxl/BankAMSP/1"

// world is a consortium with a bank's log.
type world struct {
	*testing.T
	*audittest.Consortium
	log    *evidencelog.Log
	dir    string
	source Source
}

func logOptions() evidencelog.Options {
	return evidencelog.Options{Passphrase: func() ([]byte, error) { return []byte("a passphrase of these tests"), nil }, WorkFactor: 1}
}

func newWorld(t *testing.T, moreBanks int) *world {
	w := &world{T: t, Consortium: audittest.New(moreBanks), dir: filepath.Join(t.TempDir(), "log")}
	w.source = Source{Blocks: w.Consortium, Height: w.Consortium.Height, Parties: w.Parties()}
	require.NoError(t, evidencelog.Create(w.dir, bankLog, logOptions()))
	log, err := evidencelog.Open(w.dir, logOptions())
	require.NoError(t, err)
	t.Cleanup(func() { log.Close() })
	w.log = log
	return w
}

func cidOf(s string) cid.Cid {
	h, err := multihash.Sum([]byte(s), multihash.SHA2_256, -1)
	if err != nil {
		panic(err)
	}
	return cid.NewCidV1(cid.Raw, h)
}

func entry(no string) evidencelog.Entry {
	root := commitment.Root(commitments(no))
	return evidencelog.Entry{Kind: evidencelog.KindRecord, Subject: sha256.Sum256([]byte("s" + no)), CID: cidOf(no), FieldRoot: root, Schema: "contract/1"}
}

// fieldsOf are the fields of a record: its hash, an amount, an empty remark.
func fieldsOf(no string) []commitment.Field {
	return []commitment.Field{{Name: "amount", Value: []byte("500000.00")}, {Name: "file.sha256", Value: []byte(hexSHA([]byte("plain " + no)))}, {Name: "remark"}}
}

func commitments(no string) [][32]byte {
	_, list, err := commitment.Record(sha256.Sum256([]byte("key "+no)), fieldsOf(no))
	if err != nil {
		panic(err)
	}
	return list
}

// disclosed opens fields of a record.
func disclosed(no string, index ...int) *vault.Disclosed {
	p, err := commitment.Prove(commitments(no), index...)
	if err != nil {
		panic(err)
	}
	d := &vault.Disclosed{Proof: p}
	for _, i := range p.Index {
		f := fieldsOf(no)[i]
		d.Openings = append(d.Openings, commitment.Opening{Field: f, Salt: commitment.Salt(sha256.Sum256([]byte("key "+no)), f.Name)})
	}
	return d
}

// append puts n records into the log.
func (w *world) append(n int) {
	list := make([]evidencelog.Entry, n)
	for i := range list {
		list[i] = entry(string(rune('a' + i)))
	}
	_, err := w.log.Append(w.Context(), list)
	require.NoError(w, err)
}

// anchor anchors the log in a block between others' transactions. It gives the
// anchor, and its transaction's place.
func (w *world) anchor(sequence uint64) (evidencelog.Anchor, uint64) {
	_, note := w.log.Checkpoint()
	x := w.Tx("BankAMSP").Anchor(bankLog, sequence, note)
	other := w.Envelope(w.Tx("CommissionMSP"))
	envelopes := [][]byte{other, w.Envelope(x), w.Envelope(w.Tx("AuditMSP"))}
	a := evidencelog.Anchor{Channel: audittest.Channel, TxID: x.ID(), Block: w.Cut(envelopes...)}
	require.NoError(w, w.log.Anchored(note, a))
	return a, 1
}

func (w *world) prove(seq uint64) evidencelog.Receipt {
	r, err := w.log.Prove(seq)
	require.NoError(w, err)
	return r
}

// confirm lets the next anchor read the head that the last one wrote.
func (w *world) confirm(sequence uint64, a evidencelog.Anchor, index uint64) {
	_, note := w.log.Checkpoint()
	x := w.Tx("BankAMSP").Read(audittest.HeadKey(bankLog), audittest.Version(a.Block, index)).Anchor(bankLog, sequence+1, note)
	w.Cut(w.Envelope(x), w.Envelope(w.Tx("FinanceMSP")))
}

// bundle makes the bundle of a leaf of an anchored and confirmed log.
func (w *world) bundle() (*Trust, *Bundle) {
	w.append(5)
	a, index := w.anchor(1)
	w.confirm(1, a, index)
	b, v, err := w.source.Bundle(w.Context(), w.prove(3))
	require.NoError(w, err)
	require.Equal(w, Confirmed, v.State)
	b.Fields = disclosed("d", 1, 2)
	return w.trust(), b
}

func (w *world) trust() *Trust {
	t, err := w.source.Trust(w.Context())
	require.NoError(w, err)
	return t
}
