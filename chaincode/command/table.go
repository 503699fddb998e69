package command

import "fmt"

// Party is the place an organization has in the consortium. The topology
// says which organization holds which; policies never name an organization.
type Party string

const (
	Commission  Party = "C"        // 省发展改革委
	CentralBank Party = "P"        // 人民银行
	Finance     Party = "F"        // 省财政厅
	Bank        Party = "B"        // the bank that owns the book
	Audit       Party = "Audit"    // 审计: verifies, stands in no policy
	Subject     Party = "Subject"  // 信息主体, no peer
	Provider    Party = "Provider" // 责任单位, no peer
)

// Policy says whose endorsement a write needs: a leaf names a party, a node
// needs Need of Of.
type Policy struct {
	Party Party
	Need  int
	Of    []Policy
}

func by(p Party) Policy                  { return Policy{Party: p} }
func all(of ...Policy) Policy            { return Policy{Need: len(of), Of: of} }
func some(need int, of ...Policy) Policy { return Policy{Need: need, Of: of} }
func (p Policy) leaf() bool              { return p.Party != "" }
func (p Policy) satisfied(s map[Party]bool) bool {
	if p.leaf() {
		return s[p.Party]
	}
	n := 0
	for _, q := range p.Of {
		if q.satisfied(s) {
			n++
		}
	}
	return n >= p.Need
}

// SatisfiedBy reports whether endorsements of these parties suffice.
func (p Policy) SatisfiedBy(parties ...Party) bool {
	set := map[Party]bool{}
	for _, q := range parties {
		set[q] = true
	}
	return p.satisfied(set)
}

var (
	threeAuthorities = all(by(Commission), by(CentralBank), by(Finance))
	twoAuthorities   = some(2, by(Commission), by(CentralBank), by(Finance))
	oneAuthority     = some(1, by(Commission), by(CentralBank), by(Finance))
)

// Collection is a private data collection: who holds it, whose endorsement
// its writes need, what it is for.
type Collection struct {
	Name    string
	Members []Party
	Endorse Policy
	Zh, En  string
}

// Has reports whether the party holds the collection's data.
func (c Collection) Has(p Party) bool {
	for _, m := range c.Members {
		if m == p {
			return true
		}
	}
	return false
}

// Chaincode is one of the two chaincode packages.
type Chaincode string

const (
	Book    Chaincode = "book"    // deployed once per bank, as book-<bank>
	Commons Chaincode = "commons" // deployed once
)

// The table of design §4: the only place that says who sees and who signs.
var (
	// PublicPolicy is the policy of both chaincodes, hence of public keys. It
	// names no bank.
	PublicPolicy = threeAuthorities

	Person = Collection{Name: "person", Members: []Party{Bank, Commission},
		Endorse: all(by(Bank), by(Commission)),
		Zh:      "主体身份", En: "identities of the subjects who deal with the bank"}
	Intake = Collection{Name: "intake", Members: []Party{Bank, Commission, CentralBank, Finance},
		Endorse: twoAuthorities,
		Zh:      "申请与授权", En: "applications, routing, grants to the bank, revocations, uses"}
	Loan = Collection{Name: "loan", Members: []Party{Bank, Commission, CentralBank, Finance},
		Endorse: all(by(Bank), oneAuthority),
		Zh:      "信贷", En: "decisions, contracts, loans"}
	Comp = Collection{Name: "comp", Members: []Party{Bank, Commission, CentralBank, Finance},
		Endorse: threeAuthorities,
		Zh:      "风险补偿", En: "filings, claims, recoveries of the bank"}

	Registry = Collection{Name: "registry", Members: []Party{Commission, CentralBank, Finance},
		Endorse: threeAuthorities,
		Zh:      "跨行登记", En: "what must be unique or limited across banks"}
	CommonsIntake = Collection{Name: "intake", Members: []Party{Commission, CentralBank, Finance},
		Endorse: twoAuthorities,
		Zh:      "对非银行的授权", En: "grants to others than banks, and their uses"}
	Fund = Collection{Name: "fund", Members: []Party{Commission, CentralBank, Finance, Audit},
		Endorse: threeAuthorities,
		Zh:      "补偿资金", En: "the compensation fund"}
)

// Entrusted is whose endorsements writes to collections of a book need where
// its bank has left, or refuses what the law orders: those of the authorities
// that hold the data, all of them. The authorities give the book a definition
// that says so (qxl network entrust); the data's members stay.
func Entrusted(collections ...Collection) Policy {
	parties := map[Party]bool{}
	for _, c := range collections {
		for _, p := range c.Members {
			if p != Bank {
				parties[p] = true
			}
		}
	}
	var of []Policy
	for _, p := range []Party{Commission, CentralBank, Finance} {
		if parties[p] {
			of = append(of, by(p))
		}
	}
	return all(of...)
}

