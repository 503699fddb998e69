package wallet

import (
	"errors"
	"os"
	"path/filepath"
)

// WriteFolder makes a folder with all its files, which may lie in folders of
// their own, appear at once: whole, or not at all if killed in between. They
// are for their owner alone. What is there already is not overwritten
// (fs.ErrExist).
func WriteFolder(path string, files map[string][]byte) error {
	parent := filepath.Dir(path)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(parent, ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	folders := map[string]bool{tmp: true}
	for name, data := range files {
		file := filepath.Join(tmp, name)
		for dir := filepath.Dir(file); dir != tmp; dir = filepath.Dir(dir) {
			folders[dir] = true
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := WriteSynced(file, data); err != nil {
			return err
		}
	}
	for dir := range folders {
		if err := SyncDir(dir); err != nil {
			return err
		}
	}
	// Fails where another process has meanwhile filled the folder.
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return SyncDir(parent)
}

// ReplaceFile gives a file, which may not be there yet, new content at once.
func ReplaceFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp := path + ".new"
	if err := WriteSynced(tmp, data); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// WriteSynced writes a file that only its owner may read and waits until it
// is on the disk.
func WriteSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// SyncDir waits until a folder's entries are on the disk.
func SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
