package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// kustomizationKinds are the kinds of mistakes in the files of kustomizations, and
// in what they name. A folder with a base, a component, an overlay and GitOps objects
// is written around the resources of a planted tree, with marks «kind|text» at what
// can be mistyped.
var kustomizationKinds = slices.Concat([]layoutKind{
	{name: "resource path", edits: typing},
	{name: "base path", edits: typing},
	{name: "component path", edits: typing},
	{name: "patch path", edits: typing},
	{name: "generator file", edits: typing},
	{name: "env file", edits: typing},
	{name: "patch target name", edits: names},
	{name: "patch target kind", edits: slices.Concat(typing, spelling)},
	{name: "patch target namespace", edits: typing},
	{name: "name in a patch", edits: names},
	{name: "kind in a patch", edits: slices.Concat(typing, spelling)},
	{name: "container in a patch", edits: typing, unsuggested: true},
	{name: "path in a JSON patch", edits: typing, unsuggested: true},
	{name: "images name", edits: typing},
	{name: "replicas name", edits: names},
	{name: "generator name", edits: names},
	{name: "generator key", edits: typing},
	{name: "prefixed reference", edits: names},
	{name: "replacement source name", edits: typing},
	{name: "replacement source kind", edits: slices.Concat(typing, spelling)},
	{name: "replacement source field", edits: typing},
	{name: "replacement target name", edits: typing},
	{name: "replacement target kind", edits: slices.Concat(typing, spelling)},
	{name: "replacement target field", edits: typing},
	{name: "field of a kustomization", edits: slices.Concat(typing, spelling)},
	{name: "Argo CD path", edits: typing},
	{name: "Argo CD project", edits: typing},
	{name: "Flux path", edits: typing},
	{name: "Flux source", edits: typing},
	{name: "Flux dependency", edits: typing},
}, platformKinds)

// layoutKind is a line of the table: what is mistyped in a layout.
type layoutKind struct {
	name  string
	edits []edit
	// unsuggested is set where it is not said what was meant: a container without an
	// image that was to be another's, a field that a JSON patch adds beside the right one.
	unsuggested bool
}

