package ledger

import (
	"context"
	"time"
)

// Ledger is one person's connection to the consortium's channel. All methods
// may be used concurrently.
type Ledger interface {
	// Submit endorses the call, has it ordered and waits until it is
	// committed on the caller's peer. Errors are *Error, typed by the stage
	// that failed; Error.MayCommit says whether the transaction may still
	// come to be committed.
	Submit(ctx context.Context, call Call) (*Commit, error)

	// Evaluate runs a query on the caller's own organization's peer, or on
	// the first of call.Endorsers if given. Nothing is recorded.
	Evaluate(ctx context.Context, call Call) ([]byte, error)

	// Transaction looks a transaction up by its ID. An unknown one is an
	// *Error with Stage StageQuery and Code "TRANSACTION_UNKNOWN".
	Transaction(ctx context.Context, txID string) (*Transaction, error)

	// Height is the number of blocks that the caller's peer has.
	Height(ctx context.Context) (uint64, error)

	// Engine is "fabric" or "embedded".
	Engine() string

	Close() error
}

// Call names a function of a chaincode. Args are public for ever: function,
// counts and opaque IDs only. What is private travels in Transient, which is
// seen by the endorsers alone and never stored.
type Call struct {
	Chaincode string // "commons" or "book-<bank>"
	Function  string // "loan.Disburse:Submit", "batch:Submit"
	Args      []string
	Transient map[string][]byte
	Endorsers []string // MSP IDs that must endorse; for a query, whose peer to ask
}

// Commit is a transaction that the channel has accepted as valid.
type Commit struct {
	TxID     string
	Block    uint64
	Response []byte
}

// Transaction is what everybody on the channel can see of a transaction.
type Transaction struct {
	TxID       string    `json:"transaction"`
	Block      uint64    `json:"block"`
	Index      int       `json:"index"` // position in the block
	Time       time.Time `json:"time"`
	Validation string    `json:"validation"` // VALID, MVCC_READ_CONFLICT, …
	Chaincode  string    `json:"chaincode"`
	Function   string    `json:"function"`
	Args       []string  `json:"args"`
	Creator    Signer    `json:"creator"`
	Endorsers  []Signer  `json:"endorsers"`
	Response   []byte    `json:"-"` // what the chaincode answered, public
}

// Block is what everybody on the channel can see of a block.
type Block struct {
	Number       uint64
	Previous     []byte // hash of the header before
	Hash         []byte // of this header
	Transactions []BlockTransaction
}

// BlockTransaction is a transaction in a block: what it wrote in private, as
// hashes.
type BlockTransaction struct {
	TxID       string
	Validation string // VALID, MVCC_READ_CONFLICT, …
	Writes     []HashedWrite
}

// HashedWrite is the public trace of a private write: SHA-256 of the key and
// of the value.
type HashedWrite struct {
	Chaincode  string
	Collection string
	Key        []byte
	Value      []byte // empty where the key was deleted or purged
	Deleted    bool
	Purged     bool // from the blocks' private data too
}

// Blocks reads whole blocks at the caller's own peer. Both engines'
// connections do.
type Blocks interface {
	Block(ctx context.Context, number uint64) (*Block, error)
}

// RawBlocks reads blocks as the engine stores them, signatures and all, at the
// caller's own peer. Only the real network's connections do: what they give
// are bytes of Fabric's common.Block.
type RawBlocks interface {
	RawBlock(ctx context.Context, number uint64) ([]byte, error)
	RawBlockOf(ctx context.Context, txID string) ([]byte, error) // the block that holds a transaction
}

// Signer is who signed: an MSP and the certificate's subject and
// attributes.
type Signer struct {
	MSP         string   `json:"msp"`
	Subject     string   `json:"subject"`     // common name
	Fingerprint string   `json:"fingerprint"` // hex SHA-256 of the certificate
	Roles       []string `json:"roles"`
	Post        string   `json:"post,omitempty"`
}

// Factory opens connections for several people on one engine.
type Factory interface {
	// As opens a connection as a person, written ORG/USER.
	As(ctx context.Context, person string) (Ledger, error)
	Close() error
}
