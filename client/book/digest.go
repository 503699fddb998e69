package book

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sort"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
)

const digestPrefix = "digest."

// Digest is the state digest: SHA-256 over the sorted lines "chaincode kind
// natural-key digest" of every aggregate of commons and all books, as the
// Commission sees them. It is the same on both engines and for any division
// of the same commands into batches. The asker is an operator or auditor of
// the Commission, or of another authority that may read everything.
func (c *Client) Digest(ctx context.Context) (string, error) {
	lines, err := c.DigestLines(ctx)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, l := range lines {
		h.Write([]byte(l))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// DigestLines are what Digest is computed over: comparing two lists names
// what differs.
func (c *Client) DigestLines(ctx context.Context) ([]string, error) {
	type part struct {
		chaincode, query string
		lines            []string
	}
	var parts []*part
	add := func(chaincode string, queries []command.QueryDefinition) {
		for _, q := range queries {
			if name := q.DescribeQuery().Name; strings.HasPrefix(name, digestPrefix) {
				parts = append(parts, &part{chaincode: chaincode, query: name})
			}
		}
	}
	add(command.CommonsName, chaincode.CommonsQueries)
	for _, b := range c.members.Names() {
		add(b, chaincode.BookQueries)
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, p := range parts {
		g.Go(func() error {
			q := command.ExportQuery{}
			for {
				var a command.ExportAnswer
				if err := c.Ask(gctx, p.chaincode, p.query, q, &a); err != nil {
					return err
				}
				for _, x := range a.Aggregates {
					p.lines = append(p.lines, p.chaincode+" "+strings.TrimPrefix(p.query, digestPrefix)+" "+x.Natural+" "+x.Digest+"\n")
				}
				if a.Next == "" {
					return nil
				}
				q.After = a.Next
			}
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var lines []string
	for _, p := range parts {
		lines = append(lines, p.lines...)
	}
	sort.Strings(lines)
	return lines, nil
}
