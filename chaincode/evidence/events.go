package evidence

// Registered gives a log or witness a key: its first, or one after the last
// was revoked.
type Registered struct {
	Name string
	Key  string
	Size uint64 // of the log when it came, 0 of a witness
}

// Evolve implements ledgerstate.Event.
func (e Registered) Evolve(o Organization) Organization {
	return o.with(e.Name, func(keys []Key) []Key { return append(keys, Key{Verifier: e.Key, From: e.Size}) })
}

// DigestEvent leaves out what is random or follows the clock.
func (e Registered) DigestEvent() any { return e.Name }

// Rotated lets a key follow the live one.
type Rotated struct {
	Name string
	Key  string
	Size uint64
}

// Evolve implements ledgerstate.Event.
func (e Rotated) Evolve(o Organization) Organization {
	return o.with(e.Name, func(keys []Key) []Key {
		if n := len(keys); n > 0 {
			keys[n-1].State, keys[n-1].Until = Retired, e.Size
		}
		return append(keys, Key{Verifier: e.Key, From: e.Size})
	})
}

// DigestEvent leaves out what is random or follows the clock.
func (e Rotated) DigestEvent() any { return e.Name }

// KeyRevocation stops a key, live or retired.
type KeyRevocation struct {
	Name   string
	Key    string
	Size   uint64 // of the log when it was revoked
	From   uint64 // from which size on its signatures are doubted
	Reason string
}

// Evolve implements ledgerstate.Event.
func (e KeyRevocation) Evolve(o Organization) Organization {
	return o.with(e.Name, func(keys []Key) []Key {
		for i := range keys {
			if k := &keys[i]; k.Verifier == e.Key {
				if k.State == Live {
					k.Until = e.Size
				}
				k.State, k.Doubted, k.Reason = Revoked, e.From, e.Reason
			}
		}
		return keys
	})
}

// DigestEvent leaves out what is random or follows the clock.
func (e KeyRevocation) DigestEvent() any { return []any{e.Name, e.Reason} }

// Moved is a head's step to the next anchor.
type Moved struct{ Head }

// Evolve implements ledgerstate.Event.
func (e Moved) Evolve(Head) Head { return e.Head }

// Evolve implements ledgerstate.Event: an anchor is what it left.
func (e Anchored) Evolve(Anchored) Anchored { return e }

// Evolve implements ledgerstate.Event.
func (e Cosigned) Evolve(Cosigned) Cosigned { return e }
