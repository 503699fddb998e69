package identity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/topology"
)

// server is a running fabric-ca-server that holds the authorities of some
// organizations.
type server struct {
	url  string
	cmd  *exec.Cmd
	done chan struct{} // closed once it has ended
}

const (
	serverConfig = "fabric-ca-server-config.yaml"
	logID        = "ca"
	loopback     = "127.0.0.1"

	readyWithin = 30 * time.Second
	endWithin   = 5 * time.Second
	portTries   = 3
)

// ServerError: fabric-ca-server did not come up.
type ServerError struct {
	Program string
	Log     string // file
	Last    string // last lines of it
	Err     error
}

func (e *ServerError) Error() string {
	s := fmt.Sprintf("certificate authority server %s: %v (log %s)", e.Program, e.Err, e.Log)
	if e.Last != "" {
		s += "\n" + e.Last
	}
	return s
}

func (e *ServerError) Unwrap() error { return e.Err }

var errPortTaken = errors.New("port is taken")

// startServer writes the configuration of the organizations' authorities and
// starts one server for them all. secrets are those of registrars who are to
// be made.
func startServer(ctx context.Context, o Options, orgs []*organization, secrets map[string]string) (*server, error) {
	if _, err := exec.LookPath(o.ServerPath); err != nil {
		return nil, &ServerError{Program: o.ServerPath, Log: o.dir().Log(logID), Err: fmt.Errorf("%w (hint: build the Fabric programs, or give --fabric-bin a directory that holds it)", err)}
	}
	var lastErr error
	for try := range portTries {
		port, operations := o.Topology.CA.Port, o.Topology.CA.Operations
		if try > 0 || !free(port) || !free(operations) {
			port, operations = 0, 0 // the network's own are taken: any will do
		}
		s, err := startServerAt(ctx, o, orgs, secrets, port, operations)
		if !errors.Is(err, errPortTaken) {
			return s, err
		}
		lastErr = err
	}
	return nil, lastErr
}

func startServerAt(ctx context.Context, o Options, orgs []*organization, secrets map[string]string, port, operations int) (*server, error) {
	if port == 0 {
		var err error
		if port, err = freePort(); err != nil {
			return nil, err
		}
	}
	home, err := writeConfig(o, orgs, secrets, port, operations)
	if err != nil {
		return nil, err
	}
	s := &server{url: "http://" + net.JoinHostPort(loopback, strconv.Itoa(port)), done: make(chan struct{})}
	logFile := o.dir().Log(logID)
	if err := os.MkdirAll(filepath.Dir(logFile), 0o700); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	from, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	s.cmd = exec.Command(o.ServerPath, "start", "-H", home)
	// The environment can override any setting of a server: it gets none.
	s.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = dieWithParent()
	if err := s.start(); err != nil {
		return nil, &ServerError{Program: o.ServerPath, Log: logFile, Err: err}
	}
	if err := s.ready(ctx, orgs[0].Name); err != nil {
		s.stop()
		written := readFrom(logFile, from)
		if bytes.Contains(written, []byte("address already in use")) {
			err = errPortTaken
		}
		return nil, &ServerError{Program: o.ServerPath, Log: logFile, Last: lastLines(written, 5), Err: err}
	}
	return s, nil
}

// start runs the process from a thread of its own that lives as long: with
// dieWithParent the kernel ends the child when that thread ends.
func (s *server) start() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := s.cmd.Start()
		started <- err
		if err == nil {
			_ = s.cmd.Wait()
			close(s.done)
		}
	}()
	return <-started
}

// ready waits until the server answers.
func (s *server) ready(ctx context.Context, org string) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v1/cainfo?ca="+org, nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.done:
			return fmt.Errorf("it ended at start: %s", s.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("it did not answer: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends the server and waits until it is gone.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(endWithin):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
}

// writeConfig writes a configuration file into each authority's home and
// gives the home of the one whose file also configures the server.
func writeConfig(o Options, orgs []*organization, secrets map[string]string, port, operations int) (string, error) {
	d := o.dir()
	var others []string
	for _, org := range orgs[1:] {
		others = append(others, filepath.Join(caHome(d, org.Name), serverConfig))
	}
	for i, org := range orgs {
		config := authorityConfig(o.Topology.CA, org.Name, secrets[org.Name])
		if i == 0 {
			config["address"] = loopback
			config["port"] = port
			config["cafiles"] = others
			config["operations"] = map[string]any{"listenAddress": net.JoinHostPort(loopback, strconv.Itoa(operations))}
			config["metrics"] = map[string]any{"provider": "disabled"}
		}
		data, err := yaml.Marshal(config)
		if err != nil {
			return "", err
		}
		if err := wallet.ReplaceFile(filepath.Join(caHome(d, org.Name), serverConfig), data); err != nil {
			return "", err
		}
	}
	return filepath.Abs(caHome(d, orgs[0].Name))
}

// authorityConfig is one authority's configuration. The registrar stands in
// it only while it is made, and its secret is good for one enrolment.
func authorityConfig(ca topology.CA, org, secret string) map[string]any {
	type m = map[string]any
	hours := func(days int) string { return strconv.Itoa(days*24) + "h" }
	registrars := []m{}
	if secret != "" {
		registrars = append(registrars, m{"name": registrarID(org), "pass": secret, "type": typeRegistrar, "maxenrollments": 1, "attrs": m{
			"hf.Registrar.Roles": "*", "hf.Registrar.DelegateRoles": "*", "hf.Registrar.Attributes": "*",
			"hf.Revoker": true, "hf.GenCRL": true,
		}})
	}
	name := m{"O": org}
	for field, value := range map[string]string{"C": ca.Country, "ST": ca.Province, "L": ca.Locality} {
		if value != "" {
			name[field] = value
		}
	}
	validity := hours(ca.ExpiryDays)
	return m{
		"ca":       m{"name": org, "reenrollIgnoreCertExpiry": true}, // an expired node can still be renewed
		"registry": m{"maxenrollments": -1, "identities": registrars},
		"db":       m{"type": "sqlite3", "datasource": "fabric-ca-server.db"},
		"signing": m{
			"default": m{"usage": []string{"digital signature"}, "expiry": validity},
			"profiles": m{profileTLS: m{"expiry": validity,
				"usage": []string{"signing", "key encipherment", "server auth", "client auth", "key agreement"}}},
		},
		// Peers do not look at a list's next update; a leaver stays one.
		"crl": m{"expiry": hours(365 * ca.RootYears)},
		"csr": m{"cn": "ca." + org, "keyrequest": m{"algo": "ecdsa", "size": 256}, "names": []m{name},
			"ca": m{"expiry": hours(365 * ca.RootYears), "pathlength": 0}},
		"idemix": m{"rhpoolsize": 1}, // not used
		"bccsp":  m{"default": "SW", "sw": m{"hash": "SHA2", "security": 256, "filekeystore": m{"keystore": "msp/keystore"}}},
	}
}

func registrarID(org string) string { return typeRegistrar + "." + org }

func free(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort(loopback, strconv.Itoa(port)))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func readFrom(file string, offset int64) []byte {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return nil
	}
	data, _ := io.ReadAll(f)
	return data
}

func lastLines(data []byte, n int) string {
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return strings.Join(lines, "\n")
}
