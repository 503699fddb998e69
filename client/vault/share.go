package vault

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/ipfs/go-cid"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault/blob"
)

// Share is what is kept of a key that was given away: an erasure here does
// not destroy it there, so its holders must be asked (P13).
type Share struct {
	Record        RecordID  `json:"record"`
	No            uint32    `json:"share"`
	To            string    `json:"to"`            // whom, as MSP or name of the recipient
	Recipient     string    `json:"recipient"`     // age1…, whose key opens it
	Purpose       string    `json:"purpose"`       // 用途
	Authorization string    `json:"authorization"` // reference of the grant and its use on the ledger
	At            time.Time `json:"at"`
}

type storedShare struct {
	Record                                []byte
	To, Recipient, Purpose, Authorization string
	At                                    int64
}

const shareFormat = "qxl-share/1"

// Released is what a share's file holds once its recipient has opened it:
// what it takes to open the record's blob, and its fields.
type Released struct {
	Format        string          `json:"format"`
	Organization  string          `json:"organization"`
	Record        RecordID        `json:"record"`
	CID           string          `json:"cid"`
	Schema        string          `json:"schema"`
	Size          string          `json:"size"` // of the plaintext, decimal
	Key           []byte          `json:"key"`
	Fields        []ReleasedField `json:"fields"`
	To            string          `json:"to"`
	Purpose       string          `json:"purpose"`
	Authorization string          `json:"authorization"`
	At            time.Time       `json:"at"`
}

// ReleasedField is a field of a shared record.
type ReleasedField struct {
	Name  string `json:"name"`
	Value []byte `json:"value"`
}

// ParseRecipient reads an age recipient: the text, or a file's content that
// has one line of it beside comments.
func ParseRecipient(text string) (age.Recipient, string, error) {
	found, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil || len(found) != 1 {
		return nil, "", &InvalidError{Field: "recipient", Limit: "1 age recipient, age1…", Value: strconv.Itoa(len(found)), Zh: "接收方公钥不对", En: "not one age recipient", Hint: "age-keygen -o key.txt makes a key and prints its recipient"}
	}
	s, ok := found[0].(fmt.Stringer)
	if !ok {
		return nil, "", &InvalidError{Field: "recipient", Limit: "age1…", Zh: "接收方公钥不对", En: "a recipient of another kind"}
	}
	return found[0], s.String(), nil
}

// Share writes a record's key for one recipient to w. The share stands in
// the list, on the disk, before the first byte leaves.
func (v *Vault) Share(id RecordID, recipient, to, purpose, authorization string, w io.Writer) (Share, error) {
	for field, value := range map[string]string{"to": to, "purpose": purpose, "authorization": authorization} {
		if value == "" || len(value) > 256 {
			return Share{}, &InvalidError{Field: field, Limit: "1..256 bytes", Value: value, Zh: "共享须写明对象、用途与授权依据", En: "a share names whom, what for and by what authorization"}
		}
	}
	key, name, err := ParseRecipient(recipient)
	if err != nil {
		return Share{}, err
	}
	// Until the share stands in the list no erasure begins: an erasure knows
	// every key that has left.
	v.committing.RLock()
	defer v.committing.RUnlock()
	r, content, dek, err := v.unlock(id)
	if err != nil {
		return Share{}, err
	}
	defer clear(dek)
	s := Share{Record: id, To: to, Recipient: name, Purpose: purpose, Authorization: authorization, At: v.now().UTC().Truncate(time.Second)}
	out := Released{Format: shareFormat, Organization: v.Organization, Record: id, CID: r.CID.String(), Schema: r.Schema,
		Size: strconv.FormatUint(content.Size, 10), Key: dek, To: to, Purpose: purpose, Authorization: authorization, At: s.At}
	for _, f := range content.Fields {
		out.Fields = append(out.Fields, ReleasedField{Name: f.Name, Value: f.Value})
	}
	plain, err := json.Marshal(out)
	if err != nil {
		return Share{}, err
	}
	defer clear(plain)
	var sealed bytes.Buffer
	enc, err := age.Encrypt(&sealed, key)
	if err == nil {
		_, err = enc.Write(plain)
	}
	if err == nil {
		err = enc.Close()
	}
	if err != nil {
		return Share{}, err
	}
	if s.No, err = v.list(s); err != nil {
		return Share{}, err
	}
	_, err = w.Write(sealed.Bytes())
	return s, err
}

