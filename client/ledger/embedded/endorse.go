package embedded

import (
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// run calls the chaincode behind a stub, and what the end of a transaction
// does: the open write batch is applied.
func (s *simulation) run(st *stub) (*peer.Response, error) {
	cc, err := s.org.chaincode(s.engine, st.ns.kind)
	if err != nil {
		return nil, fmt.Errorf("chaincode %s of %s: %w", st.ns.name, s.org.MSP, err)
	}
	s.running = append(s.running, st.ns.kind)
	resp := cc.Invoke(st)
	s.running = s.running[:len(s.running)-1]
	if err := st.FinishWriteBatch(); err != nil {
		return nil, fmt.Errorf("failed send batch: %w", err)
	}
	if resp == nil {
		return nil, fmt.Errorf("chaincode %s answered nothing", st.ns.name)
	}
	return resp, nil
}

// simulate executes the proposal for one organization. The error is the
// chaincode's refusal or a failure.
func (e *Engine) simulate(org *organization, p *proposal, v *view) (s *simulation, err error) {
	s = &simulation{engine: e, org: org, proposal: p, view: v, set: rwset{}}
	defer s.close()
	defer func() {
		if r := recover(); r != nil {
			// The panic may hold private data: it goes to the log, not to
			// the client.
			e.log.Error("chaincode panicked", "msp", org.MSP, "chaincode", p.chaincode.name, "function", string(p.args[0]),
				"transaction", p.txID, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = &refused{msp: org.MSP, message: "qxl CHAINCODE_PANIC: the chaincode failed; its log has the stack"}
		}
	}()
	st := newStub(s, p.chaincode, p.args)
	resp, err := s.run(st)
	if err != nil {
		return nil, &refused{msp: org.MSP, message: err.Error()}
	}
	if resp.Status >= shim.ERRORTHRESHOLD {
		return nil, &refused{msp: org.MSP, message: resp.Message}
	}
	s.response, s.event = resp, st.event
	return s, nil
}

// endorse executes the proposal at all endorsers at once, on one and the
// same height.
func (e *Engine) endorse(orgs []*organization, p *proposal, v *view) ([]*simulation, error) {
	sims := make([]*simulation, len(orgs))
	errs := make([]error, len(orgs))
	var wg sync.WaitGroup
	for i := 1; i < len(orgs); i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			sims[i], errs[i] = e.simulate(orgs[i], p, v)
		}()
	}
	sims[0], errs[0] = e.simulate(orgs[0], p, v)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return sims, nil
}
