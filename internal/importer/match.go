package importer

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/resid"
)

// affix is what an environment adds to a name.
type affix struct{ prefix, suffix string }

func (a affix) of(name string) (stripped string, ok bool) {
	if len(name) <= len(a.prefix)+len(a.suffix) {
		return name, false
	}
	s, ok := strings.CutPrefix(name, a.prefix)
	s, ok2 := strings.CutSuffix(s, a.suffix)
	if !ok || !ok2 || a == (affix{}) {
		return name, false
	}
	return s, true
}

// spellings are what environments are called in names, the short form first.
var spellings = [][]string{
	{"dev", "development", "develop"},
	{"prod", "production", "prd"},
	{"stage", "staging", "stg"},
	{"test", "testing", "tst"},
	{"int", "integration"},
	{"local"}, {"qa"}, {"uat"}, {"demo"}, {"sandbox", "sbx"}, {"preview"}, {"preprod"}, {"live"},
}

// tokensOf are the spellings of an environment, in lower case.
func tokensOf(env string) []string {
	env = lower(env)
	for _, list := range spellings {
		if slices.Contains(list, env) {
			return append([]string{env}, slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == env })...)
		}
	}
	return []string{env}
}

// strip takes the first token that is a word of a name off it.
func strip(name string, tokens []string) (stripped string, found affix, ok bool) {
	for _, t := range tokens {
		q := regexp.QuoteMeta(t)
		if m := regexp.MustCompile(`^(.+?)([-._]` + q + `)$`).FindStringSubmatch(name); m != nil {
			return m[1], affix{suffix: m[2]}, true
		}
		if m := regexp.MustCompile(`^(` + q + `[-._])(.+)$`).FindStringSubmatch(name); m != nil {
			return m[2], affix{prefix: m[1]}, true
		}
		if m := regexp.MustCompile(`^(.+?)[-._]` + q + `([-._].+)$`).FindStringSubmatch(name); m != nil {
			return m[1] + m[2], affix{}, true
		}
	}
	return name, affix{}, false
}

// keepsName are kinds whose names kustomize gives no prefix or suffix.
func keepsName(o *object) bool {
	return o.kind == "Namespace" && o.group == "" || o.kind == "CustomResourceDefinition" || o.kind == "APIService"
}

func clusterScoped(o *object) bool {
	return resid.NewGvk(o.group, version(o), o.kind).IsClusterScoped()
}

// match finds which objects of the environments are one.
func (p *planner) match() error {
	tokens := make([][]string, len(p.envs))
	for i, e := range p.envs {
		tokens[i] = tokensOf(e.Name)
	}
	if len(p.envs) > 1 {
		p.derive(tokens)
	}
	p.affixes = make([]affix, len(p.envs))
	p.affixed = make([]bool, len(p.envs))
	for i, e := range p.envs {
		p.affixes[i], p.affixed[i] = common(e.objects, tokens[i])
	}
	for i, e := range p.envs {
		for _, o := range e.objects {
			m := &match{objects: make([]*object, len(p.envs)), literal: map[string]bool{}}
			m.objects[i] = o
			p.matches = append(p.matches, m)
		}
	}
	// The keys that objects have to have in common, the strictest first: what is
	// joined by one has the later ones in common too.
	for _, key := range []func(*object) string{
		func(o *object) string { return gk(o) + o.namespace + "\x00" + o.plainName() },
		func(o *object) string {
			ns, _, _ := strip(o.namespace, tokens[o.env])
			return gk(o) + ns + "\x00" + o.plainName()
		},
		func(o *object) string {
			ns, _, _ := strip(o.namespace, tokens[o.env])
			return gk(o) + ns + "\x00" + p.stripped(o, tokens)
		},
		func(o *object) string { return gk(o) + p.stripped(o, tokens) },
		func(o *object) string { // a Namespace that is called like its environment
			if o.kind == "Namespace" && slices.Contains(tokens[o.env], o.name) {
				return "the namespace"
			}
			return gk(o) + o.namespace + "\x00" + o.name + "\x00" + p.envs[o.env].Name
		},
	} {
		p.join(key)
	}
	shared := 0
	for _, m := range p.matches {
		if m.count() > 1 {
			shared++
		}
	}
	if len(p.envs) > 1 && shared == 0 {
		return p.nothingShared()
	}
	for _, m := range p.matches {
		m.name = p.baseName(m, tokens)
	}
	return nil
}

// join makes one match of those that have a key in common, where each environment
// has one of them.
func (p *planner) join(key func(*object) string) {
	groups := map[string][]*match{}
	for _, m := range p.matches {
		k := key(m.first())
		groups[k] = append(groups[k], m)
	}
	joined := map[*match]bool{}
	for _, list := range groups {
		all := &match{objects: make([]*object, len(p.envs))}
		clash := false
		for _, m := range list {
			for i, o := range m.objects {
				clash = clash || o != nil && all.objects[i] != nil
				if o != nil {
					all.objects[i] = o
				}
			}
		}
		if clash {
			continue
		}
		list[0].objects = all.objects
		for _, m := range list[1:] {
			joined[m] = true
		}
	}
	p.matches = slices.DeleteFunc(p.matches, func(m *match) bool { return joined[m] })
}

func gk(o *object) string { return o.group + "\x00" + o.kind + "\x00" }

func version(o *object) string {
	apiVersion := apiVersionOf(o)
	return apiVersion[strings.LastIndexByte(apiVersion, '/')+1:]
}

// stripped is the name of an object without its environment.
func (p *planner) stripped(o *object, tokens [][]string) string {
	if s, ok := p.affixes[o.env].of(o.plainName()); ok && p.affixed[o.env] && !keepsName(o) {
		return s
	}
	s, _, _ := strip(o.plainName(), tokens[o.env])
	return s
}

