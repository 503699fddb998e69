package blob

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/binary"
	"io"
	"sync"

	"github.com/ipfs/go-cid"
)

// Open decrypts a blob into w. size is the plaintext's, known from the record
// or from who shared it; the blob must say the same. What w has got is
// authentic up to there, but it is whole only once Open returns nil.
func Open(ctx context.Context, w io.Writer, root cid.Cid, size uint64, dek []byte, b Binding, fetch Fetch) error {
	k, err := newKeys(dek, b)
	if err != nil {
		return err
	}
	o := opener{keys: k, w: w, root: root, left: size, size: size, cipher: CipherSize(size)}
	if root.Prefix().Codec == cid.Raw { // one block: nothing to do at once
		if err := Walk(root, fetch, o.leaf); err != nil {
			return err
		}
		return o.finish()
	}
	// Blocks are fetched and hashed ahead while earlier ones are decrypted.
	ctx, stop := context.WithCancel(ctx)
	leaves := make(chan Block, 2)
	var walked error
	var walking sync.WaitGroup
	walking.Go(func() {
		defer close(leaves)
		walked = Walk(root, fetch, func(block Block) error {
			if !block.Leaf {
				return nil
			}
			select {
			case leaves <- block:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	for block := range leaves {
		if err = o.leaf(block); err != nil {
			break
		}
	}
	stop()
	walking.Wait()
	if err != nil {
		return err
	}
	if walked != nil {
		return walked
	}
	return o.finish()
}

type opener struct {
	keys
	w      io.Writer
	root   cid.Cid
	size   uint64 // of the plaintext
	left   uint64 // of the plaintext, to come
	cipher uint64 // all leaves together
	read   uint64 // of cipher
	number uint64
	end    [trailer]byte // the last bytes seen
	done   bool
}

func (o *opener) leaf(block Block) error {
	if !block.Leaf {
		return nil
	}
	damaged := func(err error) error {
		return &DamageError{Root: o.root, Block: block.CID, Number: o.number, Err: err}
	}
	data := block.Data
	o.read += uint64(len(data))
	from := BlockSize - tagSize - room(o.number)
	if o.read > o.cipher || len(data) < from+tagSize {
		return damaged(ErrLength)
	}
	if o.number == 0 && (!bytes.Equal(data[:len(magic)], []byte(magic)) || !hmac.Equal(data[len(magic):from], o.commitment[:])) {
		return damaged(ErrKey)
	}
	last := o.read == o.cipher
	n := nonce([12]byte{}, o.number, last)
	text, err := o.aead.Open(data[from:from], n[:], data[from:], o.aad)
	if err != nil {
		return damaged(ErrTag)
	}
	content := text[:min(uint64(len(text)), o.left)]
	if !o.padding(text[len(content):], last) {
		return damaged(ErrLength)
	}
	o.number++
	o.left -= uint64(len(content))
	o.done = last
	_, err = o.w.Write(content)
	return err
}

// padding checks what follows the content: zeros, and at the end the length.
// The trailer may lie across two chunks.
func (o *opener) padding(rest []byte, last bool) bool {
	if len(rest) >= trailer {
		if zeros := rest[:len(rest)-trailer]; len(bytes.Trim(zeros, "\x00")) > 0 {
			return false
		}
		// What was kept of the chunk before was no trailer then.
		if o.number > 0 && !allZero(o.end[:]) {
			return false
		}
		copy(o.end[:], rest[len(rest)-trailer:])
	} else if len(rest) > 0 {
		if !allZero(o.end[:len(rest)]) {
			return false
		}
		copy(o.end[:], o.end[len(rest):])
		copy(o.end[trailer-len(rest):], rest)
	}
	return !last || binary.BigEndian.Uint64(o.end[:]) == o.size
}

func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

func (o *opener) finish() error {
	if !o.done || o.left != 0 {
		return &DamageError{Root: o.root, Block: o.root, Number: o.number, Err: ErrLength}
	}
	return nil
}
