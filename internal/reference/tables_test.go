package reference

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Every row of the tables is tested by being there: for each kind it is from
// and each kind it is to, a resource is made that has nothing but the row's
// field and its companions. The right name must resolve, a mistyped one must be
// called a typo with the right name first, and one in another namespace must
// be called that.
func TestEveryRow(t *testing.T) {
	for _, rows := range builtinRows() {
		for i := range rows {
			row := &rows[i]
			for from := range strings.SplitSeq(row.From, ",") {
				for text := range strings.SplitSeq(row.To, ",") {
					to := inventory.ParseGroupKind(text)
					name := fmt.Sprintf("%s %s to %s when %q", from, row.Path, to, row.When)
					t.Run(strings.ReplaceAll(name, "/", "_"), func(t *testing.T) { checkRow(t, row, from, to) })
				}
			}
		}
	}
}

// Every field that kustomize is said to repair is in a row: a path that is spelt
// otherwise repairs nothing, and goes unnoticed.
func TestRepairedFieldsHaveRows(t *testing.T) {
	paths := map[string][]*Row{}
	for _, rows := range builtinRows() {
		for i := range rows {
			paths[rows[i].Path] = append(paths[rows[i].Path], &rows[i])
		}
	}
	from := func(path, kind string) bool {
		for _, row := range paths[path] {
			for gk := range strings.SplitSeq(row.From, ",") {
				if k := inventory.ParseGroupKind(gk); k.Kind == kind || k == anyKind {
					return true
				}
			}
		}
		return false
	}
	for path := range repairedInPods {
		assert.True(t, from(path, podKind.Kind), "no row of pods has %s", path)
	}
	for kind, fields := range repairedElsewhere {
		for _, path := range fields {
			assert.True(t, from(path, kind), "no row of %s has %s", kind, path)
		}
	}
}

// Every path in a table is spelt as it is printed, but for dots in keys.
func TestPathsOfRows(t *testing.T) {
	for _, rows := range builtinRows() {
		for i := range rows {
			path := rows[i].Path
			assert.Equal(t, fieldpath.Parse(path), fieldpath.Parse(fieldpath.Parse(path).String()), path)
		}
	}
}

const (
	rightName = "target-object"
	wrongName = "target-objcet"
)

func checkRow(t *testing.T, row *Row, from string, to inventory.GroupKind) {
	t.Run("right", func(t *testing.T) {
		ref, res := resolveRow(t, row, from, to, rightName, "shop")
		assert.Equal(t, Found, res.Status)
		require.NotNil(t, res.Target, "a row must find its target")
		assert.Equal(t, rightName, res.Target.Name)
		if row.Key != "" {
			require.Len(t, ref.Keys, 1)
			assert.Equal(t, "some-key", ref.Keys[0].Name)
		}
		if row.Optional != "" {
			assert.True(t, ref.Optional)
		}
		if row.Port != "" {
			assert.Equal(t, "8080", yamlnode.String(ref.Port))
		}
	})
	t.Run("typo", func(t *testing.T) {
		_, res := resolveRow(t, row, from, to, wrongName, "shop")
		require.Equal(t, Typo, res.Status)
		assert.Equal(t, rightName, res.Suggestions[0])
	})
	t.Run("namespace", func(t *testing.T) {
		ref, res := resolveRow(t, row, from, to, rightName, "elsewhere")
		if inventory.IsClusterScoped(to) || ref.Namespace == "" {
			assert.Equal(t, Found, res.Status)
		} else {
			assert.Equal(t, WrongNamespace, res.Status)
		}
	})
}

// resolveRow makes a referrer to name and a target of the right name, and
// returns the one reference from the row's field and what became of it.
func resolveRow(t *testing.T, row *Row, from string, to inventory.GroupKind, name, targetNamespace string) (*Ref, Resolution) {
	t.Helper()
	if row.InNamespace != "" && row.InNamespace != "*" && targetNamespace == "shop" {
		targetNamespace = row.InNamespace
	}
	inv := &inventory.Inventory{}
	inv.Add(makeObject(to, rightName, targetNamespace), inventory.Source{})
	// A neighbour, so that the namespace is known.
	inv.Add(makeObject(inventory.GroupKind{Kind: "LimitRange"}, "limits", "shop"), inventory.Source{})
	referrer, leaf := makeReferrer(row, from, to, name)
	inv.Add(referrer, inventory.Source{})
	set := NewTable(nil).Extract(inv, "cluster.local")
	var refs []*Ref
	for _, r := range set.All {
		if r.Node == leaf {
			refs = append(refs, r)
		}
	}
	require.Len(t, refs, 1, "one row must answer for the field, in:\n%s", encode(t, referrer))
	require.Same(t, row, refs[0].Row)
	return refs[0], NewResolver(inv, nil).Resolve(refs[0])
}