// layout writes a planted tree as folders: what check would find in a repository.
func layout(r *rand.Rand) map[string]string {
	app, namespace, resources := planted(r)
	files := map[string]string{}
	base := "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n«field of a kustomization|resources»:\n"
	for _, name := range keysOf(resources) {
		if name == "settings.yaml" {
			continue // the generator makes it
		}
		base += "- «resource path|" + name + "»\n"
		files["base/"+name] = resources[name]
	}
	database := ""
	for line := range strings.Lines(resources["settings.yaml"]) {
		if value, ok := strings.CutPrefix(line, "  DB_NAME: "); ok {
			database = strings.TrimSpace(value)
		}
	}
	expand := strings.NewReplacer("APP", app, "NAMESPACE", namespace, "DATABASE", database).Replace
	port := between(resources["workload.yaml"], "containerPort: ", "}")
	secret := between(resources["credentials.yaml"], "name: ", ",")
	files["base/kustomization.yaml"] = base + expand(`configMapGenerator:
- name: «generator name|APP-settings»
  namespace: NAMESPACE
  «field of a kustomization|files»:
  - files/server.conf
  - «generator key|rules.conf»=«generator file|files/allowed.conf»
  envs: [«env file|files/app.env»]
`)
	files["base/files/server.conf"] = "listen " + port + "\n"
	files["base/files/allowed.conf"] = "allow all\n"
	files["base/files/app.env"] = "DB_NAME=" + database + "\nMODE=production\n"
	files["components/tuning/kustomization.yaml"] = expand(`apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- target: {kind: Deployment, name: APP}
  patch: |
    - {op: add, path: /metadata/annotations, value: {example.com/tuned: "yes"}}
`)
	files["overlays/prod/kustomization.yaml"] = expand(`apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- «base path|../../base»
«field of a kustomization|components»:
- «component path|../../components/tuning»
«field of a kustomization|images»:
- name: «images name|registry.example.com/APP»
  newTag: 1.5.0
«field of a kustomization|replicas»:
- name: «replicas name|APP»
  count: 4
«field of a kustomization|patches»:
- path: «patch path|resources.yaml»
- target:
    kind: «patch target kind|Deployment»
    name: «patch target name|APP»
    namespace: «patch target namespace|NAMESPACE»
  patch: |
    - op: replace
      path: /spec/template/spec/«path in a JSON patch|priorityClassName»
      value: APP-critical
«field of a kustomization|replacements»:
- source:
    kind: «replacement source kind|Service»
    name: «replacement source name|APP»
    fieldPath: metadata.«replacement source field|namespace»
  targets:
  - select:
      kind: «replacement target kind|Deployment»
      name: «replacement target name|APP»
    fieldPaths:
    - spec.template.«replacement target field|metadata».annotations.owner
`)
	files["overlays/prod/resources.yaml"] = expand(`apiVersion: apps/v1
kind: «kind in a patch|Deployment»
metadata:
  name: «name in a patch|APP»
  namespace: NAMESPACE
spec:
  template:
    metadata:
      annotations: {owner: unknown}
    spec:
      containers:
      - name: «container in a patch|main»
        resources:
          limits: {memory: 512Mi}
`)
	files["overlays/dev/kustomization.yaml"] = expand(`apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namePrefix: dev-
resources:
- reader.yaml
- secret.yaml
`)
	files["overlays/dev/secret.yaml"] = "apiVersion: v1\nkind: Secret\nmetadata: {name: " + secret + ", namespace: " + namespace + "}\nstringData: {username: a, password: b}\n"
	files["overlays/dev/reader.yaml"] = expand(`apiVersion: v1
kind: Pod
metadata: {name: APP-reader, namespace: NAMESPACE}
spec:
  containers:
  - name: reader
    image: registry.example.com/reader:1.4.0
    env:
    - {name: WHO, valueFrom: {secretKeyRef: {name: «prefixed reference|` + secret + `», key: username}}}
`)
	files["gitops/argo.yaml"] = expand(`apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: APP-project, namespace: argocd}
spec: {sourceRepos: ["*"], destinations: [{namespace: "*", server: "*"}]}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: APP-prod, namespace: argocd}
spec:
  project: «Argo CD project|APP-project»
  source: {repoURL: "https://git.example.com/shop.git", path: «Argo CD path|overlays/prod», targetRevision: main}
  destination: {server: "https://kubernetes.default.svc", namespace: NAMESPACE}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: APP-dev, namespace: argocd}
spec:
  project: APP-project
  source: {repoURL: "https://git.example.com/shop.git", path: overlays/dev, targetRevision: main}
  destination: {server: "https://kubernetes.default.svc", namespace: NAMESPACE}
`)
	files["gitops/flux.yaml"] = expand(`apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: APP-source, namespace: flux-system}
spec: {interval: 5m, url: "https://git.example.com/shop.git", ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: APP-infra, namespace: flux-system}
spec:
  interval: 5m
  prune: true
  path: ./overlays/dev
  sourceRef: {kind: GitRepository, name: APP-source}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: APP-apps, namespace: flux-system}
spec:
  interval: 5m
  prune: true
  path: ./«Flux path|overlays/prod»
  sourceRef: {kind: GitRepository, name: «Flux source|APP-source»}
  dependsOn: [{name: «Flux dependency|APP-infra»}]
`)
	maps.Copy(files, platform(r, app, namespace, resources))
	return files
}

func between(text, before, after string) string {
	_, rest, _ := strings.Cut(text, before)
	found, _, _ := strings.Cut(rest, after)
	return found
}

// mark is a text in a file of a layout that can be mistyped.
type mark struct {
	file       string
	start, end int // of the text, in the file without marks
}

// marks takes the marks out of the files of a layout.
func marks(files map[string]string) map[string][]mark {
	found := map[string][]mark{}
	for _, name := range keysOf(files) {
		rest, out := files[name], ""
		for {
			before, after, ok := strings.Cut(rest, "«")
			out += before
			if !ok {
				break
			}
			inner, behind, _ := strings.Cut(after, "»")
			kind, text, _ := strings.Cut(inner, "|")
			found[kind] = append(found[kind], mark{name, len(out), len(out) + len(text)})
			out += text
			rest = behind
		}
		files[name] = out
	}
	return found
}

