package programs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"
)

// Options say where programs come from.
type Options struct {
	// BinDir is an operator's own directory of Fabric programs (--fabric-bin).
	// Nothing is built then.
	BinDir string
	// CacheDir holds builds; default os.UserCacheDir()/qxl.
	CacheDir string
	// Progress is told what a build is doing; may be nil. It is called from
	// one goroutine at a time.
	Progress func(Step)
}

// Step is where a build stands. Total is 0 while it is not known.
type Step struct {
	Module string // fabric, fabric-ca
	Doing  string // waiting, downloading, compiling
	Done   int
	Total  int
}

// Set is a directory that holds every program.
type Set struct {
	Dir      string
	Versions map[string]string // by program
	Built    bool              // this call built them
}

// Path is the file of one program.
func (s *Set) Path(name string) string { return filepath.Join(s.Dir, name) }

// Error says which program is missing or unusable and what to do.
type Error struct {
	Program string
	Dir     string
	Hint    string
	Err     error
}

func (e *Error) Error() string {
	return fmt.Sprintf("fabric program %s in %s: %v (hint: %s)", e.Program, e.Dir, e.Err, e.Hint)
}
func (e *Error) Unwrap() error { return e.Err }

// Provide returns a usable set of programs, building it if the cache has none.
func Provide(ctx context.Context, o Options) (*Set, error) {
	if o.BinDir != "" {
		dir, err := filepath.Abs(o.BinDir)
		if err != nil {
			return nil, err
		}
		return inspect(ctx, dir, "give --fabric-bin a directory with peer, orderer, osnadmin, configtxgen, fabric-ca-server and fabric-ca-client of Fabric 3.1 or later and Fabric CA 1.5")
	}
	cache := o.CacheDir
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("find a place to build the Fabric programs: %w (hint: set HOME or XDG_CACHE_HOME, or give --fabric-bin DIR)", err)
		}
		cache = filepath.Join(user, "qxl")
	}
	dir := filepath.Join(cache, "fabric-"+key())
	hint := "remove the directory and run again to build it anew"
	if _, err := os.Stat(dir); err == nil {
		return inspect(ctx, dir, hint)
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, fmt.Errorf("make the program cache: %w", err)
	}
	built, err := buildOnce(ctx, dir, o.Progress)
	if err != nil {
		return nil, err
	}
	set, err := inspect(ctx, dir, hint)
	if set != nil {
		set.Built = built
	}
	return set, err
}

// buildOnce builds dir unless another process has done so while this one
// waited for the lock. dir appears by a rename, so it is complete or absent.
func buildOnce(ctx context.Context, dir string, progress func(Step)) (bool, error) {
	tell := func(s Step) {
		if progress != nil {
			progress(s)
		}
	}
	lock := flock.New(dir + ".lock")
	got, err := lock.TryLock()
	if err == nil && !got {
		tell(Step{Doing: "waiting for another build"})
		got, err = lock.TryLockContext(ctx, 200*time.Millisecond)
	}
	if err != nil {
		return false, fmt.Errorf("lock the program cache: %w", err)
	}
	if !got {
		return false, errors.New("lock the program cache: held by another process")
	}
	defer lock.Unlock()
	if _, err := os.Stat(dir); err == nil {
		return false, nil
	}
	pattern := filepath.Join(filepath.Dir(dir), ".building-"+filepath.Base(dir)+"-*")
	if killed, _ := filepath.Glob(pattern); len(killed) > 0 { // ours, while we hold the lock
		for _, work := range killed {
			os.RemoveAll(work)
		}
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(pattern))
	if err != nil {
		return false, fmt.Errorf("make the program cache: %w", err)
	}
	defer os.RemoveAll(work)
	bin := filepath.Join(work, "bin")
	for _, m := range modules {
		if err := m.build(ctx, filepath.Join(work, m.name), bin, tell); err != nil {
			return false, err
		}
	}
	if err := os.Rename(bin, dir); err != nil {
		return false, fmt.Errorf("keep the built programs: %w", err)
	}
	return true, nil
}

// inspect asks every program for its version.
func inspect(ctx context.Context, dir, hint string) (*Set, error) {
	versions := make([]string, len(required))
	g, ctx := errgroup.WithContext(ctx)
	for i, p := range required {
		g.Go(func() error {
			v, err := p.ask(ctx, filepath.Join(dir, p.name))
			if err != nil {
				return &Error{Program: p.name, Dir: dir, Hint: hint, Err: err}
			}
			versions[i] = v
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	set := &Set{Dir: dir, Versions: map[string]string{}}
	for i, p := range required {
		set.Versions[p.name] = versions[i]
	}
	for _, name := range []string{"peer", "orderer", "configtxgen"} {
		if v := set.Versions[name]; beforeThree(v) {
			return nil, &Error{Program: name, Dir: dir, Hint: hint, Err: fmt.Errorf("version %s: Byzantine fault tolerant ordering needs 3.0 or later", v)}
		}
	}
	return set, nil
}

func (p program) ask(ctx context.Context, file string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, file, p.version...).CombinedOutput()
	if m := p.form.FindSubmatch(out); m != nil {
		return string(m[1]), nil
	}
	if err != nil {
		return "", err
	}
	return "", fmt.Errorf("%s %s printed no version", p.name, strings.Join(p.version, " "))
}

// beforeThree reports a release known to be too old; an unnumbered build (such
// as "latest") is the operator's own business.
func beforeThree(version string) bool {
	v := strings.TrimPrefix(version, "v")
	return strings.HasPrefix(v, "0.") || strings.HasPrefix(v, "1.") || strings.HasPrefix(v, "2.")
}
