package effects

import (
	"fmt"
	"hash/maphash"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// declaredVar is a var of a kustomization.
type declaredVar struct {
	file  string
	index int
	name  string
}

func (r *Recorder) declared(s *kbuild.Step) {
	for i, v := range s.Kustomization.Vars { //nolint:staticcheck // deprecated, and in use
		r.vars = append(r.vars, declaredVar{s.File, i, v.Name})
	}
}

// unusedVars reports the vars that nothing was replaced by.
func (r *Recorder) unusedVars(s *kbuild.Step) {
	left := map[string]string{} // where the text stays, by name
	s.Each(func(res *resource.Resource) {
		eachScalar(res.YNode(), 0, func(n *yaml.Node) {
			if !strings.Contains(n.Value, "$(") {
				return
			}
			for _, name := range s.Names {
				if left[name] == "" && strings.Contains(n.Value, "$("+name+")") {
					left[name] = res.GetKind() + " " + res.GetName()
				}
			}
		})
	})
	for _, name := range s.Names {
		for _, v := range r.vars {
			if v.name != name {
				continue
			}
			entry := []any{"vars", v.index, "name"}
			if where := left[name]; where != "" {
				r.report(VarUnused, finding.Error, v.file, entry,
					fmt.Sprintf("var %s is replaced nowhere, and $(%s) stays in %s: kustomize does not look for vars in that field", name, name, where),
					help("name the field under configurations, varReference; or use replacements"))
			} else {
				r.report(VarUnused, finding.Warning, v.file, entry, fmt.Sprintf("var %s is used nowhere", name), says(finding.About{Name: name}), help("take it out, or write $("+name+") where its value belongs"))
			}
			break
		}
	}
}

func eachScalar(n *yaml.Node, depth int, f func(*yaml.Node)) {
	if n == nil || depth > 100 {
		return
	}
	if n.Kind == yaml.ScalarNode {
		f(n)
	}
	for _, c := range n.Content {
		eachScalar(c, depth+1, f)
	}
}

// component reports one that leaves everything as it is.
func (r *Recorder) component(s *kbuild.Step) (done func()) {
	if s.Kustomization.Kind == types.ComponentKind {
		return nil // which is for several builds
	}
	seed := maphash.MakeSeed()
	before := digest(seed, s)
	found := len(r.findings)
	return func() {
		if len(r.findings) == found && digest(seed, s) == before { // else something said why
			r.report(ComponentUnused, finding.Warning, s.File, s.Entry, "the component changes nothing: the resources are the same without it",
				help("see what its patches select here, or take it out"))
		}
	}
}

// digest is a sum of all resources.
func digest(seed maphash.Seed, s *kbuild.Step) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	s.Each(func(res *resource.Resource) { sum(&h, res.YNode(), 0) })
	return h.Sum64()
}

func sum(h *maphash.Hash, n *yaml.Node, depth int) {
	if n == nil || depth > 1000 {
		return
	}
	_ = h.WriteByte(byte(n.Kind))
	_, _ = h.WriteString(n.Tag) // 3 is not "3"
	_ = h.WriteByte(0)
	_, _ = h.WriteString(n.Value)
	_ = h.WriteByte(0)
	for _, c := range n.Content {
		sum(h, c, depth+1)
	}
	_ = h.WriteByte(1)
}

// generators reports quotes in the files under envs.
func (r *Recorder) generators(s *kbuild.Step) {
	for i := range s.Kustomization.SecretGenerator {
		g := &s.Kustomization.SecretGenerator[i]
		r.quotes(s, "secretGenerator", i, &g.GeneratorArgs, true)
	}
	for i := range s.Kustomization.ConfigMapGenerator {
		g := &s.Kustomization.ConfigMapGenerator[i]
		r.quotes(s, "configMapGenerator", i, &g.GeneratorArgs, false)
	}
}

func (r *Recorder) quotes(s *kbuild.Step, field string, i int, g *types.GeneratorArgs, secret bool) {
	for j, source := range g.EnvSources {
		if filepath.IsAbs(source) || strings.Contains(source, "://") {
			continue
		}
		text, err := s.Read(filepath.Join(filepath.Dir(s.File), source))
		if err != nil {
			continue
		}
		var lines []string
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			key, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
			if !ok || strings.HasPrefix(strings.TrimSpace(key), "#") || !isQuoted(value) || strings.Contains(value, "://") { // url-malformed speaks of those
				continue
			}
			if secret || isAddress(key) {
				lines = append(lines, fmt.Sprintf("%s (line %d)", strings.TrimSpace(key), n))
			}
		}
		if len(lines) == 0 {
			continue
		}
		shown := strings.Join(lines[:min(len(lines), 3)], ", ")
		if len(lines) > 3 {
			shown += fmt.Sprintf(" and %d more", len(lines)-3)
		}
		r.report(GeneratorQuotes, finding.Warning, s.File, []any{field, i, "envs", j},
			fmt.Sprintf("%s has values in quotes, and kustomize keeps the quotes as a part of them: %s", source, shown),
			help("write KEY=value without quotes; unlike a shell, kustomize takes everything behind the = as it is"))
	}
}

func isQuoted(value string) bool {
	return len(value) > 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] && strings.Count(value, value[:1]) == 2
}

// isAddress reports whether quotes around a value break it for certain: it is a
// part of an address.
func isAddress(key string) bool {
	key = strings.ToUpper(strings.TrimSpace(key))
	return strings.HasSuffix(key, "_HOST") || strings.HasSuffix(key, "_PORT") || strings.HasSuffix(key, "_URL") || strings.HasSuffix(key, "_USER") || strings.HasSuffix(key, "_DB")
}