func encode(t *testing.T, n *yaml.Node) string {
	t.Helper()
	b, err := yaml.Marshal(n)
	require.NoError(t, err)
	return string(b)
}

func makeObject(gk inventory.GroupKind, name, namespace string) *yaml.Node {
	n := yamlnode.NewMapping()
	apiVersion := "v1"
	if gk.Group != "" {
		apiVersion = gk.Group + "/v1"
	}
	yamlnode.Set(n, "apiVersion", yamlnode.NewString(apiVersion))
	yamlnode.Set(n, "kind", yamlnode.NewString(gk.Kind))
	meta := yamlnode.Ensure(n, "metadata")
	yamlnode.Set(meta, "name", yamlnode.NewString(name))
	yamlnode.Set(meta, "namespace", yamlnode.NewString(namespace))
	return n
}

// makeReferrer returns a resource with the row's field, and the field's node.
func makeReferrer(row *Row, from string, to inventory.GroupKind, name string) (object, leaf *yaml.Node) {
	gk := inventory.ParseGroupKind(from)
	path := row.Path
	if gk.Kind == "*" || gk.Kind == "Custom" {
		gk = inventory.GroupKind{Group: "example.com", Kind: "Widget"}
	}
	object = makeObject(gk, "referrer", "shop")
	start := object
	if from == "Pod" {
		start = yamlnode.Ensure(object, "spec")
		path = strings.Replace(path, "container.", "containers[].", 1)
	}
	leaf = yamlnode.NewString(spell(row.Parse, name))
	parent, outer := put(start, path, leaf)
	set := func(companion, value string) {
		if companion == "" {
			return
		}
		companion, _, _ = strings.Cut(companion, "|")
		at := parent
		switch companion[0] {
		case '^':
			at, companion = outer, companion[1:]
		case '/':
			at, companion = object, companion[1:]
		}
		node := yamlnode.NewString(value)
		if value == "true" {
			node = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: value}
		}
		put(at, companion, node)
	}
	for _, c := range conditions(row.When) {
		if !c.not && c.value != "" {
			set(c.path, c.value)
		}
	}
	set(row.Kind, to.Kind)
	if first, _, _ := strings.Cut(row.Group, "|"); strings.HasSuffix(strings.ToLower(first), "version") {
		group := to.Group
		if group != "" {
			group += "/"
		}
		set(row.Group, group+"v1")
	} else {
		set(row.Group, to.Group)
	}
	set(row.Key, "some-key")
	set(row.Optional, "true")
	set(row.Port, "8080")
	return object, leaf
}

// put makes the way to a path below n and leaves value there. It returns the
// mapping around the value and the one around that.
func put(n *yaml.Node, path string, value *yaml.Node) (parent, outer *yaml.Node) {
	parent = n
	steps := fieldpath.Parse(path)
	for i, s := range steps {
		key := map[fieldpath.Kind]string{fieldpath.Key: s.Key, fieldpath.Suffix: "my" + s.Key, fieldpath.Deep: "anything", fieldpath.Values: "entry"}[s.Kind]
		next := fieldpath.Step{Kind: fieldpath.Key}
		if i+1 < len(steps) {
			next = steps[i+1]
		}
		switch {
		case s.Kind == fieldpath.Each: // made with its list
		case next.Kind == fieldpath.Each && i+2 == len(steps):
			yamlnode.Set(parent, key, yamlnode.NewSequence(value))
		case next.Kind == fieldpath.Each:
			seq := yamlnode.EnsureSequence(parent, key)
			if len(seq.Content) == 0 {
				seq.Content = append(seq.Content, yamlnode.NewMapping())
			}
			parent, outer = seq.Content[0], parent
		case i+1 == len(steps):
			yamlnode.Set(parent, key, value)
		default:
			parent, outer = yamlnode.Ensure(parent, key), parent
		}
	}
	return parent, outer
}

// spell writes a name the way the row reads it.
func spell(p Parse, name string) string {
	switch p {
	case NameList:
		return "shop/" + name
	case NamespaceName:
		return "shop/" + name
	case Host:
		return name + ".shop.svc.cluster.local"
	case URL:
		return "https://" + name + ".shop.svc:8080/path"
	case User:
		return "system:serviceaccount:shop:" + name
	case Principal:
		return "cluster.local/ns/shop/sa/" + name
	case TraefikList:
		return "shop-" + name + "@kubernetescrd"
	case JSONValues:
		return `{"default": "` + name + `"}`
	case Tagged:
		return name + ":latest"
	}
	return name
}

