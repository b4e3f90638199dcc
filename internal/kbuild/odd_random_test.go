package kbuild

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/krusty"
)

// oddScalars are values that one version of YAML, or one program, reads as something
// else than another.
var oddScalars = []string{"0o7", "1_000", ".inf", "-.inf", "+.INF", ".nan", "0x1F", "0b101", "0777", "08", "1e3", "1E+3", "1.", ".5", "-.5", "+1", "-0", "1:30", "190:20:30", "2001-12-14", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5", "yes", "No", "on", "OFF", "y", "N", "true", "True", "~", "null", "Null", "", "''", "\"\"", "'~'", "\"null\"", "'1'", "\"0o7\"", "'yes'", "\"\\u0000\"", "\"\\u0001\"", "\"\\x7f\"", "\"\\u0085\"", "\"\\u009f\"", "\"\\u2028\"", "\"\\ufeff\"", "\"\\ufffe\"", "\"\\U0001F600\"", "\"\\ud800\"", "\"a\\tb\"", "\"a\\nb\"", "\"a\\n\"", "\"\\n\"", "\" a\"", "\"a \"", "'a: b'", "'#a'", "a#b", "'- a'", "-a", "'-'", "'?'", "'? a'", "':'", "a:b", "'a:'", "'!x'", "'&a'", "'*a'", "'|'", "'>'", "'%a'", "'@a'", "'`a'", "'{'", "'['", "'{}'", "{}", "[]", "[[]]", "[{}]", "{a: {}}", "'='", "=", "'<<'", "<<", "!!str 1", "!!int 1", "!!float 1", "!!str yes", "!!binary aGk=", "!!null ''", "!x a", "! a", "!!str", "!!bool yes", "!!timestamp 2001-12-14", "1__0", "_1", "1_", "0x", "0o8", "0b2", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616", "1.7976931348623157e309", "4.9e-324", "1e400", "0.1", "100000000000000000000000", "1.0", "1.10", "0.0", "é", "日本", "\"\\e\"", "\"\\/\"", "'it''s'", "\"q\\\"q\"", "a'b", "a\"b", "foo bar", "'foo  bar'"}

// oddBlocks are values of several lines; %[1]s is the indentation.
var oddBlocks = []string{"|\n%[1]s  a\n%[1]s  b\n", "|-\n%[1]s  a\n", "|+\n%[1]s  a\n\n\n", "|2\n%[1]s   a\n", "|1-\n%[1]s  a\n", ">\n%[1]s  a\n%[1]s  b\n\n%[1]s  c\n", ">-\n%[1]s  a\n%[1]s    b\n%[1]s  c\n", ">+\n%[1]s  a\n\n", "|\n\n%[1]s  a\n", "|\n%[1]s  \ta\n", "|\n%[1]s  a \n%[1]s  b\t\n", "\"a\n%[1]s  b\"\n", "'a\n\n%[1]s  b'\n", "a\n%[1]s  b\n", "|\n%[1]s  # c\n", "| # c\n%[1]s  a\n", "|\n%[1]s    a\n%[1]s  b\n", "\n%[1]s  x: 1\n", "\n%[1]s  - 1\n%[1]s  - a: b\n", "\n%[1]s- 1\n", "\n%[1]s  -\n%[1]s    a: b\n", "&A b\n", "&B {c: d}\n", "*A\n", "*B\n", "\n%[1]s  <<: *B\n%[1]s  z: 1\n", "\n%[1]s  <<: {q: r}\n", "\n%[1]s  <<: [*B, {s: t}]\n", "\n%[1]s  # head\n%[1]s  a: b # line\n%[1]s  # foot\n"}

// oddKeys are keys as nobody writes them.
var oddKeys = []string{"a", "b", "1", "yes", "'1'", "\"x y\"", "? k\n%[1]s", "\"\\u0085\"", "~", "null", "1.5", "true", "0o7", "é", "-a", "<<", "\"<<\"", "=", "a.b/c", "\"\"", "''", "? |\n%[1]s  k\n%[1]s", "\"\\n\"", "!!str 1", "&k q", "on", "LONG", "LONGER", "2001-12-14", ".inf", "[a]", "{a: b}", "'#'", "a#b", "'a: b'"}

