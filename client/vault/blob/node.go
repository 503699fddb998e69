package blob

import (
	"bytes"
	"fmt"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"google.golang.org/protobuf/encoding/protowire"
)

// MaxLinks is how many children a node has at most. With raw leaves of 1 MiB
// it is the profile unixfs-v1-2025 of IPIP-499, so that any IPFS program
// computes the same CID from the ciphertext
// (docs/decisions/0008-blobs-are-unixfs-files.md).
const MaxLinks = 1024

// maxDepth of nodes: far more than any disk holds.
const maxDepth = 5

// Link is a child of a node.
type Link struct {
	CID  cid.Cid
	Size uint64 // bytes of the file below it
	Tree uint64 // bytes of the blocks below it, its own included
}

// Address is the CID of a block: a leaf is raw, a node dag-pb.
func Address(block []byte, leaf bool) (cid.Cid, error) {
	sum, err := multihash.Sum(block, multihash.SHA2_256, -1)
	if err != nil {
		return cid.Undef, err
	}
	if leaf {
		return cid.NewCidV1(cid.Raw, sum), nil
	}
	return cid.NewCidV1(cid.DagProtobuf, sum), nil
}

// The fields of dag-pb's PBNode and PBLink and of UnixFS' Data that a file
// of links has.
const (
	nodeData, nodeLinks          = 1, 2
	linkHash, linkName, linkTree = 1, 2, 3
	fileType, fileSize, fileEach = 1, 3, 4
	typeFile                     = 2
)

// encodeNode is the one encoding of a node: links first, then the file's data.
func encodeNode(links []Link) []byte {
	var out, data, link []byte
	var size uint64
	for _, l := range links {
		link = protowire.AppendTag(link[:0], linkHash, protowire.BytesType)
		link = protowire.AppendBytes(link, l.CID.Bytes())
		link = protowire.AppendTag(link, linkName, protowire.BytesType)
		link = protowire.AppendBytes(link, nil)
		link = protowire.AppendTag(link, linkTree, protowire.VarintType)
		link = protowire.AppendVarint(link, l.Tree)
		out = protowire.AppendTag(out, nodeLinks, protowire.BytesType)
		out = protowire.AppendBytes(out, link)
		size += l.Size
	}
	data = protowire.AppendTag(data, fileType, protowire.VarintType)
	data = protowire.AppendVarint(data, typeFile)
	data = protowire.AppendTag(data, fileSize, protowire.VarintType)
	data = protowire.AppendVarint(data, size)
	for _, l := range links {
		data = protowire.AppendTag(data, fileEach, protowire.VarintType)
		data = protowire.AppendVarint(data, l.Size)
	}
	out = protowire.AppendTag(out, nodeData, protowire.BytesType)
	return protowire.AppendBytes(out, data)
}

// decodeNode takes nothing but what encodeNode makes: what is read is encoded
// again and compared, so the parsing may be plain.
func decodeNode(raw []byte) ([]Link, error) {
	if len(raw) > BlockSize {
		return nil, fmt.Errorf("node of %d bytes, more than %d", len(raw), BlockSize)
	}
	var links []Link
	var sizes []uint64
	err := fields(raw, func(field protowire.Number, value []byte, _ uint64) error {
		switch field {
		case nodeLinks:
			l, err := decodeLink(value)
			if err != nil {
				return err
			}
			links = append(links, l)
		case nodeData:
			return fields(value, func(field protowire.Number, _ []byte, n uint64) error {
				if field == fileEach {
					sizes = append(sizes, n)
				}
				return nil
			})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(links) == 0 || len(links) > MaxLinks || len(links) != len(sizes) {
		return nil, fmt.Errorf("node with %d links and %d sizes; 1 to %d of each", len(links), len(sizes), MaxLinks)
	}
	for i := range links {
		if sizes[i] > 1<<60 {
			return nil, fmt.Errorf("link %d of %d bytes", i, sizes[i])
		}
		links[i].Size = sizes[i]
	}
	if !bytes.Equal(encodeNode(links), raw) {
		return nil, fmt.Errorf("node is not in its one encoding")
	}
	return links, nil
}

func decodeLink(raw []byte) (l Link, err error) {
	err = fields(raw, func(field protowire.Number, value []byte, n uint64) (err error) {
		switch field {
		case linkHash:
			l.CID, err = cid.Cast(value)
		case linkTree:
			l.Tree = n
		}
		return err
	})
	if err == nil {
		err = Addressed(l.CID)
	}
	return l, err
}

// Addressed says whether a CID is one that a blob's block can have.
func Addressed(c cid.Cid) error {
	if !c.Defined() {
		return fmt.Errorf("no CID")
	}
	p := c.Prefix()
	if p.Version != 1 || p.MhType != multihash.SHA2_256 || p.MhLength != 32 || (p.Codec != cid.Raw && p.Codec != cid.DagProtobuf) {
		return fmt.Errorf("CID %s is not a CIDv1, raw or dag-pb, of SHA-256", c)
	}
	return nil
}

// fields calls do for each field of a protobuf message.
func fields(raw []byte, do func(field protowire.Number, value []byte, n uint64) error) error {
	for len(raw) > 0 {
		field, kind, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return protowire.ParseError(n)
		}
		raw = raw[n:]
		var value []byte
		var number uint64
		switch kind {
		case protowire.BytesType:
			value, n = protowire.ConsumeBytes(raw)
		case protowire.VarintType:
			number, n = protowire.ConsumeVarint(raw)
		default:
			return fmt.Errorf("field %d of kind %d", field, kind)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		raw = raw[n:]
		if err := do(field, value, number); err != nil {
			return err
		}
	}
	return nil
}
