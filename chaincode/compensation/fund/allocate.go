package fund

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Waiting is an approved claim that is not allocated.
type Waiting struct {
	Bank  string // MSP
	Claim compensation.Payable
	Rules consortium.SumRules // of the pack that judges it
}

// Share is what a claim gets.
type Share struct {
	Waiting
	Amount  money.Fen // more than what was paid before
	Binding string    // the limb that bound it
}

// Allocate 分配 shares the available balance among claims, all at once. They
// come in the order of their approval, then of their number, then of the bank.
// Each is cut to what its bank may still get in the year, by the claim's own
// pack; then, if the pool falls short, all are cut in proportion. A cut is
// final.
func (p Pool) Allocate(claims []Waiting) ([]Share, error) {
	claims = slices.Clone(claims)
	slices.SortFunc(claims, func(a, b Waiting) int {
		if a.Claim.Approved != b.Claim.Approved {
			return int(a.Claim.Approved) - int(b.Claim.Approved)
		}
		if by := compare(a.Claim.Claim, b.Claim.Claim); by != 0 {
			return by
		}
		return compare(a.Bank, b.Bank)
	})
	given := map[string]money.Fen{}
	shares := make([]Share, len(claims))
	wanted := make([]money.Fen, len(claims))
	for i, w := range claims {
		got, ok := given[w.Bank]
		if !ok {
			got = p.Allocated(w.Bank)
		}
		s := Share{Waiting: w, Amount: max(0, w.Claim.Entitlement-w.Claim.Paid), Binding: w.Claim.Binding}
		left := formula.BankYearLeft(w.Rules, p.Totals.Opening, got)
		if left < s.Amount || left == s.Amount && s.Binding == formula.Stack.String() {
			s.Amount, s.Binding = left, formula.BankYear.String()
		}
		given[w.Bank] = got + s.Amount
		shares[i], wanted[i] = s, s.Amount
	}
	parts, err := formula.ProRata(wanted, p.Available())
	if err != nil {
		return nil, err
	}
	for i := range shares {
		s := &shares[i]
		if parts[i] < s.Amount || s.Amount == p.Available() && s.Binding == formula.Stack.String() {
			s.Binding = formula.Pool.String()
		}
		s.Amount = parts[i]
	}
	return shares, nil
}

// earmarked is what the shares do to the pool.
func (p Pool) earmarked(shares []Share, date calendar.Date) (Earmarked, *refusal.Refusal) {
	if p.Year == 0 {
		return Earmarked{}, NotOpen.At("date", nil, nil)
	}
	switch {
	case date.Year() != p.Year:
		return Earmarked{}, YearNotOpen.At("date", p.Year, date)
	case date < p.Last:
		return Earmarked{}, DateOrder.At("date", p.Last, date)
	}
	e := Earmarked{Date: date}
	for _, s := range shares {
		i, ok := slices.BinarySearchFunc(e.Banks, s.Bank, func(b BankYear, msp string) int { return compare(b.Bank, msp) })
		if !ok {
			e.Banks = slices.Insert(e.Banks, i, BankYear{Bank: s.Bank})
		}
		e.Banks[i].Allocated += s.Amount
	}
	if no := e.Evolve(p).Holds(); no != nil {
		return Earmarked{}, no
	}
	return e, nil
}

// allocated is what a share does to the claim's allocation.
func (s Share) allocated(batch string, date calendar.Date) Allocated {
	c := s.Claim
	return Allocated{Bank: s.Bank, Claim: c.Claim, Batch: batch, On: date, Pack: c.Pack, Approved: c.Approved,
		Entitlement: c.Entitlement, Amount: c.Paid + s.Amount, Binding: s.Binding}
}

// waiting asks the docket of every bank for the claims that are approved and
// not allocated, so that none can be left out. ids are their allocations, zero
// where there is none yet.
func waiting(ctx *command.Context) (claims []Waiting, ids map[string]ledgerstate.ID, err error) {
	tables := consortium.Of(ctx)
	var numbers []string
	for _, m := range tables.Members {
		if m.Party != command.Bank || m.Book == "" {
			continue
		}
		docket, err := compensation.DocketQuestion.Of(ctx, m.Book, struct{}{})
		if err != nil {
			return nil, nil, err
		}
		for _, c := range docket.Payables {
			pack, ok := tables.Pack(c.Pack)
			if !ok {
				return nil, nil, PackMissing.At("pack", nil, c.Pack)
			}
			claims = append(claims, Waiting{Bank: m.MSP, Claim: c, Rules: pack.Sum})
			numbers = append(numbers, AllocationNo(m.MSP, c.Claim))
		}
	}
	found, err := AllocationKind.LocateAll(ctx.View, numbers)
	if err != nil {
		return nil, nil, err
	}
	wants := make([]ledgerstate.Want, len(found))
	for i, id := range found {
		wants[i] = ledgerstate.Want{Kind: AllocationKind, Ref: ledgerstate.Ref{ID: id, No: numbers[i]}}
	}
	if err := ctx.Prefetch(wants); err != nil {
		return nil, nil, err
	}
	ids = map[string]ledgerstate.ID{}
	open := claims[:0]
	for i, w := range claims {
		a, err := allocationAt(ctx, found[i])
		if err != nil {
			return nil, nil, err
		}
		if a.Live {
			continue
		}
		if a.Paid != w.Claim.Paid {
			return nil, nil, BooksDiffer.At("paid", a.Paid, w.Claim.Paid)
		}
		ids[numbers[i]] = found[i]
		open = append(open, w)
	}
	return open, ids, nil
}

// allocations of one page
const perPage = 16

// Allocate 分配资金 over all claims that are approved and not allocated, of all
// banks, in one transaction.
var Allocate = command.Command[AllocateContent]{
	Spec:  spec("Allocate", "分配补偿资金", "allocate the available balance to all approved claims", officer),
	Wants: func(AllocateContent) []ledgerstate.Want { return wantsPool() },
	Valid: func(c AllocateContent) error { return balance("total", c.Total) },
	Decide: func(ctx *command.Context, c AllocateContent) ([]ledgerstate.Change, error) {
		p, err := State(ctx)
		if err != nil {
			return nil, err
		}
		claims, ids, err := waiting(ctx)
		if err != nil {
			return nil, err
		}
		if len(claims) == 0 {
			return nil, NothingToGive.At("date", nil, nil)
		}
		shares, err := p.Allocate(claims)
		if err != nil {
			return nil, err
		}
		var total money.Fen
		for _, s := range shares {
			total += s.Amount
		}
		if total != c.Total {
			return nil, TotalOther.At("total", total, c.Total)
		}
		e, no := p.earmarked(shares, c.Date)
		if no != nil {
			return nil, no
		}
		changes := p.noticed(ctx, e, c.Date)
		n := 0
		for _, s := range shares {
			given := s.allocated(c.Number, c.Date)
			ref := ledgerstate.Ref{No: AllocationNo(s.Bank, s.Claim.Claim)}
			if ref.ID = ids[ref.No]; !ref.ID.IsZero() {
				changes = append(changes, AllocationKind.Happened(ref, given))
				continue
			}
			if n/perPage >= len(c.Pages) {
				return nil, ListLength.At("pages", (len(shares)+perPage-1)/perPage, len(c.Pages))
			}
			ref.ID = ledgerstate.ID{Page: c.Pages[n/perPage].Page, Slot: uint8(n % perPage)}
			n++
			changes = append(changes, AllocationKind.Born(ref, given))
		}
		return changes, nil
	},
}
