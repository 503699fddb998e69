package evidencelog

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
