package fix

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Conversion is what became of a deprecated field of a kustomization.
type Conversion struct {
	Line     int // where it was
	Old, New string
}

// deprecated are the fields of kustomizations that have a successor, and how their
// entries are written in it. See kustomize edit fix:
// https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
var deprecated = []struct {
	field, successor string
	first            bool // the entries come before those that are there
	entry            func(e *entry, read func(name string) ([]byte, error)) bool
}{
	{field: "bases", successor: "resources", entry: asIs},
	{field: "imageTags", successor: "images", entry: asIs},
	{field: "patchesStrategicMerge", successor: "patches", first: true, entry: (*entry).asPatch},
	{field: "patchesJson6902", successor: "patches", entry: asIs},
	{field: "commonLabels", successor: "labels"},
}

// entry is an element of a list: the lines of a block sequence from its dash to the
// next one, comments behind it included.
type entry struct {
	node  *yaml.Node
	lines []string
}

// Modernize writes the deprecated fields of a kustomization as their successors, those
// that are asked for, and leaves everything else as it is: comments, order and layout.
// A field stays that is not written in lines of its own, and so do patches of several
// documents, which kustomize 5.0 takes in the deprecated field only; read returns the
// text of a file that one names. Whether it builds to the same is for the caller to
// find out.
func Modernize(text []byte, want func(field string) bool, read func(name string) ([]byte, error)) ([]byte, []Conversion) {
	var all []Conversion
	given, ok := openKustomization(text)
	for _, d := range deprecated {
		if !ok || !want(d.field) {
			continue
		}
		k, ok := openKustomization(text)
		if !ok {
			return text, all
		}
		at, found := k.fields[d.field]
		if !found {
			continue
		}
		ok = false
		if d.entry == nil {
			ok = k.label(at)
		} else if entries, is := k.entries(at); is {
			ok = true
			for i := range entries {
				ok = ok && d.entry(&entries[i], read)
			}
			ok = ok && k.move(at, d.successor, entries, d.first)
		}
		if changed := []byte(strings.Join(k.lines, "")); ok && yaml.Unmarshal(changed, &yaml.Node{}) == nil {
			text = changed
			all = append(all, Conversion{given.fields[d.field].key.Line, d.field, d.successor})
		}
	}
	return text, all
}

// kustomization is the text of one, with its fields.
type kustomization struct {
	lines  []string // with their ends
	fields map[string]field
	end    string // of a line
}

type field struct {
	key, value *yaml.Node
	last       int // the number of its last line that is not blank and no comment
}

func openKustomization(text []byte) (*kustomization, bool) {
	var doc, second yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	if d.Decode(&doc) != nil || d.Decode(&second) == nil {
		return nil, false
	}
	top := yamlnode.Resolve(&doc)
	if top == nil || top.Kind != yaml.MappingNode || top.Style&yaml.FlowStyle != 0 {
		return nil, false
	}
	k := &kustomization{fields: map[string]field{}, end: "\n"}
	first, rest, _ := yamlnode.CutLine(text)
	if end := string(text[len(first) : len(text)-len(rest)]); end == "\r" || end == "\r\n" {
		k.end = end
	}
	for rest = text; len(rest) > 0; {
		line, below, more := yamlnode.CutLine(rest)
		if more {
			line = rest[:len(rest)-len(below)]
		} else {
			line = append(slices.Clone(line), k.end...)
		}
		k.lines, rest = append(k.lines, string(line)), below
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key := top.Content[i]
		end := len(k.lines)
		if i+2 < len(top.Content) {
			end = top.Content[i+2].Line - 1
		}
		if key.Column != 1 || key.Line > end || top.Content[i+1].Anchor != "" || top.Content[i+1].Kind == yaml.AliasNode {
			return nil, false // several on one line, or one that is used again
		}
		if _, twice := k.fields[key.Value]; twice {
			return nil, false
		}
		for end > key.Line && isBlank(k.lines[end-1]) {
			end-- // a comment is of what follows
		}
		k.fields[key.Value] = field{key, top.Content[i+1], end}
	}
	return k, true
}

