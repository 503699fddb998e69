package blob

import "github.com/ipfs/go-cid"

// tree grows nodes over leaves as they come, all leaves at one depth.
type tree struct {
	levels [][]Link // links that wait for a node, leaves' first
	emit   func(Block) error
	nodes  int
}

func (t *tree) leaf(l Link) error { return t.add(0, l) }

func (t *tree) add(level int, l Link) error {
	if level == len(t.levels) {
		t.levels = append(t.levels, nil)
	}
	if len(t.levels[level]) == MaxLinks {
		if err := t.close(level); err != nil {
			return err
		}
	}
	t.levels[level] = append(t.levels[level], l)
	return nil
}

// close makes a node of the links that wait at a level.
func (t *tree) close(level int) error {
	links := t.levels[level]
	raw := encodeNode(links)
	c, err := Address(raw, false)
	if err != nil {
		return err
	}
	l := Link{CID: c, Tree: uint64(len(raw))}
	for _, child := range links {
		l.Size += child.Size
		l.Tree += child.Tree
	}
	t.levels[level] = links[:0]
	t.nodes++
	if err := t.emit(Block{CID: c, Data: raw}); err != nil {
		return err
	}
	return t.add(level+1, l)
}

// root closes what is open and gives the address of the whole; of a single
// leaf it is the leaf's own.
func (t *tree) root() (cid.Cid, error) {
	for level := 0; ; level++ {
		if level == len(t.levels)-1 && len(t.levels[level]) == 1 {
			return t.levels[level][0].CID, nil
		}
		if len(t.levels[level]) > 0 {
			if err := t.close(level); err != nil {
				return cid.Undef, err
			}
		}
	}
}
