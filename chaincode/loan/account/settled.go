package account

// Settled is the state of a settled account that tells what was lent and paid
// back, and nothing of when or how late.
func Settled(a *Account, s State) State {
	lent := a.Lent(s)
	out := State{Instalment: len(a.Plan().Instalments), Paid: Parts{Principal: lent, Interest: s.Paid.Interest}}
	if m := s.Amended; m != nil && m.Opening != nil {
		o := *m.Opening
		o.Balance, o.Arrears = o.Outstanding(), nil
		out.Amended = &Amended{Opening: &o}
	}
	return out
}
