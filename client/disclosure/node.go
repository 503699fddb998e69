package disclosure

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/wallet"
)

// Shelf is an owner's vault with its log, lent for one request.
type Shelf struct {
	Vault *vault.Vault
	Log   Log
	Close func() error
}

// Log is what a node needs of an evidence log: *evidencelog.Log.
type Log interface {
	Name() string
	Prove(seq uint64) (evidencelog.Receipt, error)
}

// Node serves one owner's records.
type Node struct {
	Client *book.Client   // of the person
	Person *wallet.Person // whose certificate the node shows and whose signature is under receipts
	Roots  Roots
	// Open lends vault and log. What is in use elsewhere is an error: the
	// caller is told to come again.
	Open func(context.Context) (*Shelf, error)
	// Subjects gives the names by which the vault knows the subject of a
	// pseudonym; none: the owner does not know whom it is.
	Subjects func(ctx context.Context, chaincode, pseudonym string) ([]string, error)
	// Items gives the data item of a schema's name ("contract" of
	// "contract/1") where it is not that name in capitals.
	Items map[string]string
	// Lag is how long a request may take to come to the own peer; 0: DefaultLag.
	Lag time.Duration
	// Told is told what became of a request; it may be nil.
	Told func(Outcome)
}

// Outcome is what became of a request at the node.
type Outcome struct {
	Request  string           `json:"request"`
	Caller   disclosure.Who   `json:"caller"`
	Refusal  *refusal.Refusal `json:"refusal,omitempty"`
	Recorded bool             `json:"recorded"` // on the ledger
	Records  int              `json:"records"`  // handed over
	Err      error            `json:"-"`        // the node could not
	At       time.Time        `json:"at"`
	Fields   []string         `json:"fields,omitempty"`
	Purpose  string           `json:"purpose,omitempty"`
	Sealed   disclosure.Hash  `json:"sealed,omitempty"`
}

// DefaultLag is longer than a block takes to come to a peer that is well.
const DefaultLag = 10 * time.Second

// Limits of a node.
const (
	maxAtOnce    = 16 // requests in work
	maxPerMinute = 60 // requests of one certificate
	chunk        = 1 << 20
	stall        = 30 * time.Second // for a chunk to be taken
)

// Serve answers until the context ends.
func (n *Node) Serve(ctx context.Context, l net.Listener) error {
	h := &handler{Node: n, slots: make(chan struct{}, maxAtOnce), calls: map[string]int{}}
	s := &http.Server{Handler: h, TLSConfig: serverTLS(n.Person, n.Roots), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx }, ErrorLog: quiet}
	done := context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if s.Shutdown(last) != nil {
			s.Close()
		}
	})
	defer done()
	if err := s.Serve(tls.NewListener(l, s.TLSConfig)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

type handler struct {
	*Node
	slots chan struct{}

	mu    sync.Mutex
	since time.Time
	calls map[string]int // by fingerprint, within this minute
}

// often tells whether somebody has come too often.
func (h *handler) often(who disclosure.Who) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := time.Now(); now.Sub(h.since) > time.Minute {
		h.since = now
		clear(h.calls)
	}
	h.calls[string(who.Fingerprint)]++
	return h.calls[string(who.Fingerprint)] > maxPerMinute
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	caller, err := h.Roots.who(r.TLS.PeerCertificates[0])
	if err != nil {
		http.Error(w, "no member", http.StatusForbidden)
		return
	}
	if h.often(caller) {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "too many requests", http.StatusTooManyRequests)
		return
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	switch {
	case r.Method == http.MethodPost && r.URL.Path == pathDisclose:
		h.discloseTo(w, r, caller)
	case r.Method == http.MethodGet && r.URL.Path == pathCiphertext:
		h.ciphertextTo(w, r, caller)
	default:
		http.Error(w, "nothing here", http.StatusNotFound)
	}
}

func (h *handler) discloseTo(w http.ResponseWriter, r *http.Request, caller disclosure.Who) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAsk))
	var ask Ask
	if err == nil {
		err = decode(raw, &ask)
	}
	if err != nil || ask.Format != AskFormat {
		http.Error(w, "not a request of format "+AskFormat, http.StatusBadRequest)
		return
	}
	room := disclosure.In(ask.Chaincode)
	if err := room.Use.Check(&ask.Use); err != nil || ask.Use.Owner != h.Person.MSP || !h.known(ask.Chaincode) {
		// Nobody's data is named in a way that could be told to its subject.
		http.Error(w, "no request to "+h.Person.MSP, http.StatusBadRequest)
		return
	}
	o := Outcome{Request: ask.Use.Request, Caller: caller, At: time.Now(), Fields: ask.Use.Fields, Purpose: ask.Use.Purpose}
	answer, err := h.disclose(r.Context(), caller, &ask)
	if no, ok := refusal.As(err); ok && strings.HasPrefix(no.Code, "DISCLOSURE_") { // another says that this node itself may not
		o.Refusal = no
		o.Recorded, o.Err = h.refuse(r.Context(), caller, &ask, no)
		h.tell(o)
		body, _ := json.Marshal(refusedAnswer{no, o.Recorded})
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write(body)
		return
	}
	if err != nil {
		o.Err = err
		h.tell(o)
		w.Header().Set("Retry-After", "5")
		http.Error(w, "the owner's node cannot answer now", http.StatusServiceUnavailable)
		return
	}
	o.Records, o.Recorded, o.Sealed = len(ask.Use.Records), true, sum(answer)
	h.tell(o)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer)
}

func (n *Node) tell(o Outcome) {
	if n.Told != nil {
		n.Told(o)
	}
}

// known tells whether a chaincode is one of this consortium.
func (n *Node) known(chaincode string) bool {
	_, bank := n.Client.Members().Books[chaincode]
	return bank || chaincode == command.CommonsName
}

