package dossier

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Error says what is wrong with a folder of papers.
type Error = invalid.Error

// Paper is one file of a dossier.
type Paper struct {
	Item  string `json:"item"` // D01 …
	Name  string `json:"file"`
	CID   string `json:"cid"` // CIDv1, raw, sha2-256
	Bytes int64  `json:"bytes"`

	sha256 string // of the file, hexadecimal
}

// Read reads the papers of a folder, by name. A file's name begins with its
// item's code: "D02 借款合同.pdf", "d09-2.jpg". Files whose names begin with a
// point, and folders, do not count.
func Read(dir string) ([]Paper, error) { return readFolder(dir, itemOf) }

func readFolder(dir string, itemOf func(name string) (string, error)) ([]Paper, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, &Error{Code: "DOSSIER_FOLDER", Field: "--dir", Value: dir, Zh: "无法读取材料文件夹", En: err.Error(), Hint: "name the folder with the claim's papers"}
	}
	var papers []Paper
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || strings.HasPrefix(name, ".") {
			continue
		}
		item, err := itemOf(name)
		if err != nil {
			return nil, err
		}
		p, err := read(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		p.Item, p.Name = item, name
		papers = append(papers, p)
	}
	return papers, nil
}

// itemOf reads the code that a file's name begins with.
func itemOf(name string) (string, error) {
	const size = len("D01")
	if len(name) >= size {
		code := strings.ToUpper(name[:size])
		for _, i := range compensation.Dossier {
			switch {
			case i.Code != code:
			case i.Ledger:
				return "", &Error{Code: "DOSSIER_LEDGER", Field: name, Limit: i.Code + " " + i.Zh, Zh: "该项材料由账本自动生成，不需上传", En: "this item comes from the ledger", Hint: "take the file out of the folder"}
			default:
				return code, nil
			}
		}
	}
	codes := ""
	for _, i := range compensation.Dossier {
		if !i.Ledger {
			codes += " " + i.Code
		}
	}
	return "", &Error{Code: "DOSSIER_NAME", Field: name, Limit: strings.TrimSpace(codes), Zh: "文件名须以材料编号开头", En: "the file's name does not begin with an item's code", Hint: "rename it, for example D02 借款合同.pdf"}
}

func read(path string) (Paper, error) {
	f, err := os.Open(path)
	if err != nil {
		return Paper{}, err
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return Paper{}, err
	}
	if n == 0 {
		return Paper{}, &Error{Code: "DOSSIER_EMPTY", Field: filepath.Base(path), Limit: "at least one byte", Value: "0", Zh: "文件是空的", En: "the file is empty", Hint: "scan it again"}
	}
	digest := sum.Sum(nil)
	mh, err := multihash.Encode(digest, multihash.SHA2_256)
	if err != nil {
		return Paper{}, err
	}
	return Paper{CID: cid.NewCidV1(cid.Raw, mh).String(), Bytes: n, sha256: hex.EncodeToString(digest)}, nil
}

// Documents are papers as a claim names them.
func Documents(papers []Paper) []compensation.Document {
	list := make([]compensation.Document, len(papers))
	for i, p := range papers {
		list[i] = compensation.Document{Item: p.Item, CID: p.CID}
	}
	return list
}
