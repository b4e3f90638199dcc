package rules_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

const lacking = `
- apiVersion: apps/v1
  kind: StatefulSet
  metadata: {name: web}
  spec:
    serviceName: web
    selector: {matchLabels: {app: web}}
    template:
      metadata: {labels: {app: web}}
      spec:
        serviceAccountName: no-account
        initContainers:
        - name: init
          image: registry.example.com/init:1.0
          env:
          - {name: A, valueFrom: {configMapKeyRef: {name: no-config-1, key: a}}}
        containers:
        - name: web
          image: registry.example.com/web:1.0
          envFrom:
          - secretRef: {name: no-secret-1}
          - configMapRef: {name: no-config-2}
          env:
          - {name: B, valueFrom: {secretKeyRef: {name: no-secret-2, key: b}}}
          volumeMounts:
          - {name: one, mountPath: /one}
          - {name: two, mountPath: /two}
          - {name: three, mountPath: /three}
        volumes:
        - {name: one, secret: {secretName: no-secret-3}}
        - {name: two, persistentVolumeClaim: {claimName: no-claim}}
        - name: three
          projected:
            sources:
            - configMap: {name: no-config-3}
            - secret: {name: no-secret-4}
- apiVersion: batch/v1
  kind: CronJob
  metadata: {name: web}
  spec:
    schedule: "0 1 * * *"
    jobTemplate:
      spec:
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: web
              image: registry.example.com/web:1.0
              envFrom:
              - secretRef: {name: no-secret-1}
- apiVersion: networking.k8s.io/v1
  kind: Ingress
  metadata: {name: web}
  spec:
    tls:
    - hosts: [www.example.com]
      secretName: no-secret-1
    rules:
    - host: www.example.com
      http:
        paths:
        - path: /
          pathType: Prefix
          backend: {service: {name: no-service, port: {number: 80}}}
`

// slips are how people misspell a field.
var slips = map[string]func(string) string{
	"a letter less":   func(s string) string { return s[:len(s)/2] + s[len(s)/2+1:] },
	"a letter twice":  func(s string) string { return s[:2] + s[1:] },
	"letters swapped": func(s string) string { m := len(s) / 2; return s[:m-1] + s[m:m+1] + s[m-1:m] + s[m+1:] },
	"lower case":      strings.ToLower,
	"upper case":      func(s string) string { return strings.ToUpper(s[:1]) + s[1:] },
	"snake case":      func(s string) string { return separated(s, "_") },
	"kebab case":      func(s string) string { return separated(s, "-") },
	"another number": func(s string) string {
		if one, ok := strings.CutSuffix(s, "s"); ok {
			return one
		}
		return s + "s"
	},
}

func separated(s, by string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsUpper(r) {
			b.WriteString(by)
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// TestMisspeltHidesNothing misspells each field of resources with missing objects
// in plain sight, takes the dash off each list of one, and the indent off each
// mapping: what is missing is found all the same, and the slip is one finding.
func TestMisspeltHidesNothing(t *testing.T) {
	var all yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(lacking), &all))
	for i := range all.Content[0].Content {
		fresh := func() *yaml.Node {
			var all yaml.Node
			require.NoError(t, yaml.Unmarshal([]byte(lacking), &all))
			return all.Content[0].Content[i]
		}
		want := absentNames(loudAbout(t, fresh()))
		require.NotEmpty(t, want)
		try := func(what string, place []int, edit func(*yaml.Node) bool) {
			n := fresh()
			at := n
			for _, step := range place {
				at = at.Content[step]
			}
			if !edit(at) {
				return
			}
			found := loudAbout(t, n)
			got := absentNames(found)
			text, _ := yaml.Marshal(n)
			if !assert.Equal(t, want, got, "%s\n%s", what, text) {
				return
			}
			slip := 0
			for _, f := range found {
				if !strings.Contains(f.Message, "no-") {
					slip++
				}
			}
			assert.LessOrEqual(t, slip, 1, "%s: %v\n%s", what, found, text)
		}
		var visit func(n *yaml.Node, place []int)
		visit = func(n *yaml.Node, place []int) {
			place = append([]int(nil), place...)
			for j, c := range n.Content {
				if n.Kind == yaml.MappingNode && j%2 == 0 {
					for what, slip := range slips {
						try(c.Value+" with "+what, place, func(m *yaml.Node) bool {
							m.Content[j].Value = slip(c.Value)
							return m.Content[j].Value != c.Value
						})
					}
					try(c.Value+" without its dash", place, func(m *yaml.Node) bool {
						v := m.Content[j+1]
						if v.Kind != yaml.SequenceNode || len(v.Content) != 1 || v.Content[0].Kind == yaml.ScalarNode {
							return false
						}
						m.Content[j+1] = v.Content[0]
						return true
					})
					try("what is under "+c.Value+" beside it", place, func(m *yaml.Node) bool {
						v := m.Content[j+1]
						if v.Kind != yaml.MappingNode || len(place) == 0 || yamlnode.Get(m, v.Content[0].Value) != nil {
							return false
						}
						m.Content[j+1] = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
						m.Content = append(m.Content, v.Content...)
						return true
					})
					continue
				}
				visit(c, append(place, j))
			}
		}
		visit(all.Content[0].Content[i], nil)
	}
}

func loudAbout(t *testing.T, n *yaml.Node) (loud []finding.Finding) {
	inv := &inventory.Inventory{}
	inv.Add(n, inventory.Source{})
	before, err := yaml.Marshal(n)
	require.NoError(t, err)
	for _, f := range process(t, inv, &config.ConfigPipeline{}) {
		if f.Severity > finding.Note {
			loud = append(loud, f)
		}
	}
	after, err := yaml.Marshal(n)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after), "the resource is as it was written")
	return loud
}

var absentName = regexp.MustCompile(`no-[a-z]+(-\d)?`)

func absentNames(found []finding.Finding) map[string]bool {
	names := map[string]bool{}
	for _, f := range found {
		if f.Missing != nil || strings.Contains(f.Message, "not in this build") {
			for _, name := range absentName.FindAllString(f.Message, -1) {
				names[name] = true
			}
		}
	}
	return names
}
