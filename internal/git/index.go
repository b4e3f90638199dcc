package git

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // git's own checksum
	"crypto/sha256"
	"encoding/binary"
	"path/filepath"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
)

// Tracked returns the paths of the files that git tracks in the repository whose
// topmost folder is top, with slashes and relative to it. It reads git's index, runs no
// program, and returns nil where the index cannot be read or is in several files.
// https://git-scm.com/docs/index-format
func Tracked(top string) []string {
	dir := filepath.Join(top, ".git")
	if text, err := limits.ReadRegular(dir); err == nil { // a worktree, or a submodule
		path, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir: ")
		if !ok {
			return nil
		}
		if dir = filepath.FromSlash(path); !filepath.IsAbs(dir) {
			dir = filepath.Join(top, dir)
		}
	}
	text, err := limits.ReadRegular(filepath.Join(dir, "index"))
	if err != nil {
		return nil
	}
	paths, _ := readIndex(text)
	return paths
}

// nameSize returns how many bytes the names of objects have in an index: those of
// SHA-1, or of SHA-256 where the configuration of the repository says so. The index
// ends in such a name of its own, or in zeros; 0 is for what is no whole index.
func nameSize(text []byte) int {
	if n := len(text) - sha256.Size; n > 0 {
		if sum := sha256.Sum256(text[:n]); bytes.Equal(sum[:], text[n:]) || bytes.Equal(make([]byte, sha256.Size), text[n:]) {
			return sha256.Size
		}
	}
	if n := len(text) - sha1.Size; n > 0 {
		if sum := sha1.Sum(text[:n]); bytes.Equal(sum[:], text[n:]) || bytes.Equal(make([]byte, sha1.Size), text[n:]) { //nolint:gosec // git's own checksum
			return sha1.Size
		}
	}
	return 0
}

// readIndex reads the entries of an index.
func readIndex(text []byte) (paths []string, ok bool) {
	const header, times = 12, 40 // bytes, before the first entry and before its object's name
	name := nameSize(text)
	if name == 0 || len(text) < header+name || string(text[:4]) != "DIRC" {
		return nil, false
	}
	version, count := binary.BigEndian.Uint32(text[4:]), int(binary.BigEndian.Uint32(text[8:]))
	if version < 2 || version > 4 {
		return nil, false
	}
	rest := text[header : len(text)-name]
	last := ""
	for range count {
		fixed := times + name + 2
		if len(rest) < fixed+1 {
			return nil, false
		}
		if flags := binary.BigEndian.Uint16(rest[times+name:]); flags&0x4000 != 0 {
			if fixed += 2; version < 3 || len(rest) < fixed+1 {
				return nil, false
			}
		}
		at, path := fixed, ""
		if version == 4 {
			cut, n := offset(rest[at:])
			if n == 0 || cut > len(last) {
				return nil, false
			}
			path, at = last[:len(last)-cut], at+n
		}
		end := bytes.IndexByte(rest[at:], 0)
		if end < 0 {
			return nil, false
		}
		path += string(rest[at : at+end])
		next := at + end + 1
		if version < 4 {
			next = (at + end + 8) &^ 7 // entries are padded to eight bytes
		}
		if path == "" || next > len(rest) {
			return nil, false
		}
		if last = path; !strings.HasSuffix(path, "/") { // a folder of a sparse index
			paths = append(paths, path)
		}
		rest = rest[next:]
	}
	// What follows are extensions; link says that most entries are in another file.
	for len(rest) >= 8 {
		size := int(binary.BigEndian.Uint32(rest[4:]))
		if string(rest[:4]) == "link" || size > len(rest)-8 {
			return nil, false
		}
		rest = rest[8+size:]
	}
	return paths, len(rest) == 0
}

// offset reads a number of the index as its fourth version writes it, and says how many
// bytes it has: 0 if it has no end.
func offset(text []byte) (value, n int) {
	for n < len(text) && n < 5 {
		c := text[n]
		value = value<<7 | int(c&0x7f)
		if n++; c&0x80 == 0 {
			return value, n
		}
		value++
	}
	return 0, 0
}
