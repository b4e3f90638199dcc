package normalize

import (
	"encoding/base64"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var _ = register(&Normalizer{
	Name: "secrets",
	Doc: "Moves the stringData of Secrets to data, which is how the API server stores it. " +
		"kubectl apply leaves stringData readable in an annotation, and server-side apply does not track its keys. " +
		"The keys that the configuration names lose a newline at their end. " +
		"Values with placeholders, encrypted Secrets, and keys that data has with another value or that are there twice are left alone.",
	Apply: func(p *Pass, o *inventory.Object) {
		cfg := p.Config.Secrets
		if cfg == nil || o.GroupKind != (inventory.GroupKind{Kind: "Secret"}) || o.Get("sops") != nil {
			return
		}
		p.trimNewlines(cfg, o)
		if !yamlnode.Repeats(o.Node) && !yamlnode.Repeats(o.Get("stringData")) && !yamlnode.Repeats(o.Get("data")) {
			p.moveStringData(o)
		}
	},
})

func (p *Pass) trimNewlines(cfg *config.Secrets, o *inventory.Object) {
	for _, field := range []string{"data", "stringData"} {
		for k, v := range yamlnode.Fields(o.Get(field)) {
			if !isText(v) || !matchesAny(cfg.TrimNewlines, k.Value) {
				continue
			}
			text := v.Value
			if field == "data" {
				var ok bool
				if text, ok = decode(text); !ok {
					continue
				}
			}
			trimmed := strings.TrimRight(text, "\r\n")
			if trimmed == text || strings.Contains(trimmed, "\n") {
				continue // a key or certificate of several lines ends in a newline
			}
			if field == "data" {
				trimmed = base64.StdEncoding.EncodeToString([]byte(trimmed))
			}
			setText(v, trimmed)
			p.recordHidden(o, field+"."+k.Value, "spec.normalize.secrets.trimNewlines")
		}
	}
}

func (p *Pass) moveStringData(o *inventory.Object) {
	from := o.Get("stringData")
	var moved []*yaml.Node // keys
	for k, v := range yamlnode.Fields(from) {
		if !isText(v) || isFilledLater(v.Value) {
			continue
		}
		if there := o.Get("data", k.Value); there != nil {
			if text, ok := decode(yamlnode.String(there)); !ok || text != v.Value {
				continue
			}
		}
		moved = append(moved, k)
	}
	if len(moved) == 0 {
		return
	}
	data := yamlnode.Ensure(o.Node, "data")
	if data == nil {
		return // a placeholder is in the way
	}
	for _, key := range moved {
		old := yamlnode.Get(from, key.Value)
		yamlnode.Delete(from, key.Value)
		field := "stringData." // data has the same value
		if yamlnode.Get(data, key.Value) == nil {
			field = "data."
			value := yamlnode.NewString(base64.StdEncoding.EncodeToString([]byte(old.Value)))
			value.LineComment = old.LineComment
			data.Content = append(data.Content, key, value)
		}
		p.recordHidden(o, field+key.Value, "spec.normalize.secrets")
	}
	if len(from.Content) == 0 {
		yamlnode.Delete(o.Node, "stringData")
	}
}

func isText(n *yaml.Node) bool {
	return n != nil && n.Kind == yaml.ScalarNode && n.Tag == "!!str"
}

// isFilledLater reports whether something may replace parts of a text: Flux,
// Argo CD's vault plugin, a template.
func isFilledLater(text string) bool {
	return strings.Contains(text, "${") || strings.Contains(text, "{{") || strings.Contains(text, "<")
}

// setText changes a scalar and keeps its comments.
func setText(n *yaml.Node, text string) {
	n.Value, n.Style = text, n.Style&^(yaml.LiteralStyle|yaml.FoldedStyle)
}

func decode(text string) (string, bool) {
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	return string(b), err == nil
}

func matchesAny(globs []string, s string) bool {
	for _, g := range globs {
		if match(g, s) {
			return true
		}
	}
	return false
}