// isBlank reports whether there is nothing but a comment in a line, or the end of a
// document.
func isBlank(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || line[0] == '#' || line == "..." || line == "---"
}

// entries are those of a list, as lines from the dash in the first column. ok is false
// where it is written otherwise.
func (k *kustomization) entries(f field) (all []entry, ok bool) {
	n := f.value
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return nil, false
	}
	if n.Style&yaml.FlowStyle != 0 {
		if f.last != f.key.Line || strings.Contains(k.lines[f.key.Line-1], "#") {
			return nil, false
		}
		for _, e := range n.Content {
			if e.Kind != yaml.ScalarNode || e.Style != 0 || strings.ContainsAny(e.Value, "#:{}[],&*!|>'\"%@` ") {
				return nil, false
			}
			all = append(all, entry{e, []string{"- " + e.Value + k.end}})
		}
		return all, true
	}
	indent := n.Column - 1
	for i, e := range n.Content {
		// The place of an element is behind its dash and what names it.
		first, last := e.Line, f.last
		if i+1 < len(n.Content) {
			last = n.Content[i+1].Line - 1
		}
		if first <= f.key.Line || e.Anchor != "" || e.Kind == yaml.AliasNode {
			return nil, false
		}
		en := entry{node: e}
		for _, line := range k.lines[first-1 : last] {
			rest, ok := strings.CutPrefix(line, strings.Repeat(" ", indent))
			if !ok && strings.TrimSpace(line) != "" {
				return nil, false
			}
			if !ok {
				rest = k.end
			}
			en.lines = append(en.lines, rest)
		}
		if !strings.HasPrefix(en.lines[0], "- ") {
			return nil, false
		}
		all = append(all, en)
	}
	// What stands between the name of the field and its first entry.
	for _, line := range k.lines[f.key.Line : n.Content[0].Line-1] {
		if strings.TrimSpace(line) != "" {
			all[0].lines = append([]string{strings.TrimLeft(line, " ")}, all[0].lines...)
		}
	}
	return all, true
}

func asIs(*entry, func(name string) ([]byte, error)) bool { return true }

// asPatch makes an entry of patchesStrategicMerge one of patches.
func (e *entry) asPatch(read func(name string) ([]byte, error)) bool {
	first := slices.IndexFunc(e.lines, func(line string) bool { return strings.HasPrefix(line, "- ") })
	if e.node.Kind != yaml.ScalarNode || first < 0 {
		return false
	}
	rest := strings.TrimPrefix(e.lines[first], "- ")
	field, patch := "patch", []byte(e.node.Value)
	if !strings.Contains(e.node.Value, "\n") {
		var err error
		if field = "path"; read != nil {
			if patch, err = read(e.node.Value); err != nil {
				return false
			}
		}
	}
	if severalDocuments(patch) {
		return false
	}
	e.lines[first] = "- " + field + ": " + strings.TrimLeft(rest, " ")
	for i := first + 1; i < len(e.lines); i++ {
		if strings.TrimSpace(e.lines[i]) != "" {
			e.lines[i] = "  " + e.lines[i]
		}
	}
	return true
}

// severalDocuments reports whether a text has more than one, empty ones aside.
func severalDocuments(text []byte) bool {
	d := yaml.NewDecoder(bytes.NewReader(text))
	n := 0
	for {
		var doc yaml.Node
		if d.Decode(&doc) != nil {
			return n > 1
		}
		if !yamlnode.IsNull(yamlnode.Resolve(&doc)) {
			n++
		}
	}
}

