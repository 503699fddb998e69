// Command carcat reads and addresses files as anybody would who has never
// heard of us.
//
//	carcat cat FILE.car     writes the file in a CAR: go-car checks each block's
//	                        hash, go-unixfsnode puts the file together
//	carcat cid BYTES FILE   prints the CID that boxo's balanced layout, which is
//	                        ipfs add's, gives a file in blocks of so many bytes,
//	                        raw leaves, 1,024 links
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	chunk "github.com/ipfs/boxo/chunker"
	"github.com/ipfs/boxo/ipld/unixfs/importer/balanced"
	"github.com/ipfs/boxo/ipld/unixfs/importer/helpers"
	"github.com/ipfs/go-cid"
	format "github.com/ipfs/go-ipld-format"
	"github.com/ipfs/go-unixfsnode/file"
	"github.com/ipld/go-car/v2"
	dagpb "github.com/ipld/go-codec-dagpb"
	"github.com/ipld/go-ipld-prime"
	"github.com/ipld/go-ipld-prime/linking"
	cidlink "github.com/ipld/go-ipld-prime/linking/cid"
	"github.com/ipld/go-ipld-prime/node/basicnode"
	"github.com/ipld/go-ipld-prime/storage/memstore"
	"github.com/multiformats/go-multihash"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 3 && os.Args[1] == "cat":
		err = cat(context.Background(), os.Args[2])
	case len(os.Args) == 4 && os.Args[1] == "cid":
		err = address(os.Args[2], os.Args[3])
	default:
		err = errors.New("usage: carcat cat FILE.car | carcat cid BYTES FILE")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "carcat:", err)
		os.Exit(1)
	}
}

func links() (linking.LinkSystem, *memstore.Store) {
	store := &memstore.Store{}
	l := cidlink.DefaultLinkSystem()
	l.SetReadStorage(store)
	l.SetWriteStorage(store)
	return l, store
}

func cat(ctx context.Context, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	blocks, err := car.NewBlockReader(in)
	if err != nil {
		return err
	}
	if len(blocks.Roots) != 1 {
		return fmt.Errorf("%d roots", len(blocks.Roots))
	}
	root := blocks.Roots[0]
	l, store := links()
	for {
		b, err := blocks.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := store.Put(ctx, cidlink.Link{Cid: b.Cid()}.Binary(), b.RawData()); err != nil {
			return err
		}
	}
	content, err := read(ctx, l, root)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(content)
	return err
}

func address(size, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil {
		return err
	}
	p := helpers.DagBuilderParams{Maxlinks: 1024, RawLeaves: true, Dagserv: forgetful{},
		CidBuilder: cid.V1Builder{Codec: cid.DagProtobuf, MhType: multihash.SHA2_256}}
	b, err := p.New(chunk.NewSizeSplitter(in, n))
	if err != nil {
		return err
	}
	root, err := balanced.Layout(b)
	if err != nil {
		return err
	}
	fmt.Println(root.Cid())
	return nil
}

// forgetful keeps no block: only the address is wanted.
type forgetful struct{ format.DAGService }

func (forgetful) Add(context.Context, format.Node) error       { return nil }
func (forgetful) AddMany(context.Context, []format.Node) error { return nil }

func read(ctx context.Context, l linking.LinkSystem, root cid.Cid) ([]byte, error) {
	var prototype ipld.NodePrototype = basicnode.Prototype.Any
	if root.Prefix().Codec == cid.DagProtobuf {
		prototype = dagpb.Type.PBNode
	}
	node, err := l.Load(linking.LinkContext{Ctx: ctx}, cidlink.Link{Cid: root}, prototype)
	if err != nil {
		return nil, err
	}
	f, err := file.NewUnixFSFile(ctx, node, &l)
	if err != nil {
		return nil, err
	}
	return f.AsBytes()
}