// oddValue is what stands behind a key.
func oddValue(r *rand.Rand, indent string) string {
	if r.IntN(4) == 0 {
		return strings.ReplaceAll(oddBlocks[r.IntN(len(oddBlocks))], "%[1]s", indent)
	}
	v := oddScalars[r.IntN(len(oddScalars))]
	if r.IntN(12) == 0 {
		v += " # c"
	}
	return v + "\n"
}

// oddMap is n fields.
func oddMap(r *rand.Rand, indent string, n int) string {
	var b strings.Builder
	used := map[string]bool{}
	for range n {
		k := "k" + strconv.Itoa(r.IntN(30))
		if r.IntN(5) == 0 {
			k = strings.ReplaceAll(oddKeys[r.IntN(len(oddKeys))], "%[1]s", indent)
			k = strings.ReplaceAll(k, "LONGER", strings.Repeat("l", 1100))
			k = strings.ReplaceAll(k, "LONG", strings.Repeat("l", 120+r.IntN(20)))
		}
		if used[k] {
			continue
		}
		used[k] = true
		b.WriteString(indent + k + ": " + oddValue(r, indent))
	}
	return b.String()
}

// oddTree is a kustomization whose resources, patches and generators are written in
// odd ways.
func oddTree(r *rand.Rand) map[string]string {
	kinds := [][2]string{{"v1", "ConfigMap"}, {"v1", "Secret"}, {"apps/v1", "Deployment"}, {"example.com/v1", "Thing"}, {"v1", "Service"}, {"batch/v1", "CronJob"}, {"rbac.authorization.k8s.io/v1", "RoleBinding"}}
	files := map[string]string{}
	var docs []string
	for i := range 1 + r.IntN(3) {
		k := kinds[r.IntN(len(kinds))]
		name := []string{"a", "b", "c-d", "\"e\"", "1", "true", "'1'", "x.y"}[r.IntN(8)]
		if r.IntN(3) > 0 {
			name = "n" + strconv.Itoa(i)
		}
		d := "apiVersion: " + k[0] + "\nkind: " + k[1] + "\nmetadata:\n  name: " + name + "\n"
		if r.IntN(3) == 0 {
			d += "  namespace: " + []string{"ns", "default", "'2'", "x"}[r.IntN(4)] + "\n"
		}
		if r.IntN(3) == 0 {
			d += "  labels:\n" + oddMap(r, "    ", 2)
		}
		if r.IntN(3) == 0 {
			d += "  annotations:\n" + oddMap(r, "    ", 2)
		}
		field := "spec"
		if k[1] == "ConfigMap" || k[1] == "Secret" {
			field = "data"
		}
		switch {
		case k[1] == "Deployment" && r.IntN(3) > 0:
			d += "spec:\n  template:\n    spec:\n      containers:\n      - name: c\n        image: nginx:1\n        env:\n        - name: A\n          value: " + oddValue(r, "          ") + oddMap(r, "        ", 1)
		default:
			d += field + ":\n" + oddMap(r, "  ", 1+r.IntN(4))
		}
		if r.IntN(6) == 0 {
			d = "# head\n" + d + "# foot\n"
		}
		if r.IntN(10) == 0 {
			d = strings.ReplaceAll(d, "\n", "\r\n")
		}
		docs = append(docs, d)
	}
	files["a.yaml"] = strings.Join(docs, "---\n")
	k := "resources: [a.yaml]\n"
	add := []string{
		"namePrefix: p-\n", "nameSuffix: -s\n", "namespace: zz\n", "commonLabels: {app: x, n: \"1\"}\n", "labels: [{pairs: {t: u}, includeSelectors: true}]\n", "labels: [{pairs: {t: \"yes\"}, includeTemplates: true}]\n", "commonAnnotations: {q: \"on\", z: \"1_0\"}\n",
		"images: [{name: nginx, newTag: \"1.10\"}]\n", "replicas: [{name: n0, count: 3}]\n", "buildMetadata: [originAnnotations]\n", "sortOptions: {order: legacy}\n", "sortOptions: {order: fifo}\n",
		"configMapGenerator: [{name: g, literals: ['a=" + strings.ReplaceAll(oddScalars[r.IntN(60)], "'", "") + "', 'b= x ', \"c=\\\"q\\\"\", 'd=']}]\n",
		"secretGenerator: [{name: s, files: [f.bin, t.txt], options: {immutable: true}}]\n", "configMapGenerator: [{name: h, envs: [e.env], files: [f.bin]}]\n",
		"patches: [{path: p.yaml, target: {kind: .*}}]\n", "patches: [{path: s.yaml}]\n",
		"replacements: [{source: {kind: Deployment, name: n0, fieldPath: metadata.name}, targets: [{select: {kind: ConfigMap}, fieldPaths: [data.k1], options: {create: true}}]}]\n",
		"transformers: [t.yaml]\n", "generatorOptions: {disableNameSuffixHash: true, labels: {a: b}}\n", "components: [comp]\n",
	}
	for range r.IntN(5) {
		a := add[r.IntN(len(add))]
		if f, _, _ := strings.Cut(a, ":"); !strings.Contains(k, "\n"+f+":") {
			k += a
		}
	}
	files["kustomization.yaml"] = k
	files["f.bin"] = []string{"\x00\x01\xff", "plain\n", "a: b\n", "", "\ufeffx", "tab\tx \n", "caf\xe9", "trail  \nx"}[r.IntN(8)]
	files["t.txt"] = []string{"x", "y\n", "- a\n- b\n", "#!/bin/sh\n\techo\n"}[r.IntN(4)]
	files["e.env"] = []string{"A=b\n", "A = b\n", "# c\nA=b=c\n\nB=\n", "A='q'\nB=\"r\"\n", "\ufeffA=b\n", "A=\\n\n", "A\n", "1=2\n"}[r.IntN(8)]
	files["p.yaml"] = "- {op: add, path: /metadata/annotations/x, value: " + strings.TrimSuffix(oddScalars[r.IntN(len(oddScalars))], "\n") + "}\n"
	if r.IntN(2) == 0 {
		files["p.yaml"] = "- op: add\n  path: /spec\n  value:\n" + oddMap(r, "    ", 2)
	}
	files["s.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: n0\ndata:\n" + oddMap(r, "  ", 2)
	if r.IntN(2) == 0 {
		files["s.yaml"] = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: n0\nspec:\n  template:\n    spec:\n      containers:\n      - name: c\n" + oddMap(r, "        ", 2)
	}
	files["t.yaml"] = "apiVersion: builtin\nkind: AnnotationsTransformer\nmetadata: {name: t}\nannotations: {k1: v, \"on\": \"off\"}\nfieldSpecs: [{path: metadata/annotations, create: true}]\n"
	files["comp/kustomization.yaml"] = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -q\n"
	return files
}

// FuzzOddTexts builds them as kustomize does, to the byte: ours may refuse only what
// kustomize would read a part of.
func FuzzOddTexts(f *testing.F) {
	const seeds = 200
	for seed := range uint64(seeds) {
		f.Add(seed)
	}
	f.Add(uint64(4987))
	ran, built := 0, 0
	f.Fuzz(func(t *testing.T, seed uint64) {
		files := oddTree(rand.New(rand.NewPCG(seed, 3)))
		t.Cleanup(func() {
			if t.Failed() {
				t.Log(files)
			}
		})
		fsys := inMemory(t, files)
		var want []byte
		var wantErr error
		stockSchema(func() {
			m, err := krusty.MakeKustomizer(krustyOptions(&Options{})).Run(fsys, "/")
			if wantErr = err; err == nil {
				want, wantErr = m.AsYaml()
			}
		})
		var got []byte
		result, err := Build(fsys, "/", Options{})
		if err == nil {
			got, err = YAML(result.Resources)
		}
		if ran++; wantErr != nil {
			require.Error(t, err, "kustomize says: %v", wantErr)
			return
		}
		built++
		for path, text := range files {
			if strings.HasSuffix(path, ".yaml") && unreached([]byte(text)) != nil {
				return
			}
		}
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	})
	if ran > seeds && built < seeds/10 {
		f.Errorf("%d trees of %d build: the others say nothing about results", built, ran)
	}
}
