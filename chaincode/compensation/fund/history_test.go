package fund

import (
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// A history is a random life of the fund: entries by two people, claims that
// are approved, allocated, paid in parts, stopped and approved again, money
// that comes back, years that end. Beside it runs a model in plain numbers,
// which knows what each command should do, and whether it should be refused.

// fate is what the model knows of a claim.
type fate struct {
	bank, claim string
	pack        int64 // percent of the opening that a bank gets in a year
	approved    calendar.Date
	entitled    int64
	amount      int64 // allocated in all
	paid, back  int64
	interest    int64
	stage       string // approved, live, stopped, done
	year        int    // of the last allocation
}

func (f *fate) unpaid() int64 {
	if f.stage != "live" {
		return 0
	}
	return f.amount - f.paid
}

// waits is an entry of the model that nobody confirmed.
type waits struct {
	act              Act
	amount, interest int64
	from, to         string
	claim            *fate
	by               string
	on               calendar.Date
	account          byte
	undoes           *posted
	opens            int
}

// posted is an entry of the model that counts.
type posted struct {
	waits
	number string
	year   int
	undone bool
}

type ordered struct {
	bank    string
	by      string
	on      calendar.Date
	account byte
	from    string
	lines   map[string]int64
	done    map[string]bool
	dropped bool
}

type history struct {
	*rapid.T
	n    int
	date calendar.Date

	// What the rules make of it.
	pool        Pool
	log         []ledgerstate.Entry[Pool]
	allocations map[string]Allocation
	payments    map[string]Payment

	// What the model makes of it.
	year      int
	last      calendar.Date
	opening   int64
	sums      map[Act]int64
	deposits  map[string]int64
	payee     map[string]byte // agreed account by bank; 0: none
	claims    []*fate
	bankYear  map[string]int64
	waiting   map[string]*waits
	entries   []*posted
	orders    map[string]*ordered
	commands  int
	refused   int
	counts    map[string]int
	postedAll int
}

var people = []string{"officer1", "officer2", "boss"}

func acc(b byte) Account { return Account{Mark: []byte{b}, LastFour: fmt.Sprintf("%04d", b)} }

// Accounts: 1 and 2 are the fund's at A and B, 3 and 4 the banks', 9 the treasury's.
func begin(t *rapid.T) *history {
	h := &history{T: t, date: calendar.MustParse("2024-03-01"), allocations: map[string]Allocation{}, payments: map[string]Payment{}, counts: map[string]int{},
		sums: map[Act]int64{}, deposits: map[string]int64{}, payee: map[string]byte{}, bankYear: map[string]int64{}, waiting: map[string]*waits{}, orders: map[string]*ordered{}}
	a, b := rapid.Int64Range(0, 100_000).Draw(t, "A"), rapid.Int64Range(0, 100_000).Draw(t, "B")
	e := Entry{Number: "open", Act: ActOpening, Entered: h.date, Year: 2024, By: []byte("officer1"), Amount: money.Fen(a + b), Opening: []Deposit{
		{Code: "A", Bank: "BankA", Account: acc(1), Balance: money.Fen(a)}, {Code: "B", Bank: "BankB", Account: acc(2), Balance: money.Fen(b)}}}
	require.Nil(t, h.pool.Enter(e))
	h.put(Entered{e})
	c, no := h.pool.Confirm("open", []byte("boss"), h.date, false)
	require.Nil(t, no)
	h.put(c)
	h.year, h.last, h.opening = 2024, h.date, a+b
	h.deposits["A"], h.deposits["B"] = a, b
	h.payee["BankA"], h.payee["BankB"], h.payee["treasury"] = 3, 4, 9
	for i, x := range []struct {
		use    Use
		holder string
		mark   byte
	}{{ForPayout, "BankA", 3}, {ForPayout, "BankB", 4}, {ForTreasury, "", 9}} {
		e := Entry{Number: fmt.Sprint("agree", i), Act: ActAccount, Entered: h.date, Use: x.use, Holder: x.holder, Account: acc(x.mark), By: []byte("officer1")}
		require.Nil(t, h.pool.Enter(e))
		h.put(Entered{e})
		c, no := h.pool.Confirm(e.Number, []byte("boss"), h.date, false)
		require.Nil(t, no)
		h.put(c)
	}
	return h
}

// put applies an event as the ledger does: encoded, decoded, evolved.
func (h *history) put(e ledgerstate.Event[Pool]) {
	raw, err := ledgerstate.Encode(e)
	require.NoError(h, err)
	v := reflect.New(reflect.TypeOf(e))
	require.NoError(h, ledgerstate.Decode(raw, v.Interface()))
	e = v.Elem().Interface().(ledgerstate.Event[Pool])
	h.pool = e.Evolve(h.pool)
	h.log = append(h.log, ledgerstate.Entry[Pool]{Event: e})
}

func (h *history) balance() (sum int64) {
	for _, x := range h.deposits {
		sum += x
	}
	return sum
}

func (h *history) reserved() (sum int64) {
	for _, c := range h.claims {
		sum += c.unpaid()
	}
	return sum
}

// judge holds a rule's answer against what the model expects.
func (h *history) judge(what string, no *refusal.Refusal, expected bool) bool {
	h.commands++
	h.counts[what]++
	if no != nil {
		h.refused++
	}
	if (no == nil) != expected {
		h.Fatalf("%s: expected %v, got %v", what, expected, no)
	}
	return no == nil
}

func (h *history) number() string {
	h.n++
	return fmt.Sprint("N", h.n)
}

// timely says whether a command of that day may post in the open year.
func (h *history) timely(on calendar.Date) bool { return on.Year() == h.year && on >= h.last }

func (h *history) someone() string { return rapid.SampledFrom(people).Draw(h.T, "who") }

func (h *history) day() calendar.Date {
	if rapid.IntRange(0, 19).Draw(h.T, "back") == 13 {
		return h.date - 1
	}
	return h.date
}

// amount is one that often just fits or just does not.
func (h *history) amount(near int64) int64 {
	return rapid.OneOf(rapid.Int64Range(1, 50_000), rapid.Int64Range(max(1, near-2), max(1, near)+2)).Draw(h.T, "amount")
}

// affords says whether the model's fund could bear an entry that day.
func (h *history) affords(w *waits, on calendar.Date) bool {
	if w.act == ActYear {
		return w.opens == h.year+1 && on.Year() == w.opens && on >= h.last
	}
	if !h.timely(on) {
		return false
	}
	free := h.balance() - h.reserved()
	switch w.act {
	case ActInjection, ActInterest, ActReturn, ActClawback:
		return true
	case ActRefund:
		return w.account == h.payee["treasury"] && w.amount <= h.deposits[w.from] && w.amount <= free
	case ActTransfer:
		return w.from != w.to && w.account == map[string]byte{"A": 1, "B": 2}[w.to] && w.amount <= h.deposits[w.from]
	case ActReversal:
		u := w.undoes
		if u.year != h.year {
			return false
		}
		switch u.act {
		case ActInjection, ActInterest:
			return u.amount <= h.deposits[u.to] && u.amount <= free
		case ActTransfer:
			return u.amount <= h.deposits[u.to]
		}
		return true // a refund that came back
	}
	return false
}

func (h *history) enter() {
	act := rapid.SampledFrom([]Act{ActInjection, ActInterest, ActRefund, ActTransfer, ActTransfer}).Draw(h.T, "act")
	from, to := rapid.SampledFrom([]string{"A", "B"}).Draw(h.T, "from"), rapid.SampledFrom([]string{"A", "B"}).Draw(h.T, "to")
	w := &waits{act: act, amount: h.amount(min(h.deposits[from], h.balance()-h.reserved())), by: h.someone(), on: h.day()}
	e := Entry{Number: h.number(), Act: act, Entered: w.on, Value: w.on, Amount: money.Fen(w.amount), Voucher: "v", By: []byte(w.by)}
	switch act {
	case ActRefund:
		w.from, w.account = from, rapid.SampledFrom([]byte{9, 9, 9, 7}).Draw(h.T, "account")
		e.From, e.Account = from, acc(w.account)
	case ActTransfer:
		w.from, w.to, w.account = from, to, rapid.SampledFrom([]byte{1, 2}).Draw(h.T, "account")
		e.From, e.To, e.Account = from, to, acc(w.account)
	default:
		w.to, e.To = to, to
	}
	if h.judge(act.String(), h.pool.Enter(e), h.affords(w, w.on) && len(h.waiting) < maxPending) {
		h.put(Entered{e})
		h.waiting[e.Number] = w
	}
}

// reverse asks that something posted be undone.
func (h *history) reverse() {
	if len(h.entries) == 0 {
		return
	}
	p := rapid.SampledFrom(h.entries).Draw(h.T, "entry")
	w := &waits{act: ActReversal, amount: p.amount, by: h.someone(), on: h.day(), undoes: p, from: p.from, to: p.to}
	open := p.year == h.year && !p.undone && p.act != ActReversal && !p.act.OfClaim() && p.act != ActYear
	for _, x := range h.waiting {
		open = open && x.undoes != p
	}
	e, no := h.pool.Reversal(Journal(h.log), p.number)
	e.Number, e.Entered, e.Value, e.Voucher, e.By = h.number(), w.on, w.on, "v", []byte(w.by)
	if no == nil {
		no = h.pool.Enter(e)
	}
	if h.judge("REVERSAL", no, open && h.affords(w, w.on) && len(h.waiting) < maxPending) {
		h.put(Entered{e})
		h.waiting[e.Number] = w
	}
}

// pick is one of the entries that wait.
func (h *history) pick() string {
	if len(h.waiting) == 0 {
		return ""
	}
	var numbers []string
	for n := range h.waiting {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return rapid.SampledFrom(numbers).Draw(h.T, "waiting")
}

func (h *history) confirm() {
	number := h.pick()
	if number == "" {
		return
	}
	w := h.waiting[number]
	by, on := h.someone(), h.day()
	maker := ""
	if w.undoes != nil {
		maker = w.undoes.by
	}
	if w.claim != nil {
		h.comesBack(number, w, by, on)
		return
	}
	c, no := h.pool.Confirm(number, []byte(by), on, false)
	if h.judge("confirm", no, by != w.by && by != maker && on >= w.on && h.affords(w, on)) {
		h.put(c)
		h.post(number, w, on)
	}
}

// post is what an entry does to the model.
func (h *history) post(number string, w *waits, on calendar.Date) {
	delete(h.waiting, number)
	h.last = on
	h.postedAll++
	h.entries = append(h.entries, &posted{waits: *w, number: number, year: h.year})
	if w.act == ActYear {
		h.year, h.opening, h.sums, h.bankYear = w.opens, h.balance(), map[Act]int64{}, map[string]int64{}
		return
	}
	act, amount, from, to := w.act, w.amount, w.from, w.to
	if w.act == ActReversal {
		w.undoes.undone = true
		act, amount, from, to = w.undoes.act, -w.undoes.amount, w.undoes.from, w.undoes.to
	}
	h.sums[act] += amount
	if from != "" {
		h.deposits[from] -= amount
	}
	if to != "" {
		h.deposits[to] += amount
	}
}

func (h *history) drop() {
	if number := h.pick(); number != "" {
		d, no := h.pool.Drop(number, "slip")
		if h.judge("drop", no, true) {
			h.put(d)
			delete(h.waiting, number)
		}
	}
}

// approve puts claims before the fund, or one that was stopped again.
func (h *history) approve() {
	for _, c := range h.claims {
		if c.stage == "stopped" && rapid.Bool().Draw(h.T, "again") {
			c.stage, c.approved = "approved", h.date
			c.entitled = max(c.paid, c.entitled-rapid.Int64Range(0, 3).Draw(h.T, "less"))
			return
		}
	}
	for range rapid.IntRange(1, 4).Draw(h.T, "claims") {
		h.claims = append(h.claims, &fate{bank: rapid.SampledFrom([]string{"BankA", "BankB"}).Draw(h.T, "bank"), claim: fmt.Sprintf("C%03d", len(h.claims)), pack: rapid.SampledFrom([]int64{20, 50, 100}).Draw(h.T, "pack"),
			approved: h.date - calendar.Date(rapid.IntRange(0, 3).Draw(h.T, "ago")), entitled: rapid.OneOf(rapid.Int64Range(1, 40_000), rapid.Int64Range(1, 9)).Draw(h.T, "entitled"), stage: "approved"})
	}
}

// allocate shares the available balance; the model works the same out anew.
func (h *history) allocate() {
	var list []*fate
	var claims []Waiting
	for _, c := range h.claims {
		if c.stage == "approved" {
			list = append(list, c)
			claims = append(claims, Waiting{Bank: c.bank, Rules: consortium.SumRules{BankYear: money.Rate(c.pack) * money.Percent},
				Claim: compensation.Payable{Claim: c.claim, Approved: c.approved, Entitlement: money.Fen(c.entitled), Binding: "ratio", Paid: money.Fen(c.paid)}})
		}
	}
	if len(claims) == 0 {
		return
	}
	slices.SortStableFunc(list, func(a, b *fate) int {
		if a.approved != b.approved {
			return int(a.approved - b.approved)
		}
		return compare(a.claim, b.claim)
	})
	shares, err := h.pool.Allocate(rapid.Permutation(claims).Draw(h.T, "order"))
	require.NoError(h, err)
	available := h.balance() - h.reserved()
	var wanted, given int64
	got := map[string]int64{}
	for i, s := range shares {
		c := list[i]
		require.Equal(h, c.claim, s.Claim.Claim, "order of approval, then number")
		want := c.entitled - c.paid
		left := max(0, h.opening*c.pack/100-h.bankYear[c.bank]-got[c.bank])
		if left < want {
			want = left
		}
		got[c.bank] += want
		wanted += want
		given += int64(s.Amount)
		require.LessOrEqual(h, int64(s.Amount), want)
		list[i].amount = want // until the parts are checked below
	}
	require.Equal(h, min(wanted, available), given, "the parts sum exactly")
	for i, s := range shares {
		if want := list[i].amount; wanted > available { // within a fen of the exact part
			exact := new(big.Int).Mul(big.NewInt(want), big.NewInt(available))
			floor := new(big.Int).Quo(exact, big.NewInt(wanted)).Int64()
			require.Contains(h, []int64{floor, floor + 1}, int64(s.Amount))
			require.True(h, int64(s.Amount) == want || s.Binding == "pool")
		} else {
			require.Equal(h, want, int64(s.Amount))
			require.Equal(h, want < list[i].entitled-list[i].paid, s.Binding == "bank_year")
		}
	}
	on := h.day()
	e, no := h.pool.earmarked(shares, on)
	if !h.judge("allocate", no, h.timely(on)) {
		for _, c := range list {
			c.amount = c.paid
		}
		return
	}
	h.put(e)
	h.last = on
	for i, s := range shares {
		c := list[i]
		c.stage, c.amount, c.year = "live", c.paid+int64(s.Amount), on.Year()
		h.bankYear[c.bank] += int64(s.Amount)
		key := AllocationNo(c.bank, c.claim)
		h.allocations[key] = s.allocated("batch", on).Evolve(h.allocations[key])
	}
}

func (h *history) live() (list []*fate) {
	for _, c := range h.claims {
		if c.stage == "live" {
			list = append(list, c)
		}
	}
	return list
}

// order writes a payment order for one or two claims of a bank.
func (h *history) order() {
	list := h.live()
	if len(list) == 0 {
		return
	}
	first := rapid.SampledFrom(list).Draw(h.T, "claim")
	o := &ordered{bank: first.bank, by: h.someone(), on: h.date, from: rapid.SampledFrom([]string{"A", "B"}).Draw(h.T, "from"),
		account: rapid.SampledFrom([]byte{h.payee[first.bank], h.payee[first.bank], h.payee[first.bank], 7}).Draw(h.T, "account"), lines: map[string]int64{}, done: map[string]bool{}}
	p := Payment{Bank: o.bank, From: o.from, Account: acc(o.account), Voucher: "v", Ordered: o.on, By: []byte(o.by)}
	for _, c := range list {
		if c.bank == o.bank && (c == first || len(o.lines) < 2 && rapid.Bool().Draw(h.T, "too")) {
			part := rapid.SampledFrom([]int64{c.unpaid(), c.unpaid() / 2, c.unpaid() + 1}).Draw(h.T, "part")
			o.lines[c.claim] = part
			p.Lines = append(p.Lines, PaymentLine{Claim: c.claim, Amount: money.Fen(part)})
		}
	}
	number := h.number()
	h.orders[number], h.payments[number] = o, PaymentOrdered{p}.Evolve(Payment{})
	if rapid.IntRange(0, 9).Draw(h.T, "drop") == 7 {
		o.dropped = true
		h.payments[number] = PaymentDropped{"slip"}.Evolve(h.payments[number])
	}
}

// pay pays a line of an order, which its book would take.
func (h *history) pay() {
	var numbers []string
	for n := range h.orders {
		numbers = append(numbers, n)
	}
	if len(numbers) == 0 {
		return
	}
	slices.Sort(numbers)
	number := rapid.SampledFrom(numbers).Draw(h.T, "order")
	o := h.orders[number]
	var names []string
	for claim := range o.lines {
		names = append(names, claim)
	}
	slices.Sort(names)
	claim := rapid.SampledFrom(append(names, "none")).Draw(h.T, "claim")
	by, on := h.someone(), h.day()
	var c *fate
	for _, x := range h.claims {
		if x.bank == o.bank && x.claim == claim {
			c = x
		}
	}
	bank := rapid.SampledFrom([]string{o.bank, o.bank, o.bank, o.bank, "BankA"}).Draw(h.T, "book")
	key := AllocationNo(bank, claim)
	part, there := o.lines[claim]
	expected := bank == o.bank && there && by != o.by && !o.dropped && !o.done[claim] && on >= o.on && h.timely(on) && o.account == h.payee[o.bank] &&
		c.stage == "live" && part <= c.unpaid() && (part > 0 || c.unpaid() == 0) && part <= h.deposits[o.from]
	paid, piece, no := h.pool.pay(paying{order: number, payment: h.payments[number], claim: claim, bank: bank, by: []byte(by), date: on}, h.allocations[key])
	if !h.judge("pay", no, expected) {
		return
	}
	h.put(paid)
	h.payments[number] = LinePaid{claim, on}.Evolve(h.payments[number])
	h.allocations[key] = piece.Evolve(h.allocations[key])
	o.done[claim] = true
	h.last = on
	h.sums[ActPayout] += part
	h.deposits[o.from] -= part
	c.paid += part
	require.Equal(h, c.paid == c.amount, piece.Last)
	if c.paid == c.amount {
		c.stage = "done"
	}
}

func (h *history) stop() {
	list := h.live()
	if len(list) == 0 {
		return
	}
	c := rapid.SampledFrom(list).Draw(h.T, "claim")
	on := h.day()
	key := AllocationNo(c.bank, c.claim)
	freed, stopped, no := h.pool.stop(h.allocations[key], "why", on)
	if h.judge("stop", no, on >= h.last) {
		if c.year == h.year {
			h.bankYear[c.bank] -= c.unpaid()
		}
		h.put(freed)
		h.allocations[key] = stopped.Evolve(h.allocations[key])
		h.last = on
		c.amount, c.stage = c.paid, "stopped"
	}
}

// sendBack enters money that comes back on a claim.
func (h *history) sendBack() {
	var list []*fate
	for _, c := range h.claims {
		if c.paid > 0 {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return
	}
	c := rapid.SampledFrom(list).Draw(h.T, "claim")
	principal := h.amount(c.paid - c.back)
	w := &waits{act: rapid.SampledFrom([]Act{ActReturn, ActClawback}).Draw(h.T, "act"), interest: rapid.Int64Range(0, 50).Draw(h.T, "interest"), to: rapid.SampledFrom([]string{"A", "B"}).Draw(h.T, "to"),
		claim: c, by: h.someone(), on: h.day()}
	w.amount = principal + w.interest
	e := Entry{Number: h.number(), Act: w.act, Entered: w.on, Value: w.on, To: w.to, Holder: c.bank, Claim: c.claim, Amount: money.Fen(w.amount), Bears: money.Fen(w.interest), Voucher: "v", By: []byte(w.by)}
	no := h.allocations[AllocationNo(c.bank, c.claim)].gives(e)
	if no == nil {
		no = h.pool.Enter(e)
	}
	if h.judge(w.act.String(), no, principal <= c.paid-c.back && h.timely(w.on) && len(h.waiting) < maxPending) {
		h.put(Entered{e})
		h.waiting[e.Number] = w
	}
}

func (h *history) comesBack(number string, w *waits, by string, on calendar.Date) {
	c := w.claim
	key := AllocationNo(c.bank, c.claim)
	_, wrong := h.pool.Confirm(number, []byte(by), on, false)
	require.NotNil(h, wrong, "what belongs to a claim is confirmed with it")
	act := rapid.SampledFrom([]Act{w.act, w.act, w.act, ActReturn}).Draw(h.T, "as")
	confirmed, back, no := h.pool.comeBack(number, c.bank, c.claim, act, h.allocations[key], []byte(by), on)
	if h.judge("comeBack", no, act == w.act && by != w.by && on >= w.on && h.timely(on) && w.amount-w.interest <= c.paid-c.back) {
		h.put(confirmed)
		h.allocations[key] = back.Evolve(h.allocations[key])
		h.post(number, w, on)
		c.back += w.amount - w.interest
		c.interest += w.interest
	}
}

func (h *history) settle() {
	next := calendar.MustParse(fmt.Sprintf("%d-01-02", h.year+1))
	on := h.date
	opens := h.year + 1
	if rapid.IntRange(0, 2).Draw(h.T, "now") > 0 && next > h.date {
		h.date, on = next, next
	}
	if rapid.IntRange(0, 9).Draw(h.T, "which") == 7 {
		opens++
	}
	w := &waits{act: ActYear, by: h.someone(), on: on, opens: opens}
	e := Entry{Number: h.number(), Act: ActYear, Entered: on, Year: opens, By: []byte(w.by)}
	if !h.judge("YEAR", h.pool.Enter(e), h.affords(w, on) && len(h.waiting) < maxPending) {
		return
	}
	h.put(Entered{e})
	h.waiting[e.Number] = w
	if by := h.someone(); rapid.IntRange(0, 9).Draw(h.T, "at once") > 0 {
		c, no := h.pool.Confirm(e.Number, []byte(by), on, false)
		if h.judge("confirm", no, by != w.by) {
			h.put(c)
			h.post(e.Number, w, on)
		}
	}
}

// check holds the pool against the model after each command.
func (h *history) check() {
	require.Nil(h, h.pool.Holds())
	t := h.pool.Totals
	require.Equal(h, []int64{h.opening, h.sums[ActInjection], h.sums[ActInterest], h.sums[ActReturn], h.sums[ActClawback], h.sums[ActPayout], h.sums[ActRefund]},
		[]int64{int64(t.Opening), int64(t.Injections), int64(t.Interest), int64(t.Returns), int64(t.Clawbacks), int64(t.Payouts), int64(t.Refunds)})
	require.Equal(h, h.balance(), int64(h.pool.Balance))
	require.Equal(h, h.opening+h.sums[ActInjection]+h.sums[ActInterest]+h.sums[ActReturn]+h.sums[ActClawback]-h.sums[ActPayout]-h.sums[ActRefund], h.balance(), "the identity")
	for code, balance := range h.deposits {
		d, _ := h.pool.Deposit(code)
		require.Equal(h, balance, int64(d.Balance))
		require.GreaterOrEqual(h, balance, int64(0))
	}
	var unpaid money.Fen
	for _, a := range h.allocations {
		unpaid += a.Unpaid()
	}
	require.Equal(h, h.pool.Reserved, unpaid, "reserved is what is allocated and unpaid")
	require.Equal(h, h.reserved(), int64(h.pool.Reserved))
	require.GreaterOrEqual(h, int64(h.pool.Available()), int64(0))
	for _, c := range h.claims {
		a := h.allocations[AllocationNo(c.bank, c.claim)]
		require.Equal(h, []int64{c.amount, c.paid, c.back, c.interest}, []int64{int64(a.Amount), int64(a.Paid), int64(a.Back), int64(a.Interest)})
		require.True(h, 0 <= c.back && c.back <= c.paid && c.paid <= c.amount && c.amount <= max(c.entitled, c.paid))
	}
	for bank, got := range h.bankYear {
		require.Equal(h, got, int64(h.pool.Allocated(bank)))
		require.LessOrEqual(h, got, h.opening, "no bank gets more in a year than its share")
	}
	require.Len(h, h.pool.Pending, len(h.waiting))
}

// live runs a history of at least so many commands.
func live(t *rapid.T, least int) *history {
	h := begin(t)
	steps := []func(){h.enter, h.enter, h.reverse, h.confirm, h.confirm, h.confirm, h.confirm, h.drop, h.approve, h.approve, h.allocate, h.allocate,
		h.order, h.order, h.order, h.pay, h.pay, h.pay, h.pay, h.pay, h.stop, h.sendBack, h.sendBack, h.sendBack}
	for h.commands < least {
		h.date += calendar.Date(rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "days"))
		if h.date.Year() > h.year || rapid.IntRange(0, 60).Draw(t, "year ends") == 41 {
			h.settle()
		} else {
			steps[rapid.IntRange(0, len(steps)-1).Draw(t, "step")]()
		}
		h.check()
	}
	// The journal says what the pool does.
	var balance, payouts money.Fen
	for _, l := range Journal(h.log) {
		act, amount := l.Entry.act()
		switch act {
		case ActOpening, ActInjection, ActInterest, ActReturn, ActClawback:
			balance += amount
		case ActRefund:
			balance -= amount
		case ActPayout:
			balance -= amount
			payouts++
		}
		require.Equal(t, balance, l.Balance)
	}
	require.Equal(t, h.pool.Balance, balance)
	return h
}

const leastCommands = 50

func TestHistoriesOfTheFund(t *testing.T) {
	total, refused, lengths := 0, 0, []int{}
	counts := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		h := live(t, rapid.IntRange(leastCommands, 90).Draw(t, "length"))
		total += h.commands
		refused += h.refused
		lengths = append(lengths, h.commands)
		for what, n := range h.counts {
			counts[what] += n
		}
	})
	slices.Sort(lengths)
	require.GreaterOrEqual(t, lengths[len(lengths)/2], leastCommands)
	t.Logf("%d histories, median %d commands, %d commands, %d refused, %v", len(lengths), lengths[len(lengths)/2], total, refused, counts)
	for _, what := range []string{"INJECTION", "INTEREST", "REFUND", "TRANSFER", "REVERSAL", "RETURN", "CLAWBACK", "YEAR", "confirm", "drop", "allocate", "pay", "stop", "comeBack"} {
		require.NotZero(t, counts[what], what)
	}
}
