package topology

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
)

const (
	portsPerOrganization = 20
	chaincodePorts       = 4 // packages an organization's process may serve
)

// assign fills every zero port from PortBase: the certificate authorities take
// the first block of twenty, organization i the block after it. Within a block
// peers come first, then orderers, then chaincode, so that adding an
// organization moves nobody.
func (t *Topology) assign() {
	set := func(port *int, value int) {
		if *port == 0 {
			*port = value
		}
	}
	set(&t.CA.Port, t.PortBase)
	set(&t.CA.Operations, t.PortBase+1)
	for i := range t.Organizations {
		o := &t.Organizations[i]
		next := t.PortBase + portsPerOrganization*(i+1)
		take := func(port *int) { set(port, next); next++ }
		for j := range o.Peers {
			take(&o.Peers[j].Port)
			take(&o.Peers[j].Operations)
			take(&o.Peers[j].ChaincodeListener)
			take(&o.Peers[j].Profile)
		}
		for j := range o.Orderers {
			take(&o.Orderers[j].Port)
			take(&o.Orderers[j].Admin)
			take(&o.Orderers[j].Operations)
		}
		if o.HasPeer() && len(o.Chaincode.Ports) == 0 {
			o.Chaincode.Ports = make([]int, chaincodePorts)
			for j := range o.Chaincode.Ports {
				take(&o.Chaincode.Ports[j])
			}
		}
	}
}

// Shift moves every port by an offset, so that a second network runs beside
// the first.
func (t *Topology) Shift(offset int) error {
	for _, p := range t.slots() {
		*p += offset
	}
	t.PortBase += offset
	return t.check(nil)
}

// UseFreePorts moves the whole network to a block of ports of which all are
// free now. The block lies below the range the kernel takes outgoing
// connections from, else a node's own connection could take another's port
// before that listens.
func (t *Topology) UseFreePorts() error {
	low, high := 10000, ephemeralStart()
	span := portsPerOrganization * (len(t.Organizations) + 1)
	if high-low < 2*span {
		low = 1024
	}
	for range 200 {
		base := low + rand.IntN(high-low-span)
		if !allFree(t.Host, base, span) {
			continue
		}
		for _, p := range t.slots() {
			*p = 0
		}
		for i := range t.Organizations {
			t.Organizations[i].Chaincode.Ports = nil
		}
		t.PortBase = base
		t.assign()
		return t.check(nil)
	}
	return fmt.Errorf("no block of %d free ports between %d and %d on %s: stop another network or set portBase", span, low, high, t.Host)
}

// slots are the places of all ports.
func (t *Topology) slots() []*int {
	s := []*int{&t.CA.Port, &t.CA.Operations}
	for i := range t.Organizations {
		o := &t.Organizations[i]
		for j := range o.Peers {
			s = append(s, &o.Peers[j].Port, &o.Peers[j].Operations, &o.Peers[j].ChaincodeListener, &o.Peers[j].Profile)
		}
		for j := range o.Orderers {
			s = append(s, &o.Orderers[j].Port, &o.Orderers[j].Admin, &o.Orderers[j].Operations)
		}
		for j := range o.Chaincode.Ports {
			s = append(s, &o.Chaincode.Ports[j])
		}
	}
	return s
}

func allFree(host string, base, n int) bool {
	for port := base; port < base+n; port++ {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			return false
		}
		l.Close()
	}
	return true
}

// ephemeralStart is the first port the kernel gives to outgoing connections.
func ephemeralStart() int {
	data, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err == nil {
		if f := strings.Fields(string(data)); len(f) == 2 {
			if n, err := strconv.Atoi(f[0]); err == nil && n > 12000 {
				return n
			}
		}
	}
	return 32768
}
