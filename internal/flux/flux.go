// Package flux puts values into the ${NAME} of resources as Flux's
// kustomize-controller does after a build:
// https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution
package flux

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	yamljson "sigs.k8s.io/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Variables are what is known of the values of a Kustomization.
type Variables struct {
	// Values are those whose text is known.
	Values map[string]string
	// Names are all that have a value.
	Names map[string]bool
	// Complete is set where there are no others.
	Complete bool
}

// expression is a variable, perhaps with a default. Flux knows more, such as
// ${NAME:0:3}; a text with others is left alone.
var expression = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?[-=]([^{}$]*))?\}`) })

// Expand returns a text with the values of all variables in it, and false if one
// of them, or what stands in the braces, is not known.
func (v *Variables) Expand(text string) (string, bool) {
	if !strings.Contains(text, "${") {
		return text, false
	}
	known := true
	out := expression().ReplaceAllStringFunc(text, func(found string) string {
		m := expression().FindStringSubmatch(found)
		value, ok := v.Values[m[1]]
		hasDefault := strings.HasPrefix(found[2+len(m[1]):], ":") || strings.ContainsAny(found[2+len(m[1]):2+len(m[1])+1], "-=")
		switch {
		case ok && value == "" && hasDefault:
			return m[2]
		case ok:
			return value
		case v.Names[m[1]] || !v.Complete || !hasDefault:
			known = false
			return found
		}
		return m[2]
	})
	left := expression().ReplaceAllString(text, "")
	return out, known && !strings.Contains(left, "${") && !strings.Contains(left, "$$") && !strings.Contains(text, "$$")
}

// HasVariables reports whether there may be variables in a resource.
func HasVariables(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "${") || slices.ContainsFunc(n.Content, HasVariables)
}

// disabled is the label or annotation of resources that Flux leaves alone.
const disabled = "kustomize.toolkit.fluxcd.io/substitute"

// Fill returns a resource with the values that are known, which is another node if
// there are any. Texts with spaces are left alone: they may be scripts, whose own
// variables Flux puts values into, and a rule says so.
func (v *Variables) Fill(n *yaml.Node) *yaml.Node {
	for _, field := range [...]string{"labels", "annotations"} {
		if yamlnode.GetString(n, "metadata", field, disabled) == "disabled" {
			return n
		}
	}
	filled, _ := v.fill(n)
	return filled
}

func (v *Variables) fill(n *yaml.Node) (_ *yaml.Node, changed bool) {
	if n.Kind == yaml.ScalarNode {
		if strings.ContainsAny(n.Value, " \t\n") {
			return n, false
		}
		if _, ok := v.Expand(n.Value); !ok {
			return n, false
		}
		// Flux writes the resource as YAML, with quotes where YAML needs some and
		// none where the file had some, and replaces in that text: a value may
		// become a number, whether it was in quotes or not.
		written, err := yamljson.Marshal(n.Value)
		if err != nil {
			return n, false
		}
		text, ok := v.Expand(string(written))
		var doc yaml.Node
		if !ok || yaml.Unmarshal([]byte(text), &doc) != nil {
			return n, false
		}
		c := *n
		c.Value, c.Tag, c.Style = "", "!!null", 0
		if len(doc.Content) == 1 {
			if doc.Content[0].Kind != yaml.ScalarNode {
				return n, false
			}
			c.Value, c.Tag, c.Style = doc.Content[0].Value, doc.Content[0].Tag, doc.Content[0].Style
		}
		return &c, true
	}
	var content []*yaml.Node
	for i, child := range n.Content {
		filled, different := v.fill(child)
		if different && content == nil {
			content = append(make([]*yaml.Node, 0, len(n.Content)), n.Content[:i]...)
		}
		if content != nil {
			content = append(content, filled)
		}
	}
	if content == nil {
		return n, false
	}
	c := *n
	c.Content = content
	return &c, true
}
