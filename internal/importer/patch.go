package importer

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// equal reports whether a build has what is wanted: the order of what has no order
// and the hashes of generated names aside.
func equal(o *object, path []string, want, got *yaml.Node) bool {
	ok := true
	differences(o, path, want, got, func([]string, *yaml.Node, *yaml.Node) { ok = false })
	return ok
}

// differences calls f for each part in which two values differ, the smallest ones.
func differences(o *object, path []string, a, b *yaml.Node, f func(path []string, a, b *yaml.Node)) {
	a, b = yamlnode.Resolve(a), yamlnode.Resolve(b)
	if yamlnode.IsNull(a) || yamlnode.IsNull(b) {
		if !yamlnode.IsNull(a) || !yamlnode.IsNull(b) {
			f(path, a, b)
		}
		return
	}
	switch {
	case a.Kind != b.Kind:
		f(path, a, b)
	case a.Kind == yaml.ScalarNode:
		if (a.Value != b.Value || a.ShortTag() != b.ShortTag()) && !sameStem(a.Value, b.Value) {
			f(path, a, b)
		}
	case a.Kind == yaml.MappingNode:
		for k, v := range yamlnode.Fields(a) {
			differences(o, append(slices.Clip(path), k.Value), v, yamlnode.Get(b, k.Value), f)
		}
		for k, v := range yamlnode.Fields(b) {
			if yamlnode.Get(a, k.Value) == nil {
				differences(o, append(slices.Clip(path), k.Value), nil, v, f)
			}
		}
	default:
		if key := elementKey(o, path); key != "" {
			ka, xa, ok := keyed(a, key)
			kb, xb, ok2 := keyed(b, key)
			if ok && ok2 && (orderless(path[len(path)-1], a, b) || slices.Equal(ka, kb)) {
				for _, k := range ka {
					differences(o, append(slices.Clip(path), "["+k+"]"), xa[k], xb[k], f)
				}
				for _, k := range kb {
					if xa[k] == nil {
						f(append(slices.Clip(path), "["+k+"]"), nil, xb[k])
					}
				}
				return
			}
		}
		if len(a.Content) != len(b.Content) {
			f(path, a, b)
			return
		}
		for i := range a.Content {
			differences(o, append(slices.Clip(path), strconv.Itoa(i)), a.Content[i], b.Content[i], f)
		}
	}
}

func sameStem(a, b string) bool {
	m, n := hashed().FindStringSubmatch(a), hashed().FindStringSubmatch(b)
	return m != nil && n != nil && m[1] == n[1]
}

