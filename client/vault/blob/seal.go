package blob

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"
	"sync"

	"github.com/ipfs/go-cid"
)

// Block is a piece of a blob with its address. Leaves come in order.
type Block struct {
	CID  cid.Cid
	Data []byte
	Leaf bool

	whole *[BlockSize]byte // the buffer that Data is part of, if it is lent
}

// Release gives the block's buffer back for the next block. Whoever takes a
// block in calls it once the data is no longer needed.
func (b Block) Release() {
	if b.whole != nil {
		buffers.Put(b.whole)
	}
}

var buffers = sync.Pool{New: func() any { return new([BlockSize]byte) }}

// copied is the size up to which a block is copied out of its buffer, so
// that many small records can wait for one commit.
const copied = BlockSize / 8

// Sealed is what a plaintext became.
type Sealed struct {
	CID    cid.Cid
	Size   uint64            // of the plaintext
	SHA256 [sha256.Size]byte // of the plaintext
	Cipher uint64            // bytes of the leaves
	Leaves uint64
	Nodes  int
}

// Seal encrypts a plaintext of any length under the record's key and hands
// out its blocks: leaves in order, nodes between them, the root last. emit
// owns the block it gets and releases it. Nothing is valid until Seal returns.
func Seal(ctx context.Context, r io.Reader, dek []byte, b Binding, emit func(Block) error) (Sealed, error) {
	k, err := newKeys(dek, b)
	if err != nil {
		return Sealed{}, err
	}
	s := sealer{keys: k, emit: emit, tree: tree{emit: emit}, sum: sha256.New()}
	first, err := s.read(r, 0)
	if err != nil {
		return Sealed{}, err
	}
	if first.more {
		err = s.stream(ctx, r, first)
	} else {
		err = s.chunk(first)
	}
	if err != nil {
		return Sealed{}, err
	}
	s.out.CID, err = s.tree.root()
	s.out.Nodes = s.tree.nodes
	s.sum.Sum(s.out.SHA256[:0])
	return s.out, err
}

type sealer struct {
	keys
	emit func(Block) error
	tree tree
	sum  hash.Hash // of the plaintext
	out  Sealed
}

// chunk is a piece of plaintext in the buffer in which it will be encrypted.
type chunk struct {
	number uint64
	buffer *[BlockSize]byte
	text   []byte // of buffer
	more   bool   // the plaintext may go on
	err    error
}

// read fills a chunk with plaintext.
func (s *sealer) read(r io.Reader, number uint64) (chunk, error) {
	c := chunk{number: number, buffer: buffers.Get().(*[BlockSize]byte)}
	from := BlockSize - tagSize - room(number)
	n, err := io.ReadFull(r, c.buffer[from:BlockSize-tagSize])
	c.text = c.buffer[from : from+n]
	switch {
	case err == nil:
		c.more = true
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return c, err
	}
	s.sum.Write(c.text)
	s.out.Size += uint64(n)
	return c, nil
}

// stream reads and hashes ahead while earlier chunks are encrypted: the two
// hashes are most of the work, and each has a core.
func (s *sealer) stream(ctx context.Context, r io.Reader, first chunk) error {
	ctx, stop := context.WithCancel(ctx)
	chunks := make(chan chunk, 2)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(chunks)
		for c := first; ; {
			select {
			case chunks <- c:
			case <-ctx.Done():
				return
			}
			if !c.more || c.err != nil {
				return
			}
			var err error
			c, err = s.read(r, c.number+1)
			c.err = err
		}
	})
	// The reader is waited for: it must not read on once Seal has returned.
	// One that never gives anything is the caller's to close.
	defer reading.Wait()
	defer stop()
	for c := range chunks {
		if c.err != nil {
			return c.err
		}
		if err := s.chunk(c); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// chunk encrypts one; the last one with what is padding.
func (s *sealer) chunk(c chunk) error {
	if c.more {
		return s.seal(c, false)
	}
	// Size is complete, since the reader has come to its end.
	zeros := padded(s.out.Size) - s.out.Size - trailer
	end := binary.BigEndian.AppendUint64(nil, s.out.Size)
	for {
		from := BlockSize - tagSize - room(c.number) + len(c.text)
		free := c.buffer[from : BlockSize-tagSize]
		n := min(uint64(len(free)), zeros)
		clear(free[:n])
		zeros -= n
		m := 0
		if zeros == 0 {
			m = copy(free[n:], end)
			end = end[m:]
		}
		c.text = c.buffer[from-len(c.text) : from+int(n)+m]
		last := zeros == 0 && len(end) == 0
		if err := s.seal(c, last); err != nil || last {
			return err
		}
		c = chunk{number: c.number + 1, buffer: buffers.Get().(*[BlockSize]byte)}
	}
}

func (s *sealer) seal(c chunk, last bool) error {
	n := nonce([12]byte{}, c.number, last)
	from := BlockSize - tagSize - room(c.number)
	s.aead.Seal(c.buffer[from:from], n[:], c.text, s.aad)
	block := Block{Data: c.buffer[:from+len(c.text)+tagSize], Leaf: true, whole: c.buffer}
	if c.number == 0 {
		copy(block.Data, magic)
		copy(block.Data[len(magic):], s.commitment[:])
	}
	if len(block.Data) <= copied {
		whole := block
		block.Data, block.whole = append([]byte(nil), block.Data...), nil
		whole.Release()
	}
	var err error
	if block.CID, err = Address(block.Data, true); err != nil {
		return err
	}
	size := uint64(len(block.Data))
	s.out.Leaves++
	s.out.Cipher += size
	if err := s.emit(block); err != nil {
		return err
	}
	return s.tree.leaf(Link{CID: block.CID, Size: size, Tree: size})
}
