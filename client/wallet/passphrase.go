package wallet

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/term"
)

// PassphraseEnv names the environment variable that holds the passphrase.
const PassphraseEnv = "QXL_PASSPHRASE"

// PassphraseFile is where a synthetic sample consortium keeps the passphrase
// of all its people. A consortium of real people has no such file.
func PassphraseFile(dir string) string { return filepath.Join(dir, "identity", "passphrase") }

// Passphrase finds the passphrase of the people in dir: the environment
// variable QXL_PASSPHRASE, else the file of a sample consortium, else prompt.
// prompt may be nil: then nobody is asked. The answer is kept for further
// calls.
func Passphrase(dir string, prompt func() ([]byte, error)) func() ([]byte, error) {
	var kept []byte
	return func() ([]byte, error) {
		if kept != nil {
			return kept, nil
		}
		p, err := findPassphrase(dir, prompt)
		if err == nil {
			kept = p
		}
		return p, err
	}
}

func findPassphrase(dir string, prompt func() ([]byte, error)) ([]byte, error) {
	if p := os.Getenv(PassphraseEnv); p != "" {
		return []byte(p), nil
	}
	path := PassphraseFile(dir)
	info, err := os.Stat(path)
	switch {
	case err == nil:
		if info.Mode().Perm()&0o077 != 0 {
			return nil, fmt.Errorf("passphrase file %s can be read by others (mode %04o, limit 0600): chmod 600 it", path, info.Mode().Perm())
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if data = bytes.TrimRight(data, "\r\n"); len(data) == 0 {
			return nil, fmt.Errorf("passphrase file %s is empty", path)
		}
		return data, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if prompt == nil {
		return nil, ErrNoPassphrase
	}
	return prompt()
}

// WritePassphraseFile keeps the passphrase of a synthetic sample consortium
// beside its keys, which protects nothing and is meant for samples only. An
// existing file is left as it is.
func WritePassphraseFile(dir string, passphrase []byte) error {
	path := PassphraseFile(dir)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".passphrase-") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(bytes.Clone(passphrase), '\n'))
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// Prompt asks for a passphrase on the terminal, without echo. Without a
// terminal it gives ErrNoPassphrase.
func Prompt() ([]byte, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, ErrNoPassphrase
	}
	defer tty.Close()
	fmt.Fprint(tty, "密钥口令 Passphrase of the key: ")
	p, err := term.ReadPassword(int(tty.Fd()))
	fmt.Fprintln(tty)
	if err != nil {
		return nil, fmt.Errorf("read passphrase: %w", err)
	}
	if len(p) == 0 {
		return nil, ErrNoPassphrase
	}
	return p, nil
}
