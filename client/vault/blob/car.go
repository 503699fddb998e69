package blob

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/ipfs/go-cid"
)

// A CAR, version 1, is a header and blocks, each with its length before it.
// The header is DAG-CBOR of {"roots": [root], "version": 1}, of which all but
// the root is the same in every CAR of ours.
var (
	carBefore = []byte("\xa2\x65roots\x81\xd8\x2a\x58\x25\x00") // 0x25 bytes follow: 0x00 and a CID of 36
	carAfter  = []byte("\x67version\x01")
)

const cidSize = 36

// WriteCAR writes a blob, checked block by block, as a CAR.
func WriteCAR(ctx context.Context, w io.Writer, root cid.Cid, fetch Fetch) error {
	out := bufio.NewWriterSize(w, 1<<16)
	section := func(parts ...[]byte) error {
		n := 0
		for _, p := range parts {
			n += len(p)
		}
		if _, err := out.Write(binary.AppendUvarint(nil, uint64(n))); err != nil {
			return err
		}
		for _, p := range parts {
			if _, err := out.Write(p); err != nil {
				return err
			}
		}
		return nil
	}
	if err := section(carBefore, root.Bytes(), carAfter); err != nil {
		return err
	}
	if err := Walk(root, fetch, func(b Block) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return section(b.CID.Bytes(), b.Data)
	}); err != nil {
		return err
	}
	return out.Flush()
}

// CAR is a blob in a CAR file: where its blocks lie. Blocks may lie in any
// order.
type CAR struct {
	Root  cid.Cid
	r     io.ReaderAt
	place map[cid.Cid]span
}

type span struct {
	at   int64
	size int
}

// errCAR: a CAR that is not one of ours. Walk finds the damage inside blocks.
var errCAR = errors.New("not a CAR of one blob")

// OpenCAR reads the places of blocks; it holds none of them in memory.
func OpenCAR(r io.ReaderAt, size int64) (*CAR, error) {
	in := bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 1<<12)
	at := int64(0)
	length := func() (int, error) {
		n, err := binary.ReadUvarint(in)
		if err != nil {
			return 0, err
		}
		at += int64(len(binary.AppendUvarint(nil, n)))
		if n > BlockSize+cidSize || int64(n) > size-at {
			return 0, fmt.Errorf("%w: a section of %d bytes", errCAR, n)
		}
		return int(n), nil
	}
	n, err := length()
	if err != nil || n != len(carBefore)+cidSize+len(carAfter) {
		return nil, fmt.Errorf("%w: its header has another length", errCAR)
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(in, header); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(header, carBefore) || !bytes.HasSuffix(header, carAfter) {
		return nil, fmt.Errorf("%w: another header", errCAR)
	}
	at += int64(n)
	c := &CAR{r: r, place: map[cid.Cid]span{}}
	if c.Root, err = cid.Cast(header[len(carBefore) : len(carBefore)+cidSize]); err != nil {
		return nil, fmt.Errorf("%w: %w", errCAR, err)
	}
	if err := Addressed(c.Root); err != nil {
		return nil, err
	}
	for {
		n, err := length()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return nil, err
		}
		if n <= cidSize {
			return nil, fmt.Errorf("%w: a section of %d bytes", errCAR, n)
		}
		var raw [cidSize]byte
		if _, err := io.ReadFull(in, raw[:]); err != nil {
			return nil, err
		}
		block, err := cid.Cast(raw[:])
		if err == nil {
			err = Addressed(block)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errCAR, err)
		}
		c.place[block] = span{at: at + cidSize, size: n - cidSize}
		if _, err := in.Discard(n - cidSize); err != nil {
			return nil, err
		}
		at += int64(n)
	}
}

// Fetch reads a block.
func (c *CAR) Fetch(w Want) ([]byte, error) {
	s, ok := c.place[w.CID]
	if !ok {
		return nil, ErrMissing
	}
	data := make([]byte, s.size)
	_, err := c.r.ReadAt(data, s.at)
	return data, err
}
