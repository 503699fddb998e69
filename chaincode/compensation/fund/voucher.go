package fund

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Voucher 凭证 is the use of a voucher's number in a year: one movement of money
// has one voucher, so a number that comes again is the same paper entered
// twice. A payment order has one for all its lines.
type Voucher struct {
	Entry string // number of the entry or order that stands on it; "": none, what stood on it was dropped
}

// VoucherKind are the vouchers. Their natural key is year/number: numbering
// begins anew each year.
var VoucherKind = ledgerstate.NewKind[Voucher](ledgerstate.Kind[Voucher]{
	Code: "voucher", Collection: command.Fund.Name, Slots: 1, Keep: 2, Schema: 1, Under: true,
	Zh: "凭证", En: "voucher numbers in use",
}, VoucherUsed{}, VoucherFreed{})

// VoucherUsed binds a number to an entry.
type VoucherUsed struct{ Entry string }

// Evolve implements ledgerstate.Event.
func (e VoucherUsed) Evolve(Voucher) Voucher { return Voucher(e) }

// VoucherFreed lets a number be used again: what stood on it was dropped
// before any money counted.
type VoucherFreed struct{}

// Evolve implements ledgerstate.Event.
func (VoucherFreed) Evolve(Voucher) Voucher { return Voucher{} }

// voucherRef is where a voucher is kept.
func voucherRef(entered calendar.Date, number string) ledgerstate.Ref {
	no := strconv.Itoa(entered.Year()) + "/" + number
	sum := sha256.Sum256([]byte(no))
	return ledgerstate.Ref{ID: ledgerstate.ID{Page: "v" + hex.EncodeToString(sum[:12])}, No: no}
}

func voucherWant(entered calendar.Date, number string) ledgerstate.Want {
	return ledgerstate.Want{Kind: VoucherKind, Ref: voucherRef(entered, number)}
}

// wantsEntry is what an entry with a voucher reads.
func wantsEntry(h command.Head, voucher string) []ledgerstate.Want {
	return append(wantsPool(), voucherWant(h.Date, voucher))
}

// takes reserves a voucher for an entry or an order, or refuses one that is taken.
func takes(ctx *command.Context, entered calendar.Date, number, entry string) (ledgerstate.Change, error) {
	ref := voucherRef(entered, number)
	r, err := VoucherKind.At(ctx.View, ref.ID)
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		return VoucherKind.Born(ref, VoucherUsed{entry}), nil
	case r.State.Entry != "":
		return nil, VoucherTwice.At("voucher", nil, number)
	}
	return VoucherKind.Happened(ref, VoucherUsed{entry}), nil
}

// frees gives a dropped entry's voucher back.
func frees(entered calendar.Date, number string) ledgerstate.Change {
	return VoucherKind.Happened(voucherRef(entered, number), VoucherFreed{})
}
