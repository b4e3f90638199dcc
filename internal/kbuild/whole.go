package kbuild

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// unreachedError is about text in a file that kustomize reads nothing of, without a
// word: it looks for one document between two lines of ---, and takes what it finds
// first. A build that leaves out a resource is none.
type unreachedError struct {
	path string // or an address
	line int    // from 1; 0 if it is not known
	what string
	help string
}

func (e *unreachedError) Error() string { return e.path + ":" + strconv.Itoa(e.line) + ": " + e.what }

// explain is the failure with its place.
func (e *unreachedError) explain(x *failedTree) *Failure {
	f := &Failure{What: e.what, Help: e.help}
	text, err := x.fsys.ReadFile(e.path)
	if err != nil || e.line == 0 {
		f.What = e.Error()
		return f
	}
	file := provenance.NewFile(x.tracer.shown(e.path), text)
	f.Text = file.LineText(e.line)
	f.Place = provenance.Place{File: file.Path, Line: e.line, Column: len(f.Text) - len(strings.TrimLeft(f.Text, " ")) + 1}
	return f
}

const separate = "put --- on a line of its own in front of it"

// vetTexts refuses files of a level of which kustomize would read a part.
func (v *level) vetTexts() error {
	if err := v.onlyOne(v.file, v.content); err != nil {
		return err
	}
	//nolint:staticcheck // deprecated, and in use
	for i, list := range [...][]types.Patch{v.k.Patches, v.k.PatchesJson6902} {
		for j, p := range list {
			if err := v.wholePatch(p.Path, p.Patch); err != nil {
				return v.at(err, []string{"patches", "patchesJson6902"}[i], j)
			}
		}
	}
	for i, p := range v.k.PatchesStrategicMerge { //nolint:staticcheck // deprecated, and in use
		if err := v.wholePatch(string(p), string(p)); err != nil {
			return v.at(err, "patchesStrategicMerge", i)
		}
	}
	for i, r := range v.k.Replacements {
		if err := v.onlyOneIn(r.Path); err != nil {
			return v.at(err, "replacements", i)
		}
	}
	for i, path := range v.k.Configurations {
		if err := v.onlyOneIn(path); err != nil {
			return v.at(err, "configurations", i)
		}
	}
	return nil
}

// wholePatch vets a patch in a file, or one in the kustomization.
func (v *level) wholePatch(path, inline string) error {
	if isLocal(path) && !strings.Contains(path, "\n") {
		if text, err := v.Load(path); err == nil {
			return v.whole(path, text)
		}
	}
	if strings.Contains(inline, "\n") {
		if err := v.whole(v.file, []byte(inline)); err != nil {
			return &certainError{errors.New("this patch goes on after its end, where kustomize does not read: " + separate)}
		}
	}
	return nil
}

func (v *level) onlyOneIn(path string) error {
	if !isLocal(path) {
		return nil
	}
	text, err := v.Load(path)
	if err != nil {
		return nil // who uses it says so
	}
	return v.onlyOne(path, text)
}

// whole refuses a file of documents with text that kustomize does not reach.
func (v *level) whole(path string, content []byte) error {
	if e := unreached(content); e != nil {
		e.path = v.dir().Join(path)
		return &certainError{e}
	}
	return nil
}

// onlyOne refuses a file whose first document is all that is read, if it has more,
// or a field twice, of which one is read.
func (v *level) onlyOne(path string, content []byte) error {
	if !bytes.Contains(content, []byte("\n---")) && plainMapping(content) && !repeatsLine(content) {
		return nil
	}
	e := &unreachedError{path: v.dir().Join(path)}
	if e.line = beyondFirst(content); e.line > 0 {
		e.what = "a second document, which kustomize does not read: it takes the first of this file and leaves out the rest"
		return &certainError{e}
	}
	var first yaml.Node
	if yaml.Unmarshal(content, &first) != nil {
		return nil // whoever uses it says so
	}
	if key := repeatedKey(yamlnode.Resolve(&first)); key != nil {
		e.line = key.Line
		e.what = fmt.Sprintf("the field %s is there twice: %s", key.Value, ReadsLast)
		e.help = "keep one of the two, with what is in both or with what is read now"
		return &certainError{e}
	}
	return nil
}

// ReadsLast is what is said of a list that is there twice: what is left builds.
const ReadsLast = "kustomize reads the last and leaves out what is in the other"

// repeatedKey returns the second of two top-level keys with different values.
func repeatedKey(n *yaml.Node) *yaml.Node {
	values := map[string]*yaml.Node{}
	for k, value := range yamlnode.Fields(n) {
		if first := values[k.Value]; first != nil && !same(first, value) {
			return k
		}
		values[k.Value] = value
	}
	return nil
}

