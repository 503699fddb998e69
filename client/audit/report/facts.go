package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/facts"
)

func sequence(n uint64) string { return "序号 sequence " + strconv.FormatUint(n, 10) }

func place(name string, first, last uint64) string {
	switch {
	case name != "leaf" && name != "record":
		return name
	case first == last:
		return fmt.Sprintf("%s %d", name, first)
	}
	return fmt.Sprintf("%s %d..%d", name, first, last)
}

// told is an aggregate of a pack, with its state as the ledger has it.
type told[S any] struct {
	ledgerstate.Told
	state S
}

// of are a pack's aggregates of a kind.
func of[S any](p *facts.Pack, kind string) (list []told[S], err error) {
	for _, v := range p.Values {
		for _, a := range v.Aggregates {
			if a.Kind != kind {
				continue
			}
			t := told[S]{Told: a}
			raw, err := json.Marshal(a.State)
			if err == nil {
				err = json.Unmarshal(raw, &t.state)
			}
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", kind, a.Natural, err)
			}
			list = append(list, t)
		}
	}
	return list, nil
}

// facts looks for what is out of the ordinary in a pack that is true.
func (r *Report) facts(where string, p *facts.Pack) error {
	r.dates(where, p)
	if err := r.claims(where, p); err != nil {
		return err
	}
	if err := r.pledges(where, p); err != nil {
		return err
	}
	return r.grants(where, p)
}

// dates finds entries whose business date lies before that of the entry that
// was committed before them.
func (r *Report) dates(where string, p *facts.Pack) {
	for _, v := range p.Values {
		for _, a := range v.Aggregates {
			for i := 1; i < len(a.Log); i++ {
				if before, now := a.Log[i-1].Date, a.Log[i].Date; now < before {
					r.add(Exception{BackDated, where, a.Kind + " " + a.Natural, "日期 " + now.String() + " 早于此前一笔 " + before.String(),
						fmt.Sprintf("%s %s is dated %s, the entry before it %s", a.Log[i].Name, a.Log[i].Number, now, before)})
				}
			}
		}
	}
}

// claims finds claims in which one person took two steps that two must take.
func (r *Report) claims(where string, p *facts.Pack) error {
	list, err := of[compensation.Claim](p, compensation.ClaimKind.Code)
	if err != nil {
		return err
	}
	for _, c := range list {
		by := c.state.People
		steps := []struct {
			zh, en string
			who    []byte
		}{{"提交", "submitted", by.Submitted}, {"受理", "accepted", by.Accepted}, {"审核", "reviewed", by.Reviewed}, {"公示", "publicised", by.Publicised}, {"批准", "approved", by.Approved}}
		for i, a := range steps {
			for _, b := range steps[i+1:] {
				if len(a.who) > 0 && bytes.Equal(a.who, b.who) {
					r.add(Exception{SelfApproved, where, "claim " + c.Natural, a.zh + "与" + b.zh + "为同一人", fmt.Sprintf("%s and %s by the certificate %x", a.en, b.en, a.who)})
				}
			}
		}
	}
	return nil
}

// pledges finds receivables that secure more than one loan.
func (r *Report) pledges(where string, p *facts.Pack) error {
	buckets, err := of[registry.Bucket](p, registry.BucketKind.Code)
	if err != nil {
		return err
	}
	first := map[string]registry.Pledge{}
	for _, b := range buckets {
		for _, x := range b.state.Pledges {
			before, twice := first[string(x.Key)]
			if !twice {
				first[string(x.Key)] = x
				continue
			}
			r.add(Exception{DoubleFinanced, where, x.Contract, "同一应收账款已为 " + before.Contract + " 担保", fmt.Sprintf("the receivable of %s (%s) secures %s (%s) already", x.Contract, x.Bank, before.Contract, before.Bank)})
		}
	}
	return nil
}

// grants finds uses beyond their grants, and records that were released
// without the use of one.
func (r *Report) grants(where string, p *facts.Pack) error {
	list, err := of[authorization.Grant](p, authorization.Kind.Code)
	if err != nil {
		return err
	}
	markers, err := of[authorization.Marker](p, authorization.Revocations.Code)
	if err != nil {
		return err
	}
	revoked := map[string]calendar.Date{}
	for _, m := range markers {
		revoked[m.Natural] = m.state.Day
	}
	grants := map[string]told[authorization.Grant]{}
	for _, g := range list {
		grants[g.Natural] = g
		r.uses(where, g, revoked)
	}
	requests, err := of[disclosure.Request](p, disclosure.Kind.Code)
	if err != nil {
		return err
	}
	for _, q := range requests {
		if why := unlawful(q, grants); why.zh != "" {
			r.add(Exception{NoGrant, where, "disclosure " + q.Natural, why.zh, why.en})
		}
	}
	return nil
}

// uses holds the uses of a grant against its terms.
func (r *Report) uses(where string, g told[authorization.Grant], revoked map[string]calendar.Date) {
	t, used := g.state.Terms, 0
	day, ended := revoked[authorization.MarkerRef(g.Natural, t.Subject).No]
	for _, e := range g.Log {
		if e.Name != "Used" {
			continue
		}
		used++
		switch {
		case used > t.Max:
			r.add(Exception{NoGrant, where, "grant " + g.Natural, "超过授权次数 " + strconv.Itoa(t.Max), fmt.Sprintf("use %s is the %d-th of %d", e.Number, used, t.Max)})
		case e.Date < t.From || e.Date > t.To:
			r.add(Exception{NoGrant, where, "grant " + g.Natural, "查询日期不在授权期内", fmt.Sprintf("use %s is of %s, the grant runs from %s to %s", e.Number, e.Date, t.From, t.To)})
		case ended && e.Date > day:
			r.add(Exception{NoGrant, where, "grant " + g.Natural, "撤回授权之后查询", fmt.Sprintf("use %s is of %s, the grant was revoked on %s", e.Number, e.Date, day)})
		}
	}
}

type reason struct{ zh, en string }

// unlawful says why what was released should not have been; nothing if it
// should.
func unlawful(q told[disclosure.Request], grants map[string]told[authorization.Grant]) reason {
	s := q.state
	if s.Delivered == nil && !s.Received {
		return reason{}
	}
	if s.Denied != nil {
		return reason{"已拒绝的申请仍有交付", "records were released for a request that was denied: " + s.Denied.Code}
	}
	g, ok := grants[s.Terms.Grant.No]
	if !ok {
		return reason{"没有该授权书", "there is no grant " + s.Terms.Grant.No}
	}
	t := g.state.Terms
	switch {
	case t.Grantee != s.User.MSP:
		return reason{"授权书属于他人", "the grant is to " + t.Grantee + ", released to " + s.User.MSP}
	case t.Purpose != s.Terms.Purpose:
		return reason{"用途与授权不符", "the grant is for purpose " + t.Purpose + ", released for " + s.Terms.Purpose}
	case t.Subject != s.Terms.Subject:
		return reason{"授权书属于另一主体", "the grant is of another subject"}
	}
	for _, item := range s.Terms.Items() {
		if !slices.Contains(t.Items, item) {
			return reason{"数据项不在授权范围内", "item " + item + " is not granted"}
		}
	}
	if !slices.ContainsFunc(g.Log, func(e ledgerstate.ToldEntry) bool { return e.Name == "Used" && e.Number == q.Natural }) {
		return reason{"交付前没有登记使用", "no use of the grant was committed for it"}
	}
	return reason{}
}
