package supervisor

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// answer is what a process says of itself.
type answer struct {
	height  uint64
	leader  uint64
	err     error
	timeout bool // nothing came in time: the process may be frozen
}

// ask looks at a process once.
func (p Probe) ask(ctx context.Context, within time.Duration) answer {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	var a answer
	if p.Health != "" {
		a.err = get(ctx, p.Health, nil)
	}
	if a.err == nil && p.Metrics != "" {
		a.err = get(ctx, p.Metrics, func(line string) {
			if v, ok := metric(line, "ledger_blockchain_height", p.Channel); ok {
				a.height = v
			}
			if v, ok := metric(line, "consensus_BFT_leader_id", p.Channel); ok {
				a.leader = v
			}
		})
	}
	if a.err == nil && p.TLS != "" {
		a.err = p.handshake(ctx)
	}
	var slow net.Error
	a.timeout = a.err != nil && (errors.As(a.err, &slow) && slow.Timeout() || errors.Is(a.err, context.DeadlineExceeded))
	return a
}

// Ask looks at a process once, now: its height, and an error if it is not well.
func (p Probe) Ask(ctx context.Context) (height uint64, err error) {
	a := p.ask(ctx, 3*time.Second)
	return a.height, a.err
}

// Connections are not kept: a kept one hides that a process listens no more.
var httpClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func get(ctx context.Context, url string, line func(string)) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := httpClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 300))
		return fmt.Errorf("answers %s: %s", resp.Status, strings.TrimSpace(string(text)))
	}
	if line == nil {
		return nil
	}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		line(lines.Text())
	}
	return lines.Err()
}

// metric reads one line of Prometheus text.
func metric(line, name, channel string) (uint64, bool) {
	if !strings.HasPrefix(line, name+"{") || !strings.Contains(line, `channel="`+channel+`"`) {
		return 0, false
	}
	f := strings.Fields(line[strings.LastIndexByte(line, '}')+1:])
	if len(f) == 0 {
		return 0, false
	}
	v, err := strconv.ParseFloat(f[0], 64)
	return uint64(v), err == nil && v >= 0
}

func (p Probe) handshake(ctx context.Context) error {
	pair, err := tls.LoadX509KeyPair(p.Cert, p.Key)
	if err != nil {
		return err
	}
	root, err := os.ReadFile(p.Root)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(root)
	d := tls.Dialer{Config: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}}}
	conn, err := d.DialContext(ctx, "tcp", p.TLS)
	if err != nil {
		return err
	}
	return conn.Close()
}
