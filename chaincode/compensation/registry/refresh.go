package registry

import (
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
)

// RefreshContent asks a bank's book about its loans of one bucket. Its date is
// the business date; the day, left out, is the same.
type RefreshContent struct {
	command.Head
	Bank   string        `json:"bank_msp"`
	Bucket int           `json:"bucket"`        // 1 to 64
	Day    calendar.Date `json:"day,omitempty"` // as of its end
}

var supervisors = []command.Allow{
	{Party: command.Commission, Role: "operator"}, {Party: command.Commission, Role: "reviewer"},
	{Party: command.CentralBank, Role: "officer"}, {Party: command.Finance, Role: "officer"},
}

func dayOf(day, date calendar.Date) calendar.Date {
	if day.IsZero() {
		return date
	}
	return day
}

// Refresh 额度刷新 lowers what is counted of a bank's loans to what is
// outstanding, and sums up for its breaker.
var Refresh = command.Command[RefreshContent]{
	Spec:  command.Spec{Name: "comp.Refresh", Zh: "刷新已用额度", En: "lower what is counted of a bank's loans as they are repaid", Lane: command.RegistryLane, Access: supervisors},
	Wants: func(c RefreshContent) []ledgerstate.Want { return []ledgerstate.Want{bucketWant(uint8(c.Bucket))} },
	Valid: func(c RefreshContent) error {
		if c.Bucket < 1 || c.Bucket > Buckets {
			return BucketRange.At("bucket", "1..64", c.Bucket)
		}
		return nil
	},
	Decide: func(ctx *command.Context, c RefreshContent) ([]ledgerstate.Change, error) {
		book, err := bookOf(ctx, c.Bank)
		if err != nil {
			return nil, err
		}
		day := dayOf(c.Day, c.Date)
		if earliest := ctx.Reference.Earliest(); day > c.Date || day < earliest {
			return nil, DayRange.At("day", earliest.String()+".."+c.Date.String(), day)
		}
		b, err := bucket(ctx, uint8(c.Bucket))
		if err != nil {
			return nil, err
		}
		q := compensation.StandingsQuery{Day: day}
		var which []int
		for i, e := range b.Entries {
			if e.Bank == c.Bank {
				which, q.Filings = append(which, i), append(q.Filings, e.Filing)
			}
		}
		var standings []compensation.Standing
		if len(which) > 0 {
			if standings, err = compensation.Standings.Of(ctx, book, q); err != nil {
				return nil, err
			}
		}
		b, err = b.refreshed(c.Bank, day, ctx.Reference.Earliest(), which, standings)
		if err != nil {
			return nil, err
		}
		return []ledgerstate.Change{b.becomes(uint8(c.Bucket))}, nil
	},
}

func bookOf(ctx *command.Context, msp string) (string, error) {
	if p, ok := ctx.Reference.Party(msp); !ok || p != command.Bank || ctx.Reference.Book(msp) == "" {
		return "", BankUnknown.At("bank_msp", nil, msp)
	}
	return ctx.Reference.Book(msp), nil
}

// refreshed is the bucket with a bank's entries as its book says they are on a
// day. A loan that was settled so long ago that nothing of it can be reversed
// leaves the bucket.
func (b Bucket) refreshed(bank string, day, earliest calendar.Date, which []int, standings []compensation.Standing) (Bucket, error) {
	if len(standings) != len(which) {
		return b, ledgerstate.Errorf("CALL_UNREADABLE", "asked for %d loans, told of %d", len(which), len(standings))
	}
	n := Count{Bank: bank, Day: day}
	at, known := slices.BinarySearchFunc(b.Counts, bank, func(c Count, bank string) int { return strings.Compare(c.Bank, bank) })
	if known {
		n.Past = b.Counts[at].Past
	}
	b.Entries = slices.Clone(b.Entries)
	gone := map[int]bool{}
	for k, i := range which {
		e, s := &b.Entries[i], standings[k]
		if s.Contract != e.Contract {
			return b, ledgerstate.Errorf("STATE_CORRUPT", "the registry counts a filing under another contract than its book")
		}
		if !s.Filed {
			continue
		}
		e.Counted, e.Owing = min(e.Counted, s.Outstanding), s.Owing
		n.add(s)
		if !s.Settled.IsZero() && s.Settled < earliest && !s.Owing {
			gone[i] = true
			n.Past.Disbursed += s.Lent
			n.Past.Compensated += s.Compensated
			n.Disbursed -= s.Lent
			n.Compensated -= s.Compensated
		}
	}
	if len(gone) > 0 {
		kept := b.Entries[:0]
		for i, e := range b.Entries {
			if !gone[i] {
				kept = append(kept, e)
			}
		}
		b.Entries = kept
	}
	b.Counts = slices.Clone(b.Counts)
	if known {
		b.Counts[at] = n
	} else {
		b.Counts = slices.Insert(b.Counts, at, n)
	}
	return b, nil
}

// add counts a filed loan.
func (n *Count) add(s compensation.Standing) {
	n.Disbursed += s.Lent
	n.Compensated += s.Compensated
	if s.Outstanding == 0 {
		return
	}
	n.Loans++
	n.Filed += s.Outstanding
	if s.Class >= account.Substandard {
		n.Bad += s.Outstanding
	}
}

// portfolio sums a bank's counts of all buckets; the number of those that are
// not as of the day comes with it.
func portfolio(ctx *command.Context, bank string, day calendar.Date) (p formula.Portfolio, missing int, err error) {
	for n := uint8(1); n <= Buckets; n++ {
		b, err := bucket(ctx, n)
		if err != nil {
			return p, 0, err
		}
		at, known := slices.BinarySearchFunc(b.Counts, bank, func(c Count, bank string) int { return strings.Compare(c.Bank, bank) })
		if !known || b.Counts[at].Day != day {
			missing++
			continue
		}
		c := b.Counts[at]
		p.Loans += c.Loans
		p.Filed, p.Bad = p.Filed+c.Filed, p.Bad+c.Bad
		p.Disbursed, p.Compensated = p.Disbursed+c.Disbursed+c.Past.Disbursed, p.Compensated+c.Compensated+c.Past.Compensated
	}
	return p, missing, nil
}
