package authorization

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// Limits of the record, not of law.
const (
	maxItems   = 32
	maxUses    = 9999
	maxContact = 64 // bytes
	maxCode    = 64
	maxReason  = 200
	maxWhy     = 64
)

// Purposes that rules know by their code in the reference table.
const (
	preLoan    = "01" // 贷前审查: Parameters.PreLoanMaxDays bounds it besides
	statistics = "06" // 统计(去标识): never raw data
)

// validNumber takes what people print on a form; "/" separates it from the
// pseudonym in a revocation's key.
func validNumber(s string) bool {
	if len(s) < 1 || len(s) > maxCode {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] == '/' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

func (c GrantContent) valid() error {
	switch {
	case !validNumber(c.Grant.No):
		return NumberForm.At("grant.no", "1..64", invalid.Shown(c.Grant.No))
	case !subject.ValidPseudonym(c.Subject):
		return SubjectForm.At("subject", "8..32 of a-z 0-9", invalid.Shown(c.Subject))
	case !listed(SubjectTypes, string(c.Who)):
		return CodeUnknown.At("subject_type", names(SubjectTypes), invalid.Shown(string(c.Who)))
	case !listed(Capacities, string(c.Capacity)):
		return CodeUnknown.At("capacity", names(Capacities), invalid.Shown(string(c.Capacity)))
	case !listed(Modes, string(c.Mode)):
		return CodeUnknown.At("mode", names(Modes), invalid.Shown(string(c.Mode)))
	case !listed(Methods, string(c.Method)):
		return CodeUnknown.At("method", names(Methods), invalid.Shown(string(c.Method)))
	case c.Who == Enterprise && c.Capacity != LegalRepresentative:
		return SignerMissing.At("capacity", LegalRepresentative, c.Capacity)
	case c.Who == Enterprise && !subject.ValidPseudonym(c.Signer):
		return SignerMissing.At("signer", "8..32 of a-z 0-9", invalid.Shown(c.Signer))
	case c.Signer != "" && !subject.ValidPseudonym(c.Signer):
		return SignerMissing.At("signer", "8..32 of a-z 0-9", invalid.Shown(c.Signer))
	case c.Grantee == "" || len(c.Grantee) > maxCode:
		return GranteeWrong.At("grantee", nil, nil)
	case c.Contact == "" || len(c.Contact) > maxContact:
		return ContactMissing.At("contact", maxContact, len(c.Contact))
	case len(c.Items) < 1 || len(c.Items) > maxItems || repeated(c.Items):
		return ItemsWrong.At("items", "1..32, each once", len(c.Items))
	case len(c.Providers) < 1 || len(c.Providers) > maxItems || repeated(c.Providers):
		return ProviderWrong.At("providers", "1..32, each once", len(c.Providers))
	case c.Max < 1 || c.Max > maxUses:
		return QueriesRange.At("max_queries", "1..9999", c.Max)
	case len(c.Form) == 0:
		return FormMissing.At("form", nil, nil)
	case len(c.Signature) == 0:
		return SignatureMissing.At("signature", nil, nil)
	case len(c.Device) > maxCode:
		return TextLength.At("device", maxCode, len(c.Device))
	case len(c.CapturedBy) > maxCode || len(c.CheckedBy) > maxCode:
		return TextLength.At("captured_by", maxCode, max(len(c.CapturedBy), len(c.CheckedBy)))
	case c.Method == Paper && (c.CapturedBy == "" || c.CheckedBy == ""):
		return DoubleCheck.At("checked_by", "captured_by and checked_by", nil)
	case c.CapturedBy != "" && c.CapturedBy == c.CheckedBy:
		return DoubleCheck.At("checked_by", "another than captured_by", c.CheckedBy)
	}
	return c.validDates()
}

func (c GrantContent) validDates() error {
	switch {
	case c.Signed == 0 || c.Signed > c.Date:
		return SignedLater.At("signed", c.Date, c.Signed)
	case c.From < c.Signed:
		return WindowWrong.At("from", c.Signed, c.From)
	case c.To < c.From:
		return WindowWrong.At("to", c.From, c.To)
	}
	return c.validConsents()
}

// validConsents asks for what a person must agree to apart from the rest: the
// provision to a recipient in any case, automated decisions for a model.
func (c GrantContent) validConsents() error {
	seen := map[Consent]bool{}
	for _, x := range c.Consents {
		if !listed(Consents, string(x)) || seen[x] {
			return CodeUnknown.At("consents", names(Consents), invalid.Shown(string(x)))
		}
		seen[x] = true
	}
	if c.Who != Person {
		return nil
	}
	if !seen[ConsentProvision] {
		return ConsentMissing.At("consents", ConsentProvision, nil)
	}
	if c.Mode == Model && !seen[ConsentAutomated] {
		return ConsentMissing.At("consents", ConsentAutomated, nil)
	}
	return nil
}

// decide checks a grant against the reference tables and who submits it.
func (c GrantContent) decide(ctx *command.Context) error {
	if err := own(ctx, c.Subject); err != nil {
		return err
	}
	if ctx.Actor.Party == command.Subject && c.Method == Paper {
		return PaperByOperator.At("method", nil, c.Method)
	}
	tables := consortium.Of(ctx)
	if err := c.grantee(ctx.Owner, tables); err != nil {
		return err
	}
	purpose, ok := tables.Purpose(c.Purpose)
	if !ok {
		return PurposeUnknown.At("purpose", nil, invalid.Shown(c.Purpose))
	}
	if c.Purpose == statistics && c.Mode == Raw {
		return ModeForbidden.At("mode", "DERIVED MODEL", c.Mode)
	}
	limit := purpose.MaxDays
	if c.Purpose == preLoan && (limit == 0 || tables.Rules.PreLoanMaxDays < limit) {
		limit = tables.Rules.PreLoanMaxDays
	}
	if days := c.From.DaysUntil(c.To); limit > 0 && days > limit {
		return TooLong.At("to", limit, days)
	}
	return c.items(tables)
}

// grantee is the book's bank in a book; in commons any other organization
// that stands in the consortium for itself.
func (c GrantContent) grantee(owner string, tables *consortium.Tables) error {
	if owner != "" {
		if c.Grantee != owner {
			return GranteeWrong.At("grantee", owner, invalid.Shown(c.Grantee))
		}
		return nil
	}
	party, ok := tables.Party(c.Grantee)
	if !ok || party == command.Bank || party == command.Subject || party == command.Provider {
		return GranteeWrong.At("grantee", "an authority or auditor", invalid.Shown(c.Grantee))
	}
	return nil
}

func (c GrantContent) items(tables *consortium.Tables) error {
	for _, msp := range c.Providers {
		if _, ok := tables.Party(msp); !ok {
			return ProviderWrong.At("providers", "a member's MSP", invalid.Shown(msp))
		}
	}
	for _, code := range c.Items {
		item, ok := tables.Item(code)
		switch {
		case !ok:
			return ItemUnknown.At("items", nil, invalid.Shown(code))
		case item.Class == "BANNED":
			return ItemBanned.At("items", nil, code)
		case item.Class == "WARN_CONSENT" && len(c.Warning) == 0:
			return WarningMissing.At("warning", nil, code)
		case item.Class == "WARN_CONSENT" && c.Who == Person && !c.consents(ConsentSensitive):
			return ConsentMissing.At("consents", ConsentSensitive, code)
		case item.Owner != "" && !slices.Contains(c.Providers, item.Owner):
			return ProviderWrong.At("providers", item.Owner, code)
		}
	}
	return nil
}

func (c GrantContent) consents(x Consent) bool {
	for _, y := range c.Consents {
		if x == y {
			return true
		}
	}
	return false
}

func repeated(list []string) bool {
	seen := map[string]bool{}
	for _, s := range list {
		if s == "" || len(s) > maxCode || seen[s] {
			return true
		}
		seen[s] = true
	}
	return false
}

func (c RevokeContent) valid() error {
	switch {
	case !validNumber(c.Grant.No):
		return NumberForm.At("grant.no", "1..64", invalid.Shown(c.Grant.No))
	case !subject.ValidPseudonym(c.Subject):
		return SubjectForm.At("subject", "8..32 of a-z 0-9", invalid.Shown(c.Subject))
	case !listed(Channels, string(c.Channel)):
		return CodeUnknown.At("channel", names(Channels), invalid.Shown(string(c.Channel)))
	case len(c.Reason) > maxReason:
		return TextLength.At("reason", maxReason, len(c.Reason))
	}
	return nil
}

func (c CheckContent) valid() error {
	switch {
	case !subject.ValidPseudonym(c.Subject):
		return SubjectForm.At("subject", "8..32 of a-z 0-9", invalid.Shown(c.Subject))
	case len(c.Items) < 1 || len(c.Items) > maxItems || repeated(c.Items):
		return ItemsWrong.At("items", "1..32, each once", len(c.Items))
	case c.Why == "" || len(c.Why) > maxWhy:
		return TextLength.At("why", maxWhy, len(c.Why))
	}
	return nil
}
