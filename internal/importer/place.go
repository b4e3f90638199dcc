package importer

import (
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// unit is a part of the layout with a kustomization of its own: all objects of one
// namespace, or everything.
type unit struct {
	name string // of its folder; "" for the whole of a layout
	// namespaces are what the environments call its namespace. They are set by
	// their kustomizations, unless fixed: then objects say it themselves.
	namespaces []string
	known      []bool
	fixed      bool
	cluster    bool // the objects of no namespace
	inBase     bool // one namespace, which the base sets
	matches    []*match
}

func apiVersionOf(o *object) string { return yamlnode.GetString(o.node, "apiVersion") }

// place finds out which namespaces there are, and whether the kustomization of a
// whole environment can set them.
func (p *planner) place() {
	p.units = nil
	n := len(p.envs)
	rest := &unit{cluster: true, fixed: true, namespaces: make([]string, n)}
	var units []*unit
	find := func(namespaces []string, known []bool) *unit {
		for _, u := range units {
			fits, meets := true, false
			for i := range namespaces {
				if known[i] && u.known[i] {
					fits = fits && namespaces[i] == u.namespaces[i]
					meets = true
				}
			}
			if fits && meets {
				for i := range namespaces {
					if known[i] && !u.known[i] {
						u.namespaces[i], u.known[i] = namespaces[i], true
					}
				}
				return u
			}
		}
		u := &unit{namespaces: namespaces, known: known}
		units = append(units, u)
		return u
	}
	// Objects that are everywhere say most of what belongs together.
	order := slices.Clone(p.matches)
	slices.SortStableFunc(order, func(a, b *match) int { return b.count() - a.count() })
	for _, m := range order {
		namespaces, known := make([]string, n), make([]bool, n)
		named := false
		for i, o := range m.objects {
			if o == nil {
				continue
			}
			known[i] = true
			if namespaces[i] = o.namespace; o.kind == "Namespace" && o.group == "" {
				namespaces[i] = o.name
			}
			named = named || namespaces[i] != ""
		}
		if m.unit = rest; named && m.how != outside {
			m.unit = find(namespaces, known)
		}
	}
	// A Namespace that nothing else is in is an object like others.
	units = slices.DeleteFunc(units, func(u *unit) bool {
		for _, m := range p.matches {
			if m.unit == u && (m.first().kind != "Namespace" || m.first().group != "") {
				return false
			}
		}
		for _, m := range p.matches {
			if m.unit == u {
				m.unit = rest
			}
		}
		return true
	})
	// Objects without a namespace belong to the unit that has none there.
	for _, m := range p.matches {
		if m.unit != rest || clusterScoped(m.first()) || m.how == outside {
			continue
		}
		for _, u := range units {
			fits := true
			for i, o := range m.objects {
				fits = fits && (o == nil || u.known[i] && u.namespaces[i] == "")
			}
			if fits {
				m.unit = u
				break
			}
		}
	}
	loose := false // objects that kustomize would put into a namespace
	for _, m := range p.matches {
		loose = loose || m.unit == rest && !clusterScoped(m.first())
	}
	differing := 0
	for _, u := range units {
		// A Namespace that other objects share the folder of is named by it; one
		// that is in one environment only fixes nothing.
		u.fixed = true
		for i := range u.namespaces {
			for j := range i {
				if u.known[i] && u.known[j] && u.namespaces[i] != u.namespaces[j] {
					u.fixed = false
				}
			}
		}
		if n == 1 && mentions(u.namespaces[0], tokensOf(p.envs[0].Name)) {
			u.fixed = false // another environment will call it something else
		}
		if !u.fixed {
			differing++
		}
	}
	if differing == 0 || len(units) == 1 && !loose {
		whole := &unit{fixed: differing == 0, namespaces: make([]string, n), known: make([]bool, n)}
		if len(units) == 1 {
			whole.namespaces, whole.known = units[0].namespaces, units[0].known
			// One namespace for all: one line says it.
			if !loose && !slices.Contains(whole.namespaces, "") && whole.fixed {
				whole.fixed = false
			}
		}
		for _, m := range p.matches {
			m.unit = whole
		}
		whole.matches = p.matches
		p.units = []*unit{whole}
		return
	}
	used := map[string]bool{}
	for _, u := range append(units, rest) {
		for _, m := range p.matches {
			if m.unit == u {
				u.matches = append(u.matches, m)
			}
		}
		if len(u.matches) == 0 {
			continue
		}
		u.name = p.folder(u, used)
		p.units = append(p.units, u)
	}
}

var oddInNames = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^A-Za-z0-9._-]+`) })

// folder names the folder of a unit.
func (p *planner) folder(u *unit, used map[string]bool) string {
	name := "cluster"
	if u.cluster {
		for _, m := range u.matches {
			if !clusterScoped(m.first()) {
				name = "other"
			}
		}
	} else {
		for i, ns := range u.namespaces {
			if u.known[i] && ns != "" {
				name, _, _ = strip(ns, tokensOf(p.envs[i].Name))
				if slices.Contains(tokensOf(p.envs[i].Name), lower(ns)) {
					name = "app"
				}
				break
			}
		}
	}
	name = oddInNames().ReplaceAllString(name, "-")
	for base, n := name, 2; used[name]; n++ {
		name = fmt.Sprint(base, "-", n)
	}
	used[name] = true
	return name
}

// namespace is what the kustomization of an environment says, "" for nothing.
func (u *unit) namespace(env int) string {
	if u.fixed {
		return ""
	}
	return u.namespaces[env]
}
