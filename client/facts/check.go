package facts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"

	"github.com/qingxinlian/qxl/chaincode/erasure"
	"github.com/qingxinlian/qxl/client/ledger"
)

// Verdict of a check.
type Verdict struct {
	Header     Header    `json:"header"`
	Values     int       `json:"values"`
	Aggregates int       `json:"aggregates"`
	Purged     int       `json:"purged"`
	ByLaw      int       `json:"purged_by_law"` // of them, by a transaction that left the trace of an erasure in this pack
	Findings   []Finding `json:"findings"`      // none: the pack is whole and true
}

// Finding is something wrong with a pack.
type Finding struct {
	Code  string `json:"code"`
	Key   string `json:"key,omitempty"` // hex SHA-256 of the private key
	Zh    string `json:"zh"`
	En    string `json:"en"`
	Block uint64 `json:"block,omitempty"` // where the blocks have it
}

// Codes of findings.
const (
	Altered    = "FACT_ALTERED"       // a value is not the one that the blocks hold the hash of
	Unknown    = "FACT_NOT_IN_BLOCKS" // a key that no block has, or that is no longer live
	Twice      = "FACT_TWICE"
	LeftOut    = "FACT_LEFT_OUT"          // a live key is not in the pack
	Misplaced  = "FACT_MISPLACED"         // the pack says another block or transaction than the blocks do
	Untrue     = "FACT_UNTRUE"            // what the pack says in words is not what the value says
	Unreadable = "FACT_UNREADABLE"        // a value is as stored, but its log and its state do not agree
	OtherChain = "FACT_OTHER_CHAIN"       // made on another channel, or the checker's peer has other blocks
	Unlawful   = "FACT_ERASED_UNLAWFULLY" // a key was purged and no trace of an erasure says why
	SecretGone = "FACT_SECRET"            // the trailer names another secret than the collection's
)

// Check checks a pack against blocks, which are the checker's own.
func Check(ctx context.Context, p *Pack, blocks ledger.Blocks, height uint64, step func(done, of uint64)) (*Verdict, error) {
	v := &Verdict{Header: p.Header, Values: len(p.Values), Findings: []Finding{}}
	find := func(code, key string, block uint64, zh, en string, a ...any) {
		v.Findings = append(v.Findings, Finding{Code: code, Key: key, Zh: zh, En: fmt.Sprintf(en, a...), Block: block})
	}
	kinds, err := kindsOf(p.Header.Chaincode, p.Header.Collection)
	if err != nil {
		return nil, err
	}
	if p.Header.Blocks > height {
		return nil, fmt.Errorf("the pack is of %d blocks, this peer has %d (hint: wait until it has caught up, then check again)", p.Header.Blocks, height)
	}
	r := newReplay(p.Header.Chaincode, p.Header.Collection)
	if err := r.to(ctx, blocks, p.Header.Blocks, func(done uint64) {
		if step != nil {
			step(done, p.Header.Blocks)
		}
	}); err != nil {
		return nil, err
	}
	v.Purged = len(r.purged)
	if tip := hex.EncodeToString(r.tip); tip != p.Header.Tip {
		find(OtherChain, "", p.Header.Blocks, "事实包出自另一条链", "block %d has hash %s here, the pack says %.64s", p.Header.Blocks-1, tip, p.Header.Tip)
		return v, nil
	}
	if p.Trailer.Secret != hex.EncodeToString(secretHash[:]) {
		find(SecretGone, "", 0, "所称密钥项不符", "the trailer excepts key %.64s, the secret's is %x", p.Trailer.Secret, secretHash)
	}
	if p.Trailer.Purged != len(r.purged) {
		find(Untrue, "", 0, "清除数量不符", "the trailer says %d purged keys, the blocks %d", p.Trailer.Purged, len(r.purged))
	}
	values := map[string][]byte{}
	for _, x := range p.Values {
		values[x.Key] = x.Value
	}
	traces := map[string]bool{} // transactions that erased by law
	seen := map[string]bool{string(secretHash[:]): true}
	for _, x := range p.Values {
		key, value := sha256.Sum256([]byte(x.Key)), sha256.Sum256(x.Value)
		name := hex.EncodeToString(key[:])
		at, live := r.live[string(key[:])]
		switch {
		case seen[string(key[:])]:
			find(Twice, name, at.block, "同一项重复出现", "this key is in the pack twice")
			continue
		case !live:
			find(Unknown, name, 0, "链上没有此项", "no block has this key, or it is no longer live")
			continue
		}
		seen[string(key[:])] = true
		if !bytes.Equal(at.value, value[:]) {
			find(Altered, name, at.block, "内容被改动", "the value hashes to %x, block %d says %x", value, at.block, at.value)
			continue
		}
		if at.block != x.Block || at.tx != x.Tx {
			find(Misplaced, name, at.block, "所称区块或交易不符", "the pack says block %d, transaction %.64s; it is block %d, transaction %s", x.Block, x.Tx, at.block, at.tx)
		}
		told, err := tell(kinds, x.Fact, values)
		if err != nil {
			find(Unreadable, name, at.block, "内容与其流水不一致", "%v", err)
			continue
		}
		v.Aggregates += len(told)
		if len(told) == 1 && erasure.TraceKinds[told[0].Kind] {
			traces[at.tx] = true
		}
		if !sameJSON(told, x.Aggregates) {
			find(Untrue, name, at.block, "文字与原始内容不符", "what the pack says of the aggregates is not what the value says")
		}
	}
	var unlawful []string
	for key, at := range r.purged {
		if traces[at.tx] {
			v.ByLaw++
		} else {
			unlawful = append(unlawful, key)
		}
	}
	sort.Strings(unlawful)
	for _, key := range unlawful {
		at := r.purged[key]
		find(Unlawful, hex.EncodeToString([]byte(key)), at.block, "无依据的删除", "transaction %s purged a key, and no trace of an erasure in the pack is of that transaction", at.tx)
	}
	var missing []string
	for key := range r.live {
		if !seen[key] {
			missing = append(missing, key)
		}
	}
	sort.Strings(missing)
	for _, key := range missing {
		find(LeftOut, hex.EncodeToString([]byte(key)), r.live[key].block, "漏报", "a live key of block %d is not in the pack", r.live[key].block)
	}
	return v, nil
}

// sameJSON compares what was read from a file with what a program made, in
// the form that both have in a file.
func sameJSON(a, b any) bool {
	x, errX := canonical(a)
	y, errY := canonical(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func canonical(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var any any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&any); err != nil {
		return nil, err
	}
	return json.Marshal(any)
}
