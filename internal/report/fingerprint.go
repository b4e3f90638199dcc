package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// Fingerprints returns an identity for each finding that stays when lines are
// added above it, when a list gets an element, and when more or fewer trees are
// checked: 32 hexadecimal digits of the rule, the file, and the text of the line
// without its indentation. Where a line may hold a secret, or is not known, the
// field takes its place, and the resource that of a file. The second finding
// with all of that in common is told from the first by its number.
//
// source returns the text of a file, or nil; it may be nil itself.
func Fingerprints(fs []finding.Finding, source func(file string) []byte) []string {
	out := make([]string, len(fs))
	text := lineReader{source: source}
	cwd, _ := os.Getwd()
	seen := map[[sha256.Size]byte]int{}
	for i := range fs {
		f := &fs[i]
		parts := []string{"1", f.Rule, plainName(cwd, f.File)}
		line, ok := text.line(f)
		switch {
		case ok && !Sensitive(f):
			// The mask knows no secrets of trees: what it hides goes by shape alone.
			masked, _ := (*redact.Secrets)(nil).Excerpt(strings.Join(strings.Fields(string(line)), " "), 1)
			parts = append(parts, "line", masked)
		case f.File != "":
			parts = append(parts, "field", f.Resource.Kind, listIndex().ReplaceAllString(f.Place(), "[]"))
		default:
			r := f.Resource
			parts = append(parts, "resource", r.Kind, r.Namespace, r.Name, listIndex().ReplaceAllString(f.Place(), "[]"))
		}
		key := strings.Join(parts, "\x00")
		sum := sha256.Sum256([]byte(key))
		if seen[sum]++; seen[sum] > 1 {
			sum = sha256.Sum256([]byte(key + "\x00" + strconv.Itoa(seen[sum])))
		}
		out[i] = hex.EncodeToString(sum[:16])
	}
	return out
}

// plainName is the name of a file that says the same however the file was named:
// relative to the working directory where it is in there.
func plainName(cwd, file string) string {
	if file == "" {
		return ""
	}
	if filepath.IsAbs(file) {
		if rel, err := filepath.Rel(cwd, file); err == nil && filepath.IsLocal(rel) {
			file = rel
		}
	}
	return filepath.ToSlash(filepath.Clean(file))
}

var listIndex = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[\d+\]`) })

// lineReader returns source lines of findings. Neighbours mostly share a file.
type lineReader struct {
	source func(file string) []byte
	ends   map[finding.Identity]int
	file   string
	text   source
}

func (r *lineReader) line(f *finding.Finding) ([]byte, bool) {
	if r.source == nil || f.File == "" || f.Line < 1 || f.Column < 1 {
		return nil, false
	}
	if r.file != f.File {
		r.file, r.text = f.File, source{text: r.source(f.File)}
	}
	line, ok := r.text.line(f.Line)
	return bytes.TrimRight(line, "\r"), ok
}

// end returns the column, from 1 in characters, behind what a finding is about.
// ok is false where that is not known, or may not be: a secret's length is part
// of it.
func (r *lineReader) end(f *finding.Finding) (column int, ok bool) {
	if column, ok = r.ends[f.Identity()]; ok {
		return column, true
	}
	line, ok := r.line(f)
	if !ok || Sensitive(f) {
		return 0, false
	}
	rest := []rune(string(line))
	if f.Column > len(rest) {
		return 0, false
	}
	return f.Column + len([]rune(underlined(string(rest[f.Column-1:])))), true
}