// baseName is what an object is called in the base.
func (p *planner) baseName(m *match, tokens [][]string) string {
	var same []string
	affixed := false
	for i, o := range m.objects {
		if o != nil {
			same = append(same, o.plainName())
			affixed = affixed || p.affixed[i] && !keepsName(o)
		}
	}
	slices.Sort(same)
	if len(slices.Compact(same)) == 1 && !affixed {
		return m.first().plainName()
	}
	names := map[string]int{}
	for _, o := range m.objects {
		if o != nil {
			names[p.stripped(o, tokens)]++
		}
	}
	best := ""
	for n, c := range names {
		if best == "" || c > names[best] || c == names[best] && n < best {
			best = n
		}
	}
	return best
}

// common is the affix that all names of an environment have, if there is one.
func common(objects []*object, tokens []string) (a affix, ok bool) {
	for _, o := range objects {
		if keepsName(o) {
			continue
		}
		_, found, has := strip(o.plainName(), tokens)
		if !has || found == (affix{}) || a != (affix{}) && found != a {
			return affix{}, false
		}
		a = found
	}
	return a, a != affix{}
}

// derive adds to the tokens what names show: of two objects of one kind, the word
// at the end or the start that is all they differ in.
func (p *planner) derive(tokens [][]string) {
	first := p.envs[0]
	for k := 1; k < len(p.envs); k++ {
		votes := map[[2]string]int{}
		a, b := unmatched(first.objects, p.envs[k].objects, tokens[0], tokens[k])
		for kind, xs := range a {
			ys := b[kind]
			if len(xs)*len(ys) > 10_000 {
				continue
			}
			for _, x := range xs {
				for _, y := range ys {
					if t, u, ok := differ(x, y); ok {
						votes[[2]string{t, u}]++
						if len(xs) == 1 && len(ys) == 1 {
							votes[[2]string{t, u}]++
						}
					}
				}
			}
		}
		best := [2]string{}
		for v, n := range votes {
			if n > votes[best] || n == votes[best] && cmp.Compare(v[0]+"\x00"+v[1], best[0]+"\x00"+best[1]) < 0 {
				best = v
			}
		}
		if votes[best] >= 2 {
			for i, env := range []int{0, k} {
				if t := best[i]; t != "" && !slices.Contains(tokens[env], t) {
					tokens[env] = append(tokens[env], t)
				}
			}
		}
	}
}

// unmatched are the names of either side, by kind, that the other has not.
func unmatched(xs, ys []*object, xt, yt []string) (a, b map[string][]string) {
	names := func(list []*object, tokens []string) (map[string][]string, map[string]bool) {
		all, has := map[string][]string{}, map[string]bool{}
		for _, o := range list {
			s, _, _ := strip(o.plainName(), tokens)
			all[gk(o)] = append(all[gk(o)], o.plainName())
			has[gk(o)+s] = true
		}
		return all, has
	}
	a, ina := names(xs, xt)
	b, inb := names(ys, yt)
	for kind := range a {
		a[kind] = slices.DeleteFunc(a[kind], func(n string) bool { s, _, _ := strip(n, xt); return inb[kind+s] })
	}
	for kind := range b {
		b[kind] = slices.DeleteFunc(b[kind], func(n string) bool { s, _, _ := strip(n, yt); return ina[kind+s] })
	}
	return a, b
}

// differ returns the words in which two names differ, if it is one at the start
// or the end of each.
func differ(x, y string) (t, u string, ok bool) {
	xs, ys := strings.Split(x, "-"), strings.Split(y, "-")
	same := 0
	for same < len(xs) && same < len(ys) && xs[same] == ys[same] {
		same++
	}
	if rx, ry := xs[same:], ys[same:]; same > 0 && len(rx) <= 1 && len(ry) <= 1 && len(rx)+len(ry) > 0 {
		return strings.Join(rx, ""), strings.Join(ry, ""), true
	}
	same = 0
	for same < len(xs) && same < len(ys) && xs[len(xs)-1-same] == ys[len(ys)-1-same] {
		same++
	}
	if rx, ry := xs[:len(xs)-same], ys[:len(ys)-same]; same > 0 && len(rx) <= 1 && len(ry) <= 1 && len(rx)+len(ry) > 0 {
		return strings.Join(rx, ""), strings.Join(ry, ""), true
	}
	return "", "", false
}

// nothingShared says why there is no base.
func (p *planner) nothingShared() error {
	kinds := map[string][]*object{}
	for _, e := range p.envs {
		seen := map[string]bool{}
		for _, o := range e.objects {
			if !seen[gk(o)] {
				seen[gk(o)] = true
				kinds[gk(o)] = append(kinds[gk(o)], o)
			}
		}
	}
	var errs []error
	for _, e := range p.envs {
		for _, o := range e.objects {
			if len(kinds[gk(o)]) > 1 && len(errs) < 10 {
				errs = append(errs, fmt.Errorf("  %s: %s in %s", o.place(), o, e.Name))
			}
		}
	}
	var names []string
	for _, e := range p.envs {
		names = append(names, e.Name)
	}
	all := strings.Join(names, " and ")
	if errs == nil {
		return fmt.Errorf("%s share no object, not even a kind: there is nothing to put into a base. Are they copies of one application?", all)
	}
	return fmt.Errorf("%s share no object: of the same kinds there are only names without a common part, such as web-dev and web-prod, or dev-web and prod-web:\n%w\nRename one side, or import each environment alone", all, errors.Join(errs...))
}
