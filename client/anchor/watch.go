package anchor

import (
	"context"
	"errors"
	"time"

	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/oneprocess"
)

// Silence is how long a watched log may go without an anchor. A log that is
// silent for longer is a log to ask about.
const Silence = evidencelog.HeartbeatEvery

// Beater is a log that appends a leaf of its own where it has been silent:
// *evidencelog.Log, open with its key.
type Beater interface {
	Beat(ctx context.Context) (evidencelog.Receipt, bool, error)
}

// Source lends a log for a moment, so that others may write to it in between;
// done gives it back.
type Source func(ctx context.Context) (log Log, done func() error, err error)

// Lent is the source of a log that stays open.
func Lent(log Log) Source {
	return func(context.Context) (Log, func() error, error) { return log, func() error { return nil }, nil }
}

// Watch anchors what is new in a log, at most once in a period, until ctx
// ends; then it returns nil. Each anchor is told. A log that another process
// has open is asked for again at the next period. What a person must see to
// ends it: a refusal, a log that was rolled back or forked or is damaged.
func (a *Anchorer) Watch(ctx context.Context, source Source, every time.Duration, told func(Head)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		h, err := a.look(ctx, source)
		var locked *oneprocess.HeldError
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.As(err, &locked):
		case err != nil:
			return err
		case h.New:
			told(h)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// look anchors once, if anything is to be anchored.
func (a *Anchorer) look(ctx context.Context, source Source) (_ Head, err error) {
	log, done, err := source(ctx)
	if err != nil {
		return Head{}, err
	}
	defer func() { err = errors.Join(err, done()) }()
	if b, ok := log.(Beater); ok {
		if _, _, err := b.Beat(ctx); err != nil && !errors.Is(err, evidencelog.ErrReadOnly) {
			return Head{}, err
		}
	}
	h, err := a.head(ctx, log)
	if err != nil {
		return Head{}, err
	}
	return a.Anchor(ctx, log, time.Since(h.At) >= Silence)
}
