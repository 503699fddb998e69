package audit

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/readonly"
	"github.com/qingxinlian/qxl/client/vault"
)

// MaxSample bounds a sample: who wants more audits the whole log.
const MaxSample = 1 << 20

// sampleHeader opens what is hashed to pick a leaf: the rule's name and version.
const sampleHeader = "qxl-audit-sample/1"

// Pick gives the leaves of a sample, in the order of picking: numbers below
// size, each once. Anybody can pick them again: the n-th try, from 0, is the
// first 16 bytes, as a number, of
//
//	SHA-256("qxl-audit-sample/1\n" LOG "\n" SEED "\n" SIZE "\n" N)
//
// with all numbers in decimal, modulo the size; what has been picked before is
// passed over.
func Pick(log string, seed, size, count uint64) []uint64 {
	count = min(count, size)
	picked := make([]uint64, 0, count)
	seen := make(map[uint64]bool, count)
	modulus := new(big.Int).SetUint64(size)
	for n := 0; uint64(len(picked)) < count; n++ {
		h := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d\n%d\n%d", sampleHeader, log, seed, size, n))
		at := new(big.Int).SetBytes(h[:16])
		seq := at.Mod(at, modulus).Uint64()
		if !seen[seq] {
			seen[seq] = true
			picked = append(picked, seq)
		}
	}
	return picked
}

// SampleSize is how many leaves a rate of a log is, rounded up. The rate is
// written as a decimal or in percent: 0.01, 1%.
func SampleSize(rate string, size uint64) (uint64, error) {
	r, err := share("--rate", rate)
	if err != nil {
		return 0, err
	}
	r.Mul(r, new(big.Rat).SetInt(new(big.Int).SetUint64(size)))
	n := new(big.Int).Add(r.Num(), new(big.Int).Sub(r.Denom(), big.NewInt(1)))
	return n.Div(n, r.Denom()).Uint64(), nil
}

// share reads a part of a whole, above 0 and at most 1.
func share(field, text string) (*big.Rat, error) {
	number, percent := text, false
	if n := len(text); n > 0 && text[n-1] == '%' {
		number, percent = text[:n-1], true
	}
	r, ok := new(big.Rat).SetString(number)
	if ok && percent {
		r.Quo(r, big.NewRat(100, 1))
	}
	if !ok || len(text) > 32 || r.Sign() <= 0 || r.Cmp(big.NewRat(1, 1)) > 0 {
		return nil, &invalid.Error{Code: "SAMPLE_SHARE", Field: field, Limit: "above 0, at most 1", Value: invalid.Shown(text), Zh: "比例写法不对", En: "not a part of a whole", Hint: "for example 0.01 or 1%"}
	}
	return r, nil
}

// Detection is how likely a sample meets damage: 1-(1-f)^n, where a share f of
// the leaves is damaged. Leaves are picked once each, so it is at least that.
type Detection struct {
	Damaged     string  `json:"damaged"`
	Probability float64 `json:"probability"`
}

// Detect gives the probability for a damaged share.
func Detect(damaged string, count uint64) (Detection, error) {
	f, err := share("--damaged", damaged)
	if err != nil {
		return Detection{}, err
	}
	x, _ := f.Float64()
	return Detection{damaged, -math.Expm1(float64(count) * math.Log1p(-x))}, nil
}

// SampleFor is how many leaves detect a damaged share with a probability.
func SampleFor(damaged, probability string) (uint64, error) {
	f, err := share("--damaged", damaged)
	if err != nil {
		return 0, err
	}
	p, err := share("--detect", probability)
	if err != nil {
		return 0, err
	}
	x, _ := f.Float64()
	y, _ := p.Float64()
	if y >= 1 {
		return math.MaxUint64, nil // no sample is certain
	}
	return uint64(math.Ceil(math.Log1p(-y) / math.Log1p(-x))), nil
}

