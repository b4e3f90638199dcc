package rules

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var scriptVariableSubstituted = &Rule{
	Name:          "script-variable-substituted",
	Severity:      finding.Error,
	Kustomization: true,
	URL:           "https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution",
	Doc: "A script uses ${NAME} for a variable of its own, and a Flux Kustomization with postBuild puts values into what is in that folder: it has none called NAME, so the script gets an empty text, or the default behind :-. " +
		"Flux leaves $NAME and $${NAME} alone, and resources with the annotation or label kustomize.toolkit.fluxcd.io/substitute: disabled. " +
		"It looks at scripts in ConfigMaps, in the command lines of containers and in the values of HelmReleases, and there at names that the script itself sets before, or that the container has a variable of. " +
		"Where not all values of the Kustomization are in the repository it is a warning.",
	Run: func(p *Pass) error {
		if p.Inventory.Substituted == nil {
			return nil
		}
		for _, o := range p.Inventory.OfKind(gk("ConfigMap")) {
			for k, v := range yamlnode.Fields(o.Get("data")) {
				if text := yamlnode.String(v); isShellScript(k.Value, text) {
					p.checkSubstituted(o, v, k.Value, text, nil)
				}
			}
		}
		for _, o := range p.Inventory.OfKind(gk("helm.toolkit.fluxcd.io/HelmRelease")) {
			eachScript(o.Get("spec", "values"), "", 0, func(what string, n *yaml.Node) { p.checkSubstituted(o, n, what, n.Value, nil) })
		}
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			words := slices.Concat(yamlnode.Elements(yamlnode.Get(c.Node, "command")), yamlnode.Elements(yamlnode.Get(c.Node, "args")))
			shell := false
			for _, n := range words {
				text := yamlnode.String(n)
				switch {
				case isShell(text):
					shell = true
				case shell && (strings.Contains(text, "${") || strings.Contains(text, "\n")):
					p.checkSubstituted(o, n, "the script of container "+c.Name, text, containerEnvs.Of(p.Build)[c])
				}
			}
		})
		return nil
	},
}

// eachScript calls f for the scripts in the values of a chart: files, and command
// lines of shells.
func eachScript(n *yaml.Node, key string, depth int, f func(what string, n *yaml.Node)) {
	n = yamlnode.Resolve(n)
	switch {
	case n == nil || depth > 100:
	case n.Kind == yaml.ScalarNode:
		if isShellScript(key, n.Value) {
			f(key, n)
		}
	case n.Kind == yaml.SequenceNode:
		shell := false
		for _, e := range n.Content {
			text := yamlnode.String(e)
			if shell && strings.Contains(text, "\n") && !isShellScript("", text) {
				f("the script under "+key, yamlnode.Resolve(e))
			}
			shell = shell || isShell(text)
			eachScript(e, key, depth+1, f)
		}
	default:
		for k, v := range yamlnode.Fields(n) {
			eachScript(v, k.Value, depth+1, f)
		}
	}
}

// isShellScript reports whether a value of a ConfigMap is run by a shell.
func isShellScript(key, text string) bool {
	if !strings.Contains(text, "${") {
		return false
	}
	line, _, _ := strings.Cut(text, "\n")
	return strings.HasSuffix(key, ".sh") || strings.HasSuffix(key, ".bash") || strings.HasPrefix(line, "#!") && strings.Contains(line, "sh")
}

// isShell reports whether a word of a command line is a shell.
func isShell(word string) bool {
	switch word[strings.LastIndexByte(word, '/')+1:] {
	case "sh", "bash", "ash", "dash", "zsh", "ksh":
		return true
	}
	return false
}

const substituteMark = "kustomize.toolkit.fluxcd.io/substitute"

