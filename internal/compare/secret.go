package compare

import (
	"encoding/base64"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Decode decodes base64 with line breaks, which the API server takes and kustomize
// writes.
func Decode(text string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == ' ' {
			return -1
		}
		return r
	}, text))
	return string(b), err
}

// Secret is a copy of a Secret with all of its data in data, spelled in one way.
func Secret(n *yaml.Node) *yaml.Node {
	out := *n
	out.Content = nil
	data := yamlnode.NewMapping()
	put := func(key, value string) {
		yamlnode.Set(data, key, yamlnode.NewString(base64.StdEncoding.EncodeToString([]byte(value))))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], yamlnode.Resolve(n.Content[i+1])
		switch k.Value {
		case "data":
			for key, e := range yamlnode.Fields(v) {
				value, err := Decode(yamlnode.String(e))
				if err != nil || e.Kind != yaml.ScalarNode {
					yamlnode.Set(data, key.Value, e)
					continue
				}
				put(key.Value, value)
			}
		case "stringData":
		default:
			out.Content = append(out.Content, k, v)
		}
	}
	for key, e := range yamlnode.Fields(yamlnode.Get(n, "stringData")) {
		put(key.Value, yamlnode.String(e))
	}
	if len(data.Content) > 0 {
		out.Content = append(out.Content, yamlnode.NewString("data"), data)
	}
	if yamlnode.GetString(&out, "type") == "" {
		out.Content = append(out.Content, yamlnode.NewString("type"), yamlnode.NewString("Opaque"))
	}
	return &out
}