// Collections of a chaincode, in the order of its definition.
func (c Chaincode) Collections() []Collection {
	switch c {
	case Book:
		return []Collection{Person, Intake, Loan, Comp}
	case Commons:
		return []Collection{Registry, CommonsIntake, Fund}
	}
	panic(fmt.Sprintf("no chaincode %q", string(c)))
}

// Lane is the way a transaction takes: what it writes and who must endorse
// it. Commands of one lane may share a batch.
//
// A lane of commons may need a book too. One that Asks reads books, through
// calls that write nothing. One with a Book is joint: it asks the one book
// that its transaction names, decides, and calls that book once to write, so
// that the policies of both chaincodes hold. Its receipts are the book's.
type Lane struct {
	Name        string
	Chaincode   Chaincode
	Collections []Collection // the first holds the lane's receipts, unless Book does; none means public keys
	Reads       []Collection // collections read besides, whose members include every endorser
	Endorse     Policy       // all of the collections' policies at once
	Asks        []Collection // of a book: what the lane is told of
	Book        []Collection // of a book: what the lane writes there; the first holds its receipts
}

// Joint reports whether one transaction of the lane writes commons and a
// book.
func (l Lane) Joint() bool { return len(l.Book) > 0 }

// Receipts says where the lane's receipts are: in which chaincode, and in
// which of its collections, none if they are public.
func (l Lane) Receipts() (Chaincode, []Collection) {
	switch {
	case l.Joint():
		return Book, l.Book[:1]
	case len(l.Collections) > 0:
		return l.Chaincode, l.Collections[:1]
	}
	return l.Chaincode, nil
}

var (
	PersonLane = Lane{Name: "person", Chaincode: Book, Collections: []Collection{Person}, Endorse: Person.Endorse}
	IntakeLane = Lane{Name: "intake", Chaincode: Book, Collections: []Collection{Intake}, Endorse: Intake.Endorse}
	AcceptLane = Lane{Name: "accept", Chaincode: Book, Collections: []Collection{Loan, Person}, Reads: []Collection{Intake}, Endorse: all(by(Bank), by(Commission))}
	LoanLane   = Lane{Name: "loan", Chaincode: Book, Collections: []Collection{Loan}, Reads: []Collection{Intake}, Endorse: Loan.Endorse}
	CompLane   = Lane{Name: "comp", Chaincode: Book, Collections: []Collection{Comp}, Reads: []Collection{Loan, Intake}, Endorse: Comp.Endorse}

	// Erasures have lanes of their own where one collection's rule must read
	// others: what is erased from one is checked against the order in intake.
	ErasureLane     = Lane{Name: "erasure", Chaincode: Book, Collections: []Collection{Intake}, Reads: []Collection{Loan, Comp}, Endorse: Intake.Endorse}
	EraseLoanLane   = Lane{Name: "eraseloan", Chaincode: Book, Collections: []Collection{Loan}, Reads: []Collection{Intake, Comp}, Endorse: Loan.Endorse}
	ErasePersonLane = Lane{Name: "eraseperson", Chaincode: Book, Collections: []Collection{Person}, Reads: []Collection{Intake, Loan, Comp}, Endorse: Person.Endorse}

	PublicLane   = Lane{Name: "public", Chaincode: Commons, Endorse: threeAuthorities}
	OthersLane   = Lane{Name: "others", Chaincode: Commons, Collections: []Collection{CommonsIntake}, Endorse: CommonsIntake.Endorse}
	FilingLane   = Lane{Name: "filing", Chaincode: Commons, Collections: []Collection{Registry}, Reads: []Collection{Fund}, Endorse: Registry.Endorse, Asks: []Collection{Loan, Intake, Comp}, Book: []Collection{Comp}}
	RegistryLane = Lane{Name: "registry", Chaincode: Commons, Collections: []Collection{Registry}, Endorse: Registry.Endorse, Asks: []Collection{Loan, Comp}}
	FundLane     = Lane{Name: "fund", Chaincode: Commons, Collections: []Collection{Fund}, Endorse: Fund.Endorse, Asks: []Collection{Comp}}
	SettleLane   = Lane{Name: "settle", Chaincode: Commons, Collections: []Collection{Fund}, Endorse: Fund.Endorse, Asks: []Collection{Loan, Comp}, Book: []Collection{Comp}}
)

// Lanes of a chaincode.
func (c Chaincode) Lanes() []Lane {
	if c == Book {
		return []Lane{PersonLane, IntakeLane, AcceptLane, LoanLane, CompLane, ErasureLane, EraseLoanLane, ErasePersonLane}
	}
	return []Lane{PublicLane, OthersLane, FilingLane, RegistryLane, FundLane, SettleLane}
}

// Named are the lanes for which a client names this chaincode: its own, and
// for a book the joint ones, whose transactions commons runs on the book's
// behalf.
func (c Chaincode) Named() []Lane {
	var list []Lane
	for _, l := range append(Book.Lanes(), Commons.Lanes()...) {
		named := l.Chaincode
		if l.Joint() {
			named = Book
		}
		if named == c {
			list = append(list, l)
		}
	}
	return list
}