// move writes entries in the successor of their field, which may be there already.
func (k *kustomization) move(from field, successor string, entries []entry, first bool) bool {
	header := k.lines[from.key.Line-1]
	comment := ""
	if _, text, ok := strings.Cut(header, "#"); ok {
		comment = "#" + text
	}
	var lines []string
	for _, e := range entries {
		lines = append(lines, e.lines...)
	}
	to, there := k.fields[successor]
	if there && (yamlnode.IsNull(to.value) || to.value.Kind == yaml.SequenceNode && len(to.value.Content) == 0) {
		return false // an empty one says something
	}
	if !there {
		indent := ""
		if v := from.value; v.Style&yaml.FlowStyle == 0 {
			indent = strings.Repeat(" ", v.Column-1)
		}
		head := successor + ":" + k.end
		if comment != "" {
			head = successor + ": " + comment
		}
		k.replace(from.key.Line, from.last, append([]string{head}, indented(lines, indent)...))
		return true
	}
	if comment != "" {
		lines = append([]string{comment}, lines...)
	}
	old, ok := k.entries(to)
	if !ok {
		return false
	}
	indent, at := "", to.last+1
	if to.value.Style&yaml.FlowStyle != 0 {
		var list []string
		for _, e := range old {
			list = append(list, e.lines...)
		}
		if first {
			list = append(lines, list...)
		} else {
			list = append(list, lines...)
		}
		k.swap(from, to.key.Line, to.last, append([]string{successor + ":" + k.end}, list...))
		return true
	}
	indent = strings.Repeat(" ", to.value.Column-1)
	if first {
		at = to.key.Line + 1
	}
	k.swap(from, at, at-1, indented(lines, indent))
	return true
}

// label makes one entry of labels of commonLabels.
func (k *kustomization) label(f field) bool {
	v := f.value
	if v.Kind != yaml.MappingNode || len(v.Content) == 0 {
		return false
	}
	header := strings.TrimPrefix(k.lines[f.key.Line-1], "commonLabels")
	if header == k.lines[f.key.Line-1] { // in quotes
		return false
	}
	lines := []string{"- includeSelectors: true" + k.end, "  pairs" + header}
	body := k.lines[f.key.Line:f.last]
	if v.Style&yaml.FlowStyle == 0 {
		indent := strings.Repeat(" ", v.Column-1)
		for _, line := range body {
			rest, ok := strings.CutPrefix(line, indent)
			if blank := strings.TrimSpace(line) == ""; !ok && !blank {
				return false
			} else if blank {
				lines = append(lines, k.end)
				continue
			}
			lines = append(lines, "    "+rest)
		}
	} else {
		for _, line := range body {
			lines = append(lines, "  "+line)
		}
	}
	to, there := k.fields["labels"]
	if !there {
		k.replace(f.key.Line, f.last, append([]string{"labels:" + k.end}, lines...))
		return true
	}
	if to.value.Kind != yaml.SequenceNode || to.value.Style&yaml.FlowStyle != 0 || len(to.value.Content) == 0 {
		return false
	}
	k.swap(f, to.last+1, to.last, indented(lines, strings.Repeat(" ", to.value.Column-1)))
	return true
}

func indented(lines []string, indent string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		if out[i] = line; strings.TrimSpace(line) != "" {
			out[i] = indent + line
		}
	}
	return out
}

// replace replaces lines, from 1, both included.
func (k *kustomization) replace(first, last int, lines []string) {
	k.lines = slices.Concat(k.lines[:first-1], lines, k.lines[last:])
}

// swap takes a field away, and replaces lines elsewhere.
func (k *kustomization) swap(gone field, first, last int, lines []string) {
	from, to := gone.key.Line, gone.last
	if to < len(k.lines) && strings.TrimSpace(k.lines[to]) == "" && (from == 1 || strings.TrimSpace(k.lines[from-2]) == "") {
		to++ // one of the blank lines around it
	}
	if first > to {
		k.replace(first, last, lines)
		k.replace(from, to, nil)
		return
	}
	k.replace(from, to, nil)
	k.replace(first, last, lines)
}
