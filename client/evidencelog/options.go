package evidencelog

import (
	"errors"
	"time"

	"github.com/qingxinlian/qxl/client/wallet"
)

// Options say how a log is opened.
type Options struct {
	// Passphrase opens the log's key. Without it the log can be read and
	// proven from, and nothing be appended.
	Passphrase func() ([]byte, error)
	// WorkFactor is the scrypt cost of new keys; 0 is wallet.WorkFactorStandard.
	WorkFactor int
	// Now is the clock for heartbeats; nil is time.Now. No leaf holds a time.
	Now func() time.Time

	indexEvery uint64 // leaves; 0 is indexEvery
}

func (o Options) withDefaults() Options {
	if o.WorkFactor == 0 {
		o.WorkFactor = wallet.WorkFactorStandard
	}
	if o.indexEvery == 0 {
		o.indexEvery = indexEvery
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Limits and defaults of a log.
const (
	// MaxBatch bounds the entries of one Append: its batch is held in memory
	// some times over.
	MaxBatch = 1 << 16
	// HeartbeatEvery is how long a log may be silent. Silence of an owner is
	// an alarm only if it is nobody's habit.
	HeartbeatEvery = time.Minute
)

// ErrReadOnly: the log was opened without its key.
var ErrReadOnly = errors.New("the log is open without its key: nothing can be appended")

// ErrClosed: the log was closed.
var ErrClosed = errors.New("the log is closed")