// Fields of the wrong type are nobody's name: nothing is found there, and
// nothing fails.
func TestRowsOnWrongTypes(t *testing.T) {
	wrong := func() []*yaml.Node {
		return []*yaml.Node{
			{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"},
			yamlnode.NewMapping(yamlnode.NewString("name"), yamlnode.NewSequence()),
			yamlnode.NewSequence(yamlnode.NewSequence(yamlnode.NewMapping())),
			yamlnode.NewString(""),
		}
	}
	for _, rows := range builtinRows() {
		for i := range rows {
			row := &rows[i]
			from, _, _ := strings.Cut(row.From, ",")
			to, _, _ := strings.Cut(row.To, ",")
			for j := range wrong() {
				referrer, leaf := makeReferrer(row, from, inventory.ParseGroupKind(to), rightName)
				*leaf = *wrong()[j]
				inv := &inventory.Inventory{}
				inv.Add(referrer, inventory.Source{})
				for _, r := range NewTable(nil).Extract(inv, "cluster.local").All {
					assert.NotSame(t, leaf, r.Node, "%s %s", row.From, row.Path)
				}
			}
		}
	}
}

func TestHostForms(t *testing.T) {
	inv := &inventory.Inventory{}
	inv.Add(makeObject(inventory.GroupKind{Kind: "Service"}, "reviews", "shop"), inventory.Source{})
	x := &extractor{domain: "cluster.local", inv: inv, obj: inv.Objects()[0]}
	for text, want := range map[string][]qualified{
		"reviews":                            {{name: "reviews"}},
		"reviews.shop":                       {{"shop", "reviews"}},
		"reviews.shpo":                       {{"shpo", "reviews"}}, // a Service of that name is known
		"reviews.shop.svc":                   {{"shop", "reviews"}},
		"reviews.shop.svc.cluster.local.":    {{"shop", "reviews"}},
		"pod-0.reviews.shop.svc.example.org": {{"shop", "reviews"}},
		"reviews.shop.vsc.cluster.local":     {{name: "reviews.shop.vsc.cluster.local"}},
		"reviews.com":                        nil,
		"api.example.com":                    nil,
		"10.0.0.1":                           nil,
		"localhost":                          nil,
		"*.svc.cluster.local":                nil,
	} {
		assert.Equal(t, want, x.host(text), text)
	}
	for text, want := range map[string][]qualified{
		"http://user:pw@reviews.shop.svc:8080/x": {{"shop", "reviews"}},
		"reviews:9090":                           {{name: "reviews"}},
		"https://[::1]:8080":                     nil,
		"https://api.example.com":                nil,
		"":                                       nil,
	} {
		assert.Equal(t, want, x.url(text), text)
	}
}

func TestTraefikNames(t *testing.T) {
	inv := &inventory.Inventory{}
	inv.Add(makeObject(inventory.GroupKind{Kind: "Service"}, "web", "team-a"), inventory.Source{})
	inv.Add(makeObject(inventory.GroupKind{Kind: "Service"}, "web", "shop"), inventory.Source{})
	x := &extractor{inv: inv, obj: inv.Objects()[1]}
	assert.Equal(t, []qualified{{name: "auth"}}, x.traefik("auth"))
	assert.Equal(t, []qualified{{"shop", "auth"}}, x.traefik("shop-auth@kubernetescrd"))
	assert.Equal(t, []qualified{{"team-a", "basic-auth"}}, x.traefik("team-a-basic-auth@kubernetescrd"))
	assert.Empty(t, x.traefik("auth@file"))
	assert.Empty(t, x.traefik("nowhere-auth@kubernetescrd"))
}

// A row that no field of its kind can reach is a spelling mistake in the table.
func TestRowsAreSpelledWell(t *testing.T) {
	kinds := map[string]string{}
	for _, rows := range builtinRows() {
		for _, r := range rows {
			assert.NotContains(t, r.Path, " ", r.Path)
			for gk := range strings.SplitSeq(r.To, ",") {
				assert.Equal(t, strings.TrimSpace(gk), gk)
				kind := inventory.ParseGroupKind(gk).Kind
				assert.Regexp(t, `^[A-Z]`, kind)
				kinds[kind] = gk
			}
			if r.DefaultKey != "" || r.Key != "" {
				assert.Regexp(t, `(^|,)(Secret|ConfigMap)(,|$)`, r.To, "%s %s", r.From, r.Path)
			}
			if r.Port != "" {
				assert.Contains(t, strings.Split(r.To, ","), "Service", "%s %s", r.From, r.Path)
			}
		}
	}
}