// SampleReport is what an audit of a sample found.
type SampleReport struct {
	LogReport
	Seed   uint64   `json:"seed"`
	Of     uint64   `json:"of"` // leaves of the anchored tree that the sample is from
	Count  uint64   `json:"count"`
	Picked []uint64 `json:"picked"`
	// Detection is stated for some shares of damage.
	Detection []Detection `json:"detection"`
}

// Sample audits leaves of the anchored tree that are picked at random: each is
// proven to be in it, and the vault held against it. damaged are the shares
// for which the probability of detection is stated.
func (o LogAudit) Sample(ctx context.Context, seed, count uint64, damaged ...string) (*SampleReport, error) {
	head := o.Ledger.Head()
	if head == nil || head.Size == 0 {
		return nil, &invalid.Error{Code: "SAMPLE_EMPTY", Field: "log", Value: o.Ledger.Log, Zh: "日志尚未锚定，无从抽样", En: "nothing of the log is anchored", Hint: "qxl log anchor"}
	}
	if count > MaxSample && head.Size > MaxSample {
		return nil, &invalid.Error{Code: "SAMPLE_SIZE", Field: "count", Limit: fmt.Sprint(MaxSample), Value: fmt.Sprint(count), Zh: "抽样过多", En: "too many leaves for a sample", Hint: "qxl audit log audits all of them"}
	}
	s := &SampleReport{Seed: seed, Of: head.Size, Picked: Pick(o.Ledger.Log, seed, head.Size, count)}
	s.Count = uint64(len(s.Picked))
	s.LogReport = LogReport{Log: o.Ledger.Log, Size: head.Size, Root: head.Root, Verdicts: map[evidencelog.Verdict]uint64{}, Findings: []evidencelog.Finding{}}
	for _, f := range damaged {
		d, err := Detect(f, s.Count)
		if err != nil {
			return nil, err
		}
		s.Detection = append(s.Detection, d)
	}
	a := &logAudit{LogAudit: o, r: &s.LogReport, anchored: head.Size}
	a.r.Anchored = AnchoredTo{Sequence: head.Sequence, Size: head.Size, TxID: head.TxID, At: o.Ledger.Last, Checkpoints: len(o.Ledger.check(a.r))}
	err := a.sample(ctx, s.Picked, evidencelog.Tree{Size: head.Size, Root: head.Root})
	if errors.As(err, new(*readonly.UnreadableError)) {
		a.r.place(evidencelog.Tampered, "vault records", "保险库无法读取", "%v", err)
		err = nil
	}
	return s, err
}

func (a *logAudit) sample(ctx context.Context, picked []uint64, tree evidencelog.Tree) (err error) {
	defer readonly.Recover(&err)
	if a.Vault != "" {
		a.r.Vault = &VaultReport{}
		if a.held, err = vault.Inspect(a.Vault, a.r.Log, a.Passphrase, a.r.find); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.held.Close()) }()
		a.r.Vault.Subjects, a.r.Vault.Opened = a.held.SubjectKeys()
	}
	for i, seq := range slices.Sorted(slices.Values(picked)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if a.Step != nil {
			a.Step(StageLog, uint64(i), uint64(len(picked)))
		}
		leaf, wrong := a.Source.Leaf(seq, tree)
		if wrong != nil {
			a.r.find(*wrong)
			continue
		}
		a.r.Good++
		if a.held == nil {
			a.r.Verdicts[OK]++
		} else if err := a.leaf(ctx, leaf); err != nil {
			return err
		}
	}
	return nil
}

// learn reads the whole log for its erasures, once: where a sampled record's
// content is gone, only they tell whether that is lawful.
func (a *logAudit) learn(ctx context.Context) error {
	if a.erasures != nil {
		return nil
	}
	a.erasures = map[[32]byte][]erased{}
	_, err := a.Source.Verify(ctx, evidencelog.Expect{Keys: a.keys(), Visit: a.learnFrom})
	return err
}