// list keeps a share under the record's next number.
func (v *Vault) list(s Share) (uint32, error) {
	v.writing.Lock()
	defer v.writing.Unlock()
	no := uint32(1)
	it := v.records.NewIterator(prefix(numbered(atShare, s.Record.number())), nil)
	defer it.Release()
	if it.Last() && len(it.Key()) == numberedBytes+4 {
		no = binary.BigEndian.Uint32(it.Key()[numberedBytes:]) + 1
	}
	raw, err := ledgerstate.Encode(storedShare{Record: s.Record[:], To: s.To, Recipient: s.Recipient, Purpose: s.Purpose, Authorization: s.Authorization, At: s.At.Unix()})
	if err != nil {
		return 0, err
	}
	return no, v.putSummed(shareKey(s.Record.number(), no), raw)
}

// Shares are the keys given away of a record, or of all where id is zero, in
// order.
func (v *Vault) Shares(id RecordID) ([]Share, error) {
	p := []byte{atShare}
	if id != (RecordID{}) {
		p = numbered(atShare, id.number())
	}
	it := v.records.NewIterator(prefix(p), nil)
	defer it.Release()
	var out []Share
	for it.Next() {
		if bytes.Equal(it.Key(), keySchema) { // begins with the letter of shares
			continue
		}
		var s storedShare
		if err := ledgerstate.Decode(it.Value(), &s); err != nil {
			return nil, err
		}
		if len(it.Key()) != numberedBytes+4 || len(s.Record) != len(id) {
			return nil, errors.New("a share in the list is damaged")
		}
		out = append(out, Share{Record: RecordID(s.Record), No: binary.BigEndian.Uint32(it.Key()[numberedBytes:]), To: s.To, Recipient: s.Recipient,
			Purpose: s.Purpose, Authorization: s.Authorization, At: time.Unix(s.At, 0).UTC()})
	}
	return out, it.Error()
}

// maxReleased bounds what a share's file may make us read.
const maxReleased = 64 << 20

// OpenShare opens a share's file with the recipient's identity.
func OpenShare(r io.Reader, identities ...age.Identity) (Released, error) {
	plain, err := age.Decrypt(r, identities...)
	if err != nil {
		return Released{}, &InvalidError{Field: "key", Zh: "密钥文件打不开：不是给此接收方的，或文件已被改动", En: "the share does not open: " + err.Error(), Hint: "give the identity whose recipient the owner was told"}
	}
	raw, err := io.ReadAll(io.LimitReader(plain, maxReleased))
	if err != nil {
		return Released{}, &InvalidError{Field: "key", Zh: "密钥文件已被改动", En: "the share is damaged: " + err.Error()}
	}
	defer clear(raw)
	return parseReleased(raw)
}

func parseReleased(raw []byte) (out Released, err error) {
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, &InvalidError{Field: "key", Zh: "密钥文件内容不对", En: "not a share: " + err.Error()}
	}
	_, err = out.address()
	_, sizeErr := strconv.ParseUint(out.Size, 10, 63)
	if err := errors.Join(err, sizeErr); err != nil || out.Format != shareFormat || len(out.Key) != blob.KeySize {
		return out, &InvalidError{Field: "key", Limit: shareFormat, Value: out.Format, Zh: "密钥文件内容不对", En: fmt.Sprintf("not a share of this format: %v", err)}
	}
	return out, nil
}

func (r Released) address() (cid.Cid, error) {
	c, err := cid.Decode(r.CID)
	if err == nil {
		err = blob.Addressed(c)
	}
	return c, err
}

// Open decrypts the shared record's blob into w; what w has got is whole only
// once Open returns nil.
func (r Released) Open(ctx context.Context, w io.Writer, fetch blob.Fetch) error {
	root, err := r.address()
	if err != nil {
		return err
	}
	size, err := strconv.ParseUint(r.Size, 10, 63)
	if err != nil {
		return err
	}
	return blob.Open(ctx, w, root, size, r.Key, blob.Binding{Record: r.Record, Schema: r.Schema}, fetch)
}

// FieldRoot is the commitment to the shared record's fields, which must be
// the one in its leaf.
func (r Released) FieldRoot() ([32]byte, error) {
	var fields []commitment.Field
	for _, f := range r.Fields {
		fields = append(fields, commitment.Field{Name: f.Name, Value: f.Value})
	}
	_, commitments, err := commit(r.Key, fields)
	return commitment.Root(commitments), err
}