// disclose answers a request. Its error is a refusal, or that the node could
// not.
func (n *Node) disclose(ctx context.Context, caller disclosure.Who, ask *Ask) ([]byte, error) {
	granted, err := n.granted(ctx, caller, ask)
	if err != nil {
		return nil, err
	}
	shelf, err := n.Open(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := n.prepare(ctx, shelf, granted, ask)
	if err = errors.Join(err, shelf.Close()); err != nil {
		return nil, err
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	return body, n.deliver(ctx, granted, ask.Chaincode, body)
}

// granted is the request as the own peer has it, if it may be served to this
// caller.
func (n *Node) granted(ctx context.Context, caller disclosure.Who, ask *Ask) (*disclosure.ShowAnswer, error) {
	r, err := n.request(ctx, ask.Chaincode, ask.Use.Request)
	if err != nil {
		return nil, err
	}
	tables, err := book.Show(ctx, n.Client.Ledger())
	if err != nil {
		return nil, err
	}
	if tables.Blocked(hex.EncodeToString(caller.Fingerprint)) {
		return nil, disclosure.CallerBlocked.At("certificate", nil, nil)
	}
	if r == nil {
		return nil, disclosure.NoUse.At("request", nil, ask.Use.Request)
	}
	if r.User.MSP != caller.MSP || string(r.User.Fingerprint) != string(caller.Fingerprint) {
		return nil, disclosure.NotRequester.At("certificate", r.User.MSP, caller.MSP)
	}
	switch r.Status {
	case disclosure.Open:
	case disclosure.Denied:
		return nil, disclosure.WasDenied.At("request", nil, r.Denied.Code)
	default:
		return nil, disclosure.Served.At("request", nil, ask.Use.Request)
	}
	if field := differs(r.Terms, ask.Use.Terms); field != "" {
		return nil, disclosure.OtherRequest.At(field, nil, nil)
	}
	if string(r.Recipient) != string(RecipientHash(ask.Recipient)) {
		return nil, disclosure.OtherRecipient.At("recipient", nil, nil)
	}
	return r, nil
}

// request reads a request at the own organization's peer, which may get it a
// moment later than the caller's; nil if it does not come.
func (n *Node) request(ctx context.Context, chaincode, number string) (*disclosure.ShowAnswer, error) {
	lag := n.Lag
	if lag == 0 {
		lag = DefaultLag
	}
	until := time.Now().Add(lag)
	for {
		a := &disclosure.ShowAnswer{}
		err := n.Client.AskAt(ctx, n.Person.MSP, chaincode, disclosure.In(chaincode).Show.DescribeQuery().Name, disclosure.ShowQuery{Number: number}, a)
		missing := ledger.CodeOf(err) == ledger.CodeDataMissing
		switch {
		case err == nil:
			return a, nil
		case !disclosure.Unknown.Is(err) && !missing:
			return nil, err
		case !time.Now().Before(until) && missing:
			return nil, err
		case !time.Now().Before(until):
			return nil, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// differs names the first term in which a request on the ledger is not what
// is asked for; "" if there is none.
func differs(have, asked disclosure.Terms) string {
	for _, x := range []struct {
		field      string
		have, asks any
	}{
		{"grant", have.Grant.No, asked.Grant.No}, {"subject", have.Subject, asked.Subject}, {"purpose", have.Purpose, asked.Purpose}, {"why", have.Why, asked.Why},
		{"owner", have.Owner, asked.Owner}, {"fields", have.Fields, asked.Fields}, {"records", have.Records, asked.Records}, {"recipient", have.Recipient, asked.Recipient},
	} {
		a, errA := json.Marshal(x.have)
		b, errB := json.Marshal(x.asks)
		if errA != nil || errB != nil || strings.TrimPrefix(string(a), "null") != strings.TrimPrefix(string(b), "null") {
			return x.field
		}
	}
	return ""
}

// deliver has the owner's receipt committed.
func (n *Node) deliver(ctx context.Context, r *disclosure.ShowAnswer, chaincode string, body []byte) error {
	c := disclosure.DeliverContent{Request: r.Request, Sealed: sum(body)}
	for _, x := range r.Records {
		c.Records = append(c.Records, x.Leaf)
	}
	var err error
	if c.Head, err = head(ctx, n.Client); err != nil {
		return err
	}
	return post(ctx, n.Client, chaincode, disclosure.In(chaincode).Deliver, &c)
}

// refuse tells the ledger what was not handed over, and why.
func (n *Node) refuse(ctx context.Context, caller disclosure.Who, ask *Ask, no *refusal.Refusal) (bool, error) {
	c := disclosure.RefuseContent{Request: ask.Use.Request, Denial: disclosure.Denial{Code: no.Code, Field: no.Field, Limit: no.Limit, Actual: no.Actual}, Caller: caller, Claim: ask.Use.Terms}
	var err error
	if c.Head, err = head(ctx, n.Client); err == nil {
		err = post(ctx, n.Client, ask.Chaincode, disclosure.In(ask.Chaincode).Refuse, &c)
	}
	return err == nil, err
}

// head is the head of a command of today.
func head(ctx context.Context, c *book.Client) (command.Head, error) {
	t, err := book.Show(ctx, c.Ledger())
	if err != nil {
		return command.Head{}, err
	}
	return command.Head{Number: strings.ToLower(rand.Text()), Date: t.Open}, nil
}

// post posts a command that has to be accepted; else its error is the
// refusal.
func post(ctx context.Context, c *book.Client, chaincode string, def command.Definition, content any) error {
	r, err := c.Post(ctx, chaincode, def, content)
	if err == nil && r.Refusal != nil {
		err = r.Refusal
	}
	return err
}
