package evidencelog

import (
	"context"

	"github.com/syndtr/goleveldb/leveldb/iterator"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/qingxinlian/qxl/client/readonly"
)

// Of leaves that cannot be read.
const (
	absent = -1 // not there
	broken = -2 // something is there that cannot be read
)

// leafTile is the leaves of one tile as read; the last one of a log is
// followed by one without leaves that tells what else there was.
type leafTile struct {
	n      uint64
	width  int
	size   [tileWidth]int // of each leaf; absent or broken
	arena  []byte         // the leaves, one behind the other
	twice  uint64         // 1 + the sequence number of a leaf that is stored twice
	beyond uint64         // leaves past the end of the log
	err    error
}

// leafReader takes leaves off the database in their order, and goes on behind
// what it cannot read.
type leafReader struct {
	db   store
	end  uint64
	walk iterator.Iterator
	on   bool   // at a chunk
	next uint64 // the leaf that rest begins with
	rest []byte // of the chunk
	// leaves before lost that are not met are broken
	lost uint64
}

func readLeaves(ctx context.Context, db store, end uint64, tiles chan<- *leafTile, free <-chan *leafTile, stop <-chan struct{}) {
	defer close(tiles)
	r := &leafReader{db: db, end: end}
	r.seek(0)
	defer func() { r.walk.Release() }()
	send := func(t *leafTile) bool {
		select {
		case tiles <- t:
			return true
		case <-stop:
			return false
		}
	}
	var beyond error
	defer func() {
		if beyond != nil {
			send(&leafTile{err: beyond})
		}
	}()
	defer readonly.Recover(&beyond)
	for n := uint64(0); n*tileWidth < end; n++ {
		var t *leafTile
		select {
		case t = <-free:
		case <-stop:
			return
		}
		*t = leafTile{n: n, arena: t.arena[:0], width: int(min(tileWidth, end-n*tileWidth)), err: ctx.Err()}
		r.fill(t)
		if !send(t) {
			return
		}
	}
	if t := (&leafTile{n: end, beyond: r.beyond()}); t.beyond > 0 {
		send(t)
	}
}

// seek goes to the first chunk from this leaf on.
func (r *leafReader) seek(seq uint64) {
	if r.walk != nil {
		r.walk.Release()
	}
	r.walk = r.db.NewIterator(util.BytesPrefix([]byte(prefixEntry)), nil)
	r.on = r.walk.Seek(entryKey(seq))
	r.load()
}

// load begins the chunk that the walk is at; foreign keys are passed over.
func (r *leafReader) load() {
	for r.rest = nil; r.on; r.on = r.walk.Next() {
		if seq, ok := seqOf(r.walk.Key()); ok {
			r.next, r.rest = seq, r.walk.Value()
			return
		}
	}
}

// fill takes the leaves of a tile, in their order.
func (r *leafReader) fill(t *leafTile) {
	first := t.n * tileWidth
	last := first + uint64(t.width)
	upTo := first // leaves before it are settled
	settle := func(seq uint64) {
		for ; upTo < min(seq, last); upTo++ {
			if t.size[upTo-first] = absent; upTo < r.lost {
				t.size[upTo-first] = broken
			}
		}
	}
	for {
		switch {
		case !r.on:
			if r.walk.Error() == nil {
				settle(last)
				return
			}
			r.leap(upTo)
			continue
		case len(r.rest) == 0:
			r.on = r.walk.Next()
			r.load()
			continue
		case r.next >= last:
			settle(last)
			return
		}
		raw, rest, ok := cutLeaf(r.rest)
		if !ok {
			settle(r.next)
			r.on = r.walk.Next()
			if r.load(); r.on {
				r.lost = r.next
			} else {
				r.lost = r.end
			}
			continue
		}
		if settle(r.next); r.next < upTo {
			t.twice = r.next + 1
		} else {
			t.size[upTo-first] = len(raw)
			t.arena = append(t.arena, raw...)
			upTo++
		}
		r.next, r.rest = r.next+1, rest
	}
}

// leap goes on behind a part of the database that cannot be walked over: a
// little further each time, and ever further after many times.
func (r *leafReader) leap(from uint64) {
	for step, tries := uint64(chunkLeaves), 0; ; tries++ {
		if from += step; from >= r.end || from < step {
			r.lost = r.end
			r.walk.Release()
			r.walk = iterator.NewEmptyIterator(nil)
			r.on = false
			return
		}
		if r.seek(from); r.on {
			r.lost = r.next
			return
		}
		if r.walk.Error() == nil { // no more chunks
			r.lost = r.end
			return
		}
		if tries > 64 {
			step *= 2
		}
	}
}

// beyond counts what is left when the log is at its end.
func (r *leafReader) beyond() (count uint64) {
	for r.on {
		for len(r.rest) > 0 {
			count++
			_, rest, ok := cutLeaf(r.rest)
			if r.rest = rest; !ok {
				break
			}
		}
		r.on = r.walk.Next()
		r.load()
	}
	return count
}
