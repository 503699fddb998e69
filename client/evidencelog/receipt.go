package evidencelog

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	tlog "github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// State is how far an entry has come.
type State string

const (
	Sequenced State = "sequenced" // durable in the log, under a checkpoint that the log signed
	Anchored  State = "anchored"  // that checkpoint, or a later one, stands in a block of the ledger
)

// Anchor is where on the ledger a checkpoint over an entry stands.
type Anchor struct {
	Channel string `json:"channel"`
	TxID    string `json:"transaction"`
	Block   uint64 `json:"block"`
}

// Receipt 回执 tells that an entry is in the log. Append returns it when the
// entry is durable and not before.
type Receipt struct {
	Log        string // the log's name, the origin of its checkpoints: qxl/BankAMSP/1
	Seq        uint64
	Leaf       []byte // as hashed; DecodeLeaf reads it
	LeafHash   Hash
	Size       uint64 // leaves under Checkpoint
	Checkpoint []byte // signed note over the tree; shared by the receipts of a call, do not change
	State      State
	Anchor     *Anchor // where State is Anchored
	Proof      []Hash  // inclusion of the leaf in Checkpoint's tree; Append leaves it out, Log.Prove gives it
}

// receiptHeader opens a proof in the text form of C2SP tlog-proof.
const receiptHeader = "c2sp.org/tlog-proof@v1"

// extra is what a receipt carries besides the proof. The leaf is proven by the
// inclusion of its hash; where the anchor is must be looked up on the ledger.
type extra struct {
	Leaf   []byte  `json:"leaf"`
	Anchor *Anchor `json:"anchor,omitempty"`
}

// MarshalText is the receipt as a C2SP tlog-proof: needs the proof of Log.Prove.
func (r Receipt) MarshalText() ([]byte, error) {
	more, err := json.Marshal(extra{r.Leaf, r.Anchor})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", receiptHeader, base64.StdEncoding.EncodeToString(more), r.Seq)
	for _, h := range r.Proof {
		fmt.Fprintln(&b, base64.StdEncoding.EncodeToString(h[:]))
	}
	fmt.Fprintln(&b)
	b.Write(r.Checkpoint)
	return b.Bytes(), nil
}

func errReceipt(en string) error {
	return &invalid.Error{Code: "RECEIPT_FORMAT", Field: "receipt", Zh: "不是存证回执", En: en, Hint: "docs/evidence-format.md says what a receipt looks like"}
}

// ParseReceipt reads what MarshalText writes, and nothing else. It verifies
// nothing: that takes the log's key.
func ParseReceipt(text []byte) (Receipt, error) {
	head, checkpoint, ok := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || len(lines) < 3 || len(lines) > 3+64 || lines[0] != receiptHeader {
		return Receipt{}, errReceipt("does not begin as a proof of inclusion")
	}
	code, isExtra := strings.CutPrefix(lines[1], "extra ")
	index, isIndex := strings.CutPrefix(lines[2], "index ")
	if !isExtra || !isIndex {
		return Receipt{}, errReceipt("lacks the leaf or its index")
	}
	more, err := base64.StdEncoding.DecodeString(code)
	if err != nil {
		return Receipt{}, errReceipt("its leaf is not written in base64")
	}
	var x extra
	if err := json.Unmarshal(more, &x); err != nil {
		return Receipt{}, errReceipt("its leaf is not written as leaves of receipts are")
	}
	r := Receipt{Leaf: x.Leaf, LeafHash: hashLeaf(x.Leaf), Checkpoint: checkpoint, State: Sequenced, Anchor: x.Anchor}
	if x.Anchor != nil {
		r.State = Anchored
	}
	if r.Seq, err = strconv.ParseUint(index, 10, 64); err != nil {
		return Receipt{}, errReceipt("its index is no number")
	}
	for _, line := range lines[3:] {
		h, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(h) != len(Hash{}) {
			return Receipt{}, errReceipt("its proof holds a line that is no hash")
		}
		r.Proof = append(r.Proof, Hash(h))
	}
	var body tlog.Checkpoint
	if _, err := body.Unmarshal(checkpoint); err != nil {
		return Receipt{}, errReceipt("its checkpoint is none")
	}
	r.Log, r.Size = body.Origin, body.Size
	if again, err := r.MarshalText(); err != nil || !bytes.Equal(again, text) {
		return Receipt{}, errReceipt("is not written as receipts are")
	}
	return r, nil
}

// Verify reports nil if the leaf stands at its place in a tree that the log
// with this key signed. Which key the log has, and whether the checkpoint
// stands on the ledger, the ledger says.
func (r Receipt) Verify(key note.Verifier) error {
	c, err := OpenCheckpoint(r.Checkpoint, key)
	if err != nil {
		return err
	}
	return r.check(c)
}

func (r Receipt) check(c Checkpoint) error {
	leaf, err := DecodeLeaf(r.Leaf)
	if err != nil {
		return err
	}
	if r.Log != c.Log || r.Size != c.Size || leaf.Seq != r.Seq || r.LeafHash != hashLeaf(r.Leaf) {
		return fmt.Errorf("the receipt of leaf %d in %s and what it holds do not agree", r.Seq, r.Log)
	}
	return VerifyInclusion(c, r.Seq, r.LeafHash, r.Proof)
}
