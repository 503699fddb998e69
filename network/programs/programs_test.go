package programs

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPinsAreTheToolsModules(t *testing.T) {
	for file, pinned := range map[string][]byte{
		"../tools/go.mod": fabricMod, "../tools/go.sum": fabricSum,
		"../tools/ca/go.mod": caMod, "../tools/ca/go.sum": caSum,
	} {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(data), string(pinned), "%s has changed: run go generate ./network/programs", file)
	}
	require.Contains(t, string(fabricMod), fabricCommit)
	require.Contains(t, string(fabricMod), "github.com/hyperledger-labs/SmartBFT v1.0.1")
}

// fake writes a directory of shell scripts that answer like the programs.
func fake(t *testing.T, versions map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, p := range required {
		text := "echo 'usage: osnadmin --x'"
		if p.name != "osnadmin" {
			v, ok := versions[p.name]
			if !ok {
				v = "v3.1.5"
			}
			text = "printf '" + p.name + ":\\n Version: " + v + "\\n'"
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, p.name), []byte("#!/bin/sh\n"+text+"\n"), 0o755))
	}
	return dir
}

func TestOperatorsOwnPrograms(t *testing.T) {
	dir := fake(t, map[string]string{"fabric-ca-server": "1.5.15"})
	set, err := Provide(context.Background(), Options{BinDir: dir})
	require.NoError(t, err)
	require.Equal(t, "v3.1.5", set.Versions["peer"])
	require.Equal(t, "1.5.15", set.Versions["fabric-ca-server"])
	require.Equal(t, filepath.Join(dir, "peer"), set.Path("peer"))
	require.False(t, set.Built)
}

func TestOperatorsProgramMissing(t *testing.T) {
	dir := fake(t, nil)
	require.NoError(t, os.Remove(filepath.Join(dir, "orderer")))
	_, err := Provide(context.Background(), Options{BinDir: dir})
	var e *Error
	require.True(t, errors.As(err, &e))
	require.Equal(t, "orderer", e.Program)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "--fabric-bin")
}

func TestOperatorsProgramTooOldOrMute(t *testing.T) {
	_, err := Provide(context.Background(), Options{BinDir: fake(t, map[string]string{"peer": "v2.5.9"})})
	require.ErrorContains(t, err, "fabric program peer in ")
	require.ErrorContains(t, err, "version v2.5.9: Byzantine fault tolerant ordering needs 3.0 or later")

	dir := fake(t, nil)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "peer"), []byte("#!/bin/sh\necho hello\n"), 0o755))
	_, err = Provide(context.Background(), Options{BinDir: dir})
	require.ErrorContains(t, err, "peer version printed no version")
}

// TestConcurrentCallersBuildOnce uses a go command that only notes its calls:
// what is tested is the cache, not the compiler.
func TestConcurrentCallersBuildOnce(t *testing.T) {
	bin, cache := fake(t, nil), t.TempDir()
	calls := filepath.Join(cache, "calls")
	script := "#!/bin/sh\ncase $1 in\nenv) echo sh;;\nlist) echo a; echo b; echo 'go: downloading m v1' >&2;;\n" +
		"build) echo $@ >> " + calls + "; for a; do case $last in -o) out=$a;; esac; last=$a; done; mkdir -p $out; cp " + bin + "/* $out; echo pkg/a >&2;;\nesac\n"
	fakeGo := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(fakeGo, "go"), []byte(script), 0o755))
	t.Setenv("PATH", fakeGo+string(os.PathListSeparator)+os.Getenv("PATH"))

	var mu sync.Mutex
	var steps []Step
	var wg sync.WaitGroup
	built := 0
	for range 4 {
		wg.Go(func() {
			set, err := Provide(context.Background(), Options{CacheDir: cache, Progress: func(s Step) {
				mu.Lock()
				steps = append(steps, s)
				mu.Unlock()
			}})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			if set.Built {
				built++
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, built)
	data, err := os.ReadFile(calls)
	require.NoError(t, err)
	require.Contains(t, string(data), "common/metadata.Version=v3.1.1")
	require.Len(t, strings.Split(strings.TrimSpace(string(data)), "\n"), len(modules), "each module is built once")
	require.Contains(t, steps, Step{Module: "fabric", Doing: "compiling", Done: 2, Total: 2})
	require.Contains(t, steps, Step{Module: "fabric-ca", Doing: "downloading", Done: 1})

	left, err := filepath.Glob(filepath.Join(cache, ".building-*"))
	require.NoError(t, err)
	require.Empty(t, left)
	set, err := Provide(context.Background(), Options{CacheDir: cache})
	require.NoError(t, err)
	require.False(t, set.Built, "a second run builds nothing")
}

func TestFailedBuildLeavesNothing(t *testing.T) {
	cache, fakeGo := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(fakeGo, "go"), []byte("#!/bin/sh\necho 'go: proxy: no such host' >&2\nexit 1\n"), 0o755))
	t.Setenv("PATH", fakeGo+string(os.PathListSeparator)+os.Getenv("PATH"))
	_, err := Provide(context.Background(), Options{CacheDir: cache})
	require.ErrorContains(t, err, "build fabric: go list: exit status 1\ngo: proxy: no such host\n(hint: ")
	entries, err := os.ReadDir(cache)
	require.NoError(t, err)
	require.Len(t, entries, 1, "only the lock file")
}

// TestBuildFromTheProxy builds the real programs. It takes minutes on an empty
// Go cache, hence only with QXL_E2E=1.
func TestBuildFromTheProxy(t *testing.T) {
	if os.Getenv("QXL_E2E") == "" {
		t.Skip("SKIPPED: building Fabric takes minutes; QXL_E2E=1 go test ./network/programs runs it")
	}
	cache := t.TempDir()
	begun := time.Now()
	set, err := Provide(context.Background(), Options{CacheDir: cache, Progress: func(s Step) {
		if s.Done == 0 || s.Done == s.Total {
			t.Logf("%6.1fs %s %s %d/%d", time.Since(begun).Seconds(), s.Module, s.Doing, s.Done, s.Total)
		}
	}})
	require.NoError(t, err)
	require.True(t, set.Built)
	require.Equal(t, "v3.1.1", set.Versions["peer"])
	require.Equal(t, "1.5.15", set.Versions["fabric-ca-server"])
	again := time.Now()
	set, err = Provide(context.Background(), Options{CacheDir: cache})
	require.NoError(t, err)
	require.False(t, set.Built)
	require.Less(t, time.Since(again), 10*time.Second)
}
