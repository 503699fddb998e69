package disclosure

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/vault"
)

// quiet: whoever is no member's learns nothing and writes no log.
var quiet = log.New(io.Discard, "", 0)

func sum(b []byte) disclosure.Hash {
	h := sha256.Sum256(b)
	return h[:]
}

// found is a record with its leaf's receipt of today.
type found struct {
	record  *vault.Record
	receipt evidencelog.Receipt
}

// prepare makes the answer to a request. Keys that it seals stand in the
// vault's list of shares before they do anywhere else.
func (n *Node) prepare(ctx context.Context, shelf *Shelf, r *disclosure.ShowAnswer, ask *Ask) (*Answer, error) {
	names, err := n.Subjects(ctx, ask.Chaincode, r.Subject)
	if err != nil {
		return nil, err
	}
	var all []found
	for _, want := range r.Records {
		f, err := n.find(shelf, want, names)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	a := &Answer{Format: AnswerFormat, Request: r.Request, Owner: n.Person.MSP}
	for i, f := range all {
		part := PartOf{Record: r.Records[i], Kind: Key}
		if len(r.Fields) > 0 {
			part.Kind = Fields
			part.Sealed, err = sealFields(shelf, f, r.Fields, ask.Recipient)
		} else {
			var sealed bytes.Buffer
			_, err = shelf.Vault.Share(f.record.ID, ask.Recipient, r.User.MSP, r.Purpose, "grant "+r.Grant.No+" request "+r.Request, &sealed)
			part.Sealed = sealed.Bytes()
		}
		if err != nil {
			return nil, err
		}
		text, err := f.receipt.MarshalText()
		if err != nil {
			return nil, err
		}
		part.Receipt = string(text)
		a.Records = append(a.Records, part)
	}
	return a, nil
}

// find finds the record of a leaf, if it is the subject's and of the item.
func (n *Node) find(shelf *Shelf, want disclosure.Record, names []string) (found, error) {
	none := disclosure.NoRecord.At("records", nil, fmt.Sprintf("%s %d", want.Log, want.Seq))
	if want.Log != shelf.Log.Name() {
		return found{}, none
	}
	receipt, err := shelf.Log.Prove(want.Seq)
	if err != nil || string(receipt.LeafHash[:]) != string(want.Leaf) {
		return found{}, none
	}
	for record, err := range shelf.Vault.Records() {
		if err != nil {
			return found{}, err
		}
		if record.Log != want.Log || record.Seq != want.Seq {
			continue
		}
		if record.Erased != "" {
			return found{}, disclosure.Erased.At("records", nil, fmt.Sprintf("%s %d", want.Log, want.Seq))
		}
		if n.itemOf(record.Schema) != want.Item {
			return found{}, disclosure.OtherItem.At("records", n.itemOf(record.Schema), want.Item)
		}
		name, err := shelf.Vault.Subject(record.Subject)
		if err != nil {
			return found{}, err
		}
		if !slices.Contains(names, name) {
			return found{}, disclosure.OtherSubject.At("subject", nil, nil)
		}
		return found{record, receipt}, nil
	}
	return found{}, none
}

// itemOf is the data item of a schema.
func (n *Node) itemOf(schema string) string {
	name, _, _ := strings.Cut(schema, "/")
	if item, ok := n.Items[name]; ok {
		return item
	}
	return strings.ToUpper(name)
}

func sealFields(shelf *Shelf, f found, names []string, recipient string) ([]byte, error) {
	d, err := shelf.Vault.Disclose(f.record.ID, names...)
	var unknown *vault.InvalidError
	if errors.As(err, &unknown) {
		return nil, disclosure.NoField.At("fields", nil, unknown.Value)
	}
	if err != nil {
		return nil, err
	}
	p, err := ProveFields(d, f.receipt)
	if err != nil {
		return nil, err
	}
	plain, err := p.Encode()
	if err != nil {
		return nil, err
	}
	return seal(recipient, plain)
}

// ciphertextTo gives the ciphertext of a record that was handed over, to whom
// it was handed over. It is worth nothing without the key.
func (h *handler) ciphertextTo(w http.ResponseWriter, r *http.Request, caller disclosure.Who) {
	q := r.URL.Query()
	chaincode, leaf := q.Get("chaincode"), q.Get("leaf")
	if !h.known(chaincode) {
		http.Error(w, "no such chaincode", http.StatusBadRequest)
		return
	}
	a, err := h.request(r.Context(), chaincode, q.Get("request"))
	if err != nil {
		http.Error(w, "the owner's node cannot answer now", http.StatusServiceUnavailable)
		return
	}
	if a == nil || a.Owner != h.Person.MSP || a.Delivered == nil || a.Status == disclosure.Deleted || len(a.Fields) > 0 || string(a.User.Fingerprint) != string(caller.Fingerprint) {
		http.Error(w, "nothing was handed over", http.StatusForbidden)
		return
	}
	i := slices.IndexFunc(a.Records, func(x disclosure.Record) bool { return fmt.Sprintf("%x", []byte(x.Leaf)) == leaf })
	if i < 0 {
		http.Error(w, "not a record of this request", http.StatusForbidden)
		return
	}
	shelf, err := h.Open(r.Context())
	if err != nil {
		http.Error(w, "the owner's node cannot answer now", http.StatusServiceUnavailable)
		return
	}
	defer shelf.Close()
	for record, err := range shelf.Vault.Records() {
		if err != nil {
			break
		}
		if record.Log == a.Records[i].Log && record.Seq == a.Records[i].Seq && record.Erased == "" {
			w.Header().Set("Content-Type", "application/vnd.ipld.car")
			if err := shelf.Vault.Export(r.Context(), record.ID, &patient{w, http.NewResponseController(w)}); err != nil {
				panic(http.ErrAbortHandler) // so that nobody takes a part for the whole
			}
			return
		}
	}
	http.Error(w, "the record is not there any more", http.StatusGone)
}

// patient gives each chunk a time of its own, however long the whole takes.
type patient struct {
	w    io.Writer
	conn *http.ResponseController
}

func (p *patient) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		if err := p.conn.SetWriteDeadline(time.Now().Add(stall)); err != nil {
			return n, err
		}
		m, err := p.w.Write(b[:min(len(b), chunk)])
		n, b = n+m, b[m:]
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