// kustomizations breaks the files of kustomizations, one text at a time.
func (m *mutator) kustomizations() error {
	for i := range m.planted {
		files := layout(rand.New(rand.NewPCG(m.seed, 2<<32+uint64(i))))
		at := marks(files)
		dir, err := os.MkdirTemp("", "mutants")
		if err != nil {
			return err
		}
		err = m.layoutMutants(i, dir, files, at)
		if e := os.RemoveAll(dir); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *mutator) layoutMutants(number int, dir string, files map[string]string, at map[string][]mark) error {
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	before, err := checkFolder(dir)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, text := range files {
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n{},[]\":=", r) }) {
			taken[word] = true
		}
	}
	t := &tree{file: fmt.Sprintf("layout %d", number), known: [2]map[key]int{before, before}}
	for k, kind := range kustomizationKinds {
		if m.only != "" && m.only != kind.name {
			continue
		}
		r := rand.New(rand.NewPCG(m.seed, uint64(number)<<16+uint64(2000+k)))
		places := slices.Clone(at[kind.name])
		r.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
		for _, p := range places[:min(m.each, len(places))] {
			text := files[p.file]
			right := text[p.start:p.end]
			e := kind.edits[r.IntN(len(kind.edits))]
			wrong := e.make(r, right)
			if wrong == right || wrong == "" || taken[wrong] || filepath.Clean(wrong) == filepath.Clean(right) || strings.ContainsAny(wrong[len(wrong)-1:], "-_.") {
				continue
			}
			if kind.name == "field of a kustomization" && strings.EqualFold(wrong, right) {
				m.reasons["kustomize takes the fields of its files in any case"]++
				continue
			}
			path := filepath.Join(dir, filepath.FromSlash(p.file))
			if err := os.WriteFile(path, []byte(text[:p.start]+wrong+text[p.end:]), 0o600); err != nil {
				return err
			}
			after, err := folderFindings(dir)
			if err != nil {
				return err
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				return err
			}
			good := []string{right}
			for line := range strings.Lines(text) { // or the path around it
				for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(" \n{},[]\"=", r) }) {
					if strings.HasSuffix(word, right) || strings.Contains(word, "."+right) || strings.Contains(word, "/"+right) || strings.HasPrefix(word, right+".") {
						good = append(good, word)
					}
				}
			}
			switch kind.name {
			case "generator name", "generator key", "produced Secret", "produced key", "Secret of a certificate", "namespace of a kustomization":
				good = append(good, wrong) // what refers to it is told the new one
			}
			suggested := !kind.unsuggested && !(e.absent && kind.name == "patch target name") // which may be of another resource
			m.judge(t, kind.name, suggested, 1+strings.Count(text[:p.start], "\n"), fmt.Sprintf("%s\t%s: %q for %q", e.name, p.file, wrong, right), good, true, after)
		}
	}
	return nil
}

func checkFolder(dir string) (map[key]int, error) {
	found, err := folderFindings(dir)
	known := map[key]int{}
	for i := range found {
		known[keyOf(&found[i])]++
	}
	return known, err
}

// folderFindings are the findings of a folder, as check . has them.
func folderFindings(dir string) ([]finding.Finding, error) {
	return reported(dir, check.Options{})
}

// reported are what check finds, and what could not be read as errors.
func reported(path string, opts check.Options) ([]finding.Finding, error) {
	trees, err := check.Find([]string{path}, check.FindOptions{})
	if err != nil {
		return nil, err
	}
	rep := check.Run(context.Background(), trees, opts)
	found := rep.Findings
	for _, u := range rep.Unread {
		text := u.Error()
		f := finding.Finding{Rule: "unreadable", Severity: finding.Error, Message: text}
		if _, quoted, ok := strings.Cut(text, "did you mean "); ok {
			word, _, _ := strings.Cut(strings.TrimLeft(quoted, `"'`), "?")
			f.Suggestions = []string{strings.Trim(word, `"'`)}
		}
		found = append(found, f)
	}
	return found, nil
}