func (p *Pass) checkSubstituted(o *inventory.Object, n *yaml.Node, what, text string, e *containerEnv) {
	if !strings.Contains(text, "${") || o.Annotation(substituteMark) == "disabled" || yamlnode.GetString(o.Node, "metadata", "labels", substituteMark) == "disabled" {
		return
	}
	s := p.Inventory.Substituted(o)
	if s == nil {
		return
	}
	var names []string
	first := 0
	set := assignmentsIn(text)
	for at, name := range substitutions(text) {
		if s.Values[name] || slices.Contains(names, name) || !set[name].before(at+2+len(name)) && (e == nil || e.get(name) == nil || e.filled(name)) {
			continue
		}
		if len(names) == 0 {
			first = at
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return
	}
	opts := []Option{Help("write $%s or $${%s}, or annotate the resource with %s: disabled", names[0], names[0], substituteMark)}
	if !s.Complete {
		opts = append(opts, AtMost(finding.Warning))
	}
	if strings.Contains(strings.TrimSpace(text), "\n") {
		line := strings.Count(text[:first], "\n") + 1
		opts = append(opts, At(line, first-strings.LastIndexByte(text[:first], '\n')))
		if resolved := yamlnode.Resolve(n); resolved.Style&yaml.LiteralStyle != 0 {
			opts = append(opts, linesBelow(line))
		}
	}
	listed := "${" + strings.Join(names[:min(3, len(names))], "}, ${") + "}"
	if len(names) > 3 {
		listed += fmt.Sprintf(" and %d more", len(names)-3)
	}
	p.Report(o, yamlnode.Resolve(n), fmt.Sprintf("%s replaces %s in %s before the shell sees it, and has no value of that name", s.By, listed, what), opts...)
}

// filled reports whether a variable of a container is itself what is to be put in.
func (e *containerEnv) filled(name string) bool {
	for i := range e.entries {
		if entry := &e.entries[i]; entry.name == name && !entry.ref() && strings.Contains(yamlnode.String(entry.node), "${") {
			return true
		}
	}
	return false
}

// substitutions yields the names in ${NAME}, ${NAME:-default} and so on, with
// their offsets. $${NAME} is none.
func substitutions(text string) func(func(int, string) bool) {
	return func(yield func(int, string) bool) {
		for at := 0; ; {
			i := strings.Index(text[at:], "${")
			if i < 0 {
				return
			}
			start := at + i
			at = start + 2
			end := at
			for end < len(text) && (text[end] == '_' || text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z' || end > at && text[end] >= '0' && text[end] <= '9') {
				end++
			}
			if end == at || end == len(text) || start > 0 && text[start-1] == '$' || !strings.ContainsRune("}:-=+?#%/", rune(text[end])) {
				continue
			}
			if !yield(start, text[at:end]) {
				return
			}
		}
	}
}

var assignments = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[\n;&|({]|\b(?:then|do|else|export|local|readonly|declare|typeset)\b(?:[ \t]+-\w+)*)[ \t]*([A-Za-z_]\w*)\+?=("?\$\{?\w*)?|\bfor[ \t]+([A-Za-z_]\w*)[ \t]+in\b|\bread[ \t]+(?:-\w+[ \t]+)*([A-Za-z_]\w*)`)
})

// assigned says where a script first sets a variable: the offset behind it, -1 for
// nowhere.
type assigned struct {
	// other is where it is set to something other than itself, and itself where to
	// itself: FOO=${FOO}, which somebody else is to put in.
	other, itself int
}

// before reports whether a variable is set before an offset, to something other
// than itself.
func (a *assigned) before(at int) bool {
	return a != nil && a.other >= 0 && a.other <= at && (a.itself < 0 || a.itself > at)
}

// assignmentsIn returns the variables that a script sets.
func assignmentsIn(text string) map[string]*assigned {
	set := map[string]*assigned{}
	for _, m := range assignments().FindAllStringSubmatchIndex(text, -1) {
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return text[m[2*i]:m[2*i+1]]
		}
		name := cmp.Or(group(1), group(3), group(4))
		a := set[name]
		if a == nil {
			a = &assigned{-1, -1}
			set[name] = a
		}
		first := &a.other
		if strings.TrimLeft(group(2), `"${`) == name {
			first = &a.itself
		}
		if *first < 0 {
			*first = m[1]
		}
	}
	return set
}