// strategic returns what a strategic merge patch has to say to make want of have,
// nil for nothing. ok is false where none would be readable, or right.
func strategic(o *object, path []string, have, want *yaml.Node) (patch *yaml.Node, ok bool) {
	have, want = yamlnode.Resolve(have), yamlnode.Resolve(want)
	if equal(o, path, want, have) {
		return nil, true
	}
	if yamlnode.IsNull(have) || yamlnode.IsNull(want) || have.Kind != want.Kind || want.Kind == yaml.ScalarNode {
		return clone(want), have == nil || have.Kind != yaml.MappingNode || want.Kind == yaml.MappingNode
	}
	if want.Kind == yaml.MappingNode {
		out := yamlnode.NewMapping()
		for i := 0; i+1 < len(want.Content); i += 2 {
			k, v := want.Content[i], want.Content[i+1]
			if yamlnode.IsNull(v) {
				continue
			}
			h := yamlnode.Get(have, k.Value)
			if h == nil {
				out.Content = append(out.Content, clone(k), clone(v))
				continue
			}
			p, ok := strategic(o, append(slices.Clip(path), k.Value), h, v)
			if !ok {
				return nil, false
			}
			if p != nil {
				out.Content = append(out.Content, clone(k), p)
			}
		}
		for k, v := range yamlnode.Fields(have) {
			if w := yamlnode.Get(want, k.Value); yamlnode.IsNull(w) && !yamlnode.IsNull(v) {
				out.Content = append(out.Content, text(k.Value), &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"})
			}
		}
		return out, true
	}
	key := elementKey(o, path)
	if key == "" {
		// A list that is one value is written whole, if it is one to read.
		if len(want.Content) <= 6 && !slices.ContainsFunc(want.Content, func(e *yaml.Node) bool { return e.Kind != yaml.ScalarNode }) {
			return clone(want), true
		}
		return nil, false
	}
	kh, xh, ok := keyed(have, key)
	kw, xw, ok2 := keyed(want, key)
	if !ok || !ok2 || len(want.Content) == 0 {
		return nil, false
	}
	out := yamlnode.NewSequence()
	for i, k := range kw {
		if xh[k] == nil {
			out.Content = append(out.Content, clone(want.Content[i]))
			continue
		}
		p, ok := strategic(o, append(slices.Clip(path), k), xh[k], xw[k])
		if !ok {
			return nil, false
		}
		if p != nil {
			e := yamlnode.NewMapping(text(key), clone(yamlnode.Get(xw[k], key)))
			for i := 0; i+1 < len(p.Content); i += 2 {
				if p.Content[i].Value != key {
					e.Content = append(e.Content, p.Content[i], p.Content[i+1])
				}
			}
			e.HeadComment = xw[k].HeadComment
			out.Content = append(out.Content, e)
		}
	}
	for _, k := range kh {
		if xw[k] == nil {
			out.Content = append(out.Content, yamlnode.NewMapping(text("$patch"), text("delete"), text(key), clone(yamlnode.Get(xh[k], key))))
		}
	}
	return out, true
}

// operations are the JSON patch that makes want of have.
func operations(path string, have, want *yaml.Node) (ops []*yaml.Node) {
	have, want = yamlnode.Resolve(have), yamlnode.Resolve(want)
	op := func(what, path string, value *yaml.Node) {
		n := mapping("op", what, "path", path)
		if value != nil {
			v := clone(value)
			if v.Kind == yaml.ScalarNode {
				n.HeadComment, v.HeadComment = v.HeadComment, ""
			}
			add(n, "value", v)
		}
		ops = append(ops, n)
	}
	step := func(s string) string { return path + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(s) }
	if same(have, want) {
		return nil
	}
	switch {
	case have != nil && want != nil && have.Kind == yaml.MappingNode && want.Kind == yaml.MappingNode:
		for k, v := range yamlnode.Fields(want) {
			switch h := yamlnode.Get(have, k.Value); {
			case yamlnode.IsNull(v):
			case h == nil:
				op("add", step(k.Value), v)
			default:
				ops = append(ops, operations(step(k.Value), h, v)...)
			}
		}
		for k, v := range yamlnode.Fields(have) {
			if w := yamlnode.Get(want, k.Value); yamlnode.IsNull(w) && !yamlnode.IsNull(v) {
				op("remove", step(k.Value), nil)
			}
		}
	case have != nil && want != nil && have.Kind == yaml.SequenceNode && want.Kind == yaml.SequenceNode:
		a, b := have.Content, want.Content
		if len(a) == len(b) {
			for i := range a {
				ops = append(ops, operations(step(strconv.Itoa(i)), a[i], b[i])...)
			}
			break
		}
		// What is the same at both ends stays.
		head := 0
		for head < len(a) && head < len(b) && same(a[head], b[head]) {
			head++
		}
		tail := 0
		for tail < len(a)-head && tail < len(b)-head && same(a[len(a)-1-tail], b[len(b)-1-tail]) {
			tail++
		}
		ra, rb := len(a)-head-tail, len(b)-head-tail
		if head+tail == 0 || ra > 0 && rb > 0 && ra+rb > 4 {
			op("replace", path, want)
			break
		}
		for i := range min(ra, rb) {
			ops = append(ops, operations(step(strconv.Itoa(head+i)), a[head+i], b[head+i])...)
		}
		for i := rb; i < ra; i++ {
			op("remove", step(strconv.Itoa(head+rb)), nil)
		}
		for i := ra; i < rb; i++ {
			if head+i == len(a)+(i-ra) {
				op("add", step("-"), b[head+i])
			} else {
				op("add", step(strconv.Itoa(head+i)), b[head+i])
			}
		}
	default:
		op("replace", path, want)
	}
	return ops
}

// patchText is a patch as an entry of patches: holds it.
func patchText(n *yaml.Node) (*yaml.Node, error) {
	b, err := manifest.Encode(n)
	if err != nil {
		return nil, err
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.LiteralStyle, Value: string(b)}, nil
}

// lines is how many lines a value takes.
func lines(n *yaml.Node) int {
	b, err := manifest.Encode(n)
	if err != nil {
		return 1 << 20
	}
	return strings.Count(string(b), "\n")
}