// repeatsLine reports whether two fields at the margin could be the same.
func repeatsLine(content []byte) bool {
	seen := map[string]bool{}
	for line := range bytes.Lines(content) {
		if line[0] == ' ' || line[0] == '-' || line[0] == '#' {
			continue
		}
		key, _, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		name := string(bytes.Trim(key, " \t\"'"))
		if seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}

// separator is where kustomize cuts a file, as kyaml's kio.ByteReader does.
var separator = []byte("\n---")

// unreached returns what kustomize does not reach in a file of resources or patches,
// nil if it reads all of it.
func unreached(content []byte) *unreachedError {
	content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
	line := 1
	for {
		piece := content
		i := bytes.Index(content, separator)
		end := -1
		if i >= 0 {
			if end = bytes.IndexByte(content[i+1:], '\n'); end >= 0 {
				end += i + 2
				piece = content[:i+1]
			}
		}
		if e := unreachedIn(piece); e != nil {
			e.line += line - 1
			return e
		}
		if end < 0 {
			return nil
		}
		line += bytes.Count(content[:end], []byte("\n"))
		content = content[end:]
	}
}

func unreachedIn(piece []byte) *unreachedError {
	plain := plainMapping(piece)
	if plain && !mayBeList(piece) {
		return nil
	}
	if !plain {
		if line := beyondFirst(piece); line > 0 {
			return &unreachedError{line: line, what: "kustomize does not read from here on: it takes one document up to each ---", help: separate}
		}
	}
	var first yaml.Node
	if yaml.Unmarshal(piece, &first) != nil {
		return nil // kustomize refuses it
	}
	root := yamlnode.Resolve(&first)
	if root == nil || !strings.HasSuffix(yamlnode.GetString(root, "kind"), "List") {
		return nil
	}
	if _, err := (&manifest.Document{Node: root, Line: 1}).Resources(); err != nil && !errors.Is(err, manifest.ErrNoResource) {
		e := &unreachedError{line: root.Line, what: err.Error()}
		if placed := (*manifest.Error)(nil); errors.As(err, &placed) {
			e.line, e.what = placed.Line, placed.Err.Error()
		}
		return e
	}
	return nil
}

// mayBeList reports whether the kind of a text may be that of a list: a line begins with
// kind, in quotes or not, and has List in it. Definitions of resources are long.
func mayBeList(text []byte) bool {
	for {
		i := bytes.Index(text, []byte("kind"))
		if i < 0 {
			return false
		}
		before := bytes.TrimRight(text[:i], `"'`)
		text = text[i:]
		if len(before) > 0 && before[len(before)-1] != '\n' {
			text = text[1:]
			continue
		}
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		if bytes.Contains(line, []byte("List")) {
			return true
		}
		text = rest
	}
}

// beyondFirst returns the first line of what follows the first document of a text, 0 if
// there is nothing, or no document.
func beyondFirst(text []byte) int {
	if !goesOn(text) {
		return 0
	}
	// What parsers say about lines is not exact. Less text has no more beyond.
	ends := []int{}
	for i, c := range text {
		if c == '\n' {
			ends = append(ends, i+1)
		}
	}
	return 1 + sort.Search(len(ends), func(i int) bool { return goesOn(text[:ends[i]]) })
}

// goesOn reports whether there is anything behind the first document of a text.
func goesOn(text []byte) bool {
	dec := yaml.NewDecoder(bytes.NewReader(withoutDirectives(text)))
	for i := 0; ; i++ {
		var n yaml.Node
		err := dec.Decode(&n)
		switch {
		case errors.Is(err, io.EOF), err != nil && i == 0: // kustomize says so
			return false
		case err != nil, i > 0 && !yamlnode.IsNull(yamlnode.Resolve(&n)):
			return true
		}
	}
}

// withoutDirectives leaves out directives at the end: they are about the document
// behind the next separator.
func withoutDirectives(text []byte) []byte {
	for {
		trimmed := bytes.TrimRight(text, " \t\r\n")
		i := bytes.LastIndexByte(trimmed, '\n') + 1
		if !bytes.HasPrefix(trimmed[i:], []byte("%")) && (i == 0 || !bytes.HasPrefix(trimmed[i:], []byte("#"))) {
			return text
		}
		text = text[:i]
	}
}

// plainMapping is a cheap test: a text is one mapping in block style at the margin,
// or none at all, and all of it is read.
func plainMapping(text []byte) bool {
	if bytes.IndexByte(text, '\r') >= 0 && bytes.Count(text, []byte("\r")) != bytes.Count(text, []byte("\r\n")) ||
		bytes.Contains(text, []byte("\u0085")) || bytes.Contains(text, []byte("\u2028")) || bytes.Contains(text, []byte("\u2029")) {
		return false // more ends of lines than these
	}
	begun := false
	for line := range bytes.Lines(text) {
		switch c := line[0]; {
		case c == '#', c == '\n', c == '\r':
		case c == ' ', c == '\t':
			if text := bytes.TrimLeft(line, " \t\r\n"); !begun && len(text) > 0 && text[0] != '#' {
				return false
			}
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '"', c == '\'', c == '_', c == '$', '0' <= c && c <= '9', c == '?', c == ':', c == '/':
			begun = true
		case c == '-':
			if !begun {
				if !bytes.HasPrefix(line, []byte("---\n")) {
					return false
				}
			} else if bytes.HasPrefix(line, []byte("---")) {
				return false
			}
		case begun && (c == '}' || c == ']'):
		default:
			return false
		}
	}
	return true
}
