package check_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestFilesThatComeLater: nothing is found of builds that fail for files which git ignores,
// or which are in another repository, and of trees that were named.
func TestFilesThatComeLater(t *testing.T) {
	files := map[string]string{
		".gitignore":                         "local.yaml\n/gen/\n",
		".gitmodules":                        "[submodule \"kits\"]\n\tpath = vendored/kits\n",
		"ignored/kustomization.yaml":         kustomization + "- local.yaml\n- ../gen/all\n",
		"submodule/kustomization.yaml":       kustomization + "- ../vendored/kits/deploy\n",
		"vendored/kits/deploy/.gitkeep":      "",
		"pattern/kustomization.yaml":         kustomization + "- ./deck\n",
		"pattern/deck/kustomization.yaml.j2": kustomization + "- '#{ deck }#.yaml'\n",
	}
	rep := run(t, check.Options{}, tree(t, files))
	assert.Empty(t, rep.Findings)
	assert.Len(t, rep.Unread, 3)

	rep = run(t, check.Options{}, tree(t, map[string]string{"kustomization.yaml": kustomization + "- gone.yaml\n"}))
	assert.Empty(t, rep.Findings)
	assert.Len(t, rep.Unread, 1)
}

// TestKeysOfTemplates: what a script fills in is not checked, and no mistake.
func TestKeysOfTemplates(t *testing.T) {
	for name, text := range map[string]string{
		"the name":      "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {{PORT_NAME}}\n",
		"the namespace": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: tides\n  namespace: {{PORT_NAME}}\n",
		"a block":       "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: tides\n  labels:\n    {{LABELS}}\n",
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"port/kustomization.yaml": kustomization + "- tides.yaml\n", "port/tides.yaml": text, ".git/config": ""}))
		assert.Empty(t, above(rep, finding.Note), name)
		if assert.Len(t, rep.Unread, 1, name) {
			assert.Contains(t, rep.Unread[0].Error(), "a template, not YAML", name)
		}
	}
}

// TestListsTwice: kubectl builds what is left of a list that is there twice.
func TestListsTwice(t *testing.T) {
	const object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"till/kustomization.yaml": "resources:\n- a.yaml\nresources:\n- b.yaml\n", "till/a.yaml": fmt.Sprintf(object, "a"), "till/b.yaml": fmt.Sprintf(object, "b"),
	}))
	require.Len(t, rep.Findings, 1)
	assert.True(t, strings.HasPrefix(rep.Findings[0].Message, "the field resources is there twice"), rep.Findings[0].Message)
}

// TestProjectsOfOperators: what is made of the markers in a program comes later, and nothing
// else does.
func TestProjectsOfOperators(t *testing.T) {
	for entry, want := range map[string][]string{
		"role.yaml": nil, "manifests.yaml": nil, "bases/harbor.example.com_tides.yaml": nil, "../crd": nil,
		"tide_v1_sample.yaml": {"error build-fails"}, "../telemetry": {"error build-fails"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"config/own/kustomization.yaml": kustomization + "- " + entry + "\n", "PROJECT": "layout: [go.kubebuilder.io/v4]\n", ".git/config": ""}))
		assert.Equal(t, want, above(rep, finding.Note), entry)
	}
}

// TestFilesMadeBefore: what is called as what a script writes before the build is not
// missing, and what is called nearly as a file that is there is.
func TestFilesMadeBefore(t *testing.T) {
	for entry, want := range map[string][]string{
		"generated.yaml": nil, "generated-lifts.yaml": nil, "lifts-generated.yml": nil, "rendered.yaml": nil, "lifts.rendered.yaml": nil,
		"generator.yaml": {"error build-fails"}, "regenerated.yaml": {"error build-fails"}, "../generated-lifts": {"error build-fails"}, "crane-generatd.yaml": {"error build-fails"}, "crane_generated.yaml": {"error build-fails"},
	} {
		files := map[string]string{"harbor/kustomization.yaml": kustomization + "- " + entry + "\n", ".git/config": ""}
		if strings.HasPrefix(entry, "crane") {
			files["harbor/crane-generated.yaml"] = "a: b\n"
		}
		rep := run(t, check.Options{}, tree(t, files))
		assert.Equal(t, want, above(rep, finding.Note), entry)
		assert.Len(t, rep.Unread, 1, entry)
	}
}

// TestFoldersOfOthers: what a script pulls into a folder is not there before.
func TestFoldersOfOthers(t *testing.T) {
	const pulls = "kpt pkg get https://example.com/harbor.git/cranes@v2 crane-base\n"
	for name, c := range map[string]struct {
		entry, file, text string
		want              []string
	}{
		"pulled":         {"crane-base/overlays/east", "pull.sh", pulls, nil},
		"said to be":     {"crane-base/overlays/east", "README.md", "All of it is pulled into `crane-base/`.\n", nil},
		"of an image":    {"crane/overlays/east", "README.md", "docker pull example/crane:1.2\n", []string{"error build-fails"}},
		"by the program": {"crane/overlays/east", "README.md", "The crane fetches what it lifts; it downloads each crane plan.\n", []string{"error build-fails"}},
		"a template of":  {"east.yaml", ".github/workflows/deploy.yaml", "jobs: {a: {steps: [{uses: acme/fill@v1, with: {\nout: './harbor/east.yaml'}}]}}\n", nil},
		"of Gitea":       {"crds.yaml", ".gitea/workflows/build.yaml", "jobs:\n  a:\n    steps:\n    - run: docker run --rm harbor /crdgen > ./harbor/crds.yaml\n", nil},
		"that is read":   {"east.yaml", ".github/workflows/deploy.yaml", "jobs: {a: {steps: [{uses: acme/look@v1, with: {\nfile: './harbor/east.yaml'}}]}}\n", []string{"error build-fails"}},
		"copied before":  {"../base", "add.sh", "cp ./harbor/kustomization.yaml ./$NAME/kustomization.yaml\n", nil},
		"copied to here": {"../base", "add.sh", "cp ./form/kustomization.yaml ./harbor/kustomization.yaml\n", []string{"error build-fails"}},
		"sealed":         {"keys-sealed.yaml", "harbor/keys.yaml", "a: b\n", nil},
		"another one":    {"keys-sealed.yaml", "harbor/key.yaml", "a: b\n", []string{"error build-fails"}},
		"an argument":    {"crane/overlays/east", "pull.sh", "helm pull harbor/lift --untar -d crane\n", nil},
		"another folder": {"crane-bass/overlays/east", "pull.sh", pulls, []string{"error build-fails"}},
		"that is there":  {"cranes/overlays/east", "pull.sh", "git clone https://example.com/cranes\n", []string{"error build-fails"}},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"harbor/kustomization.yaml": kustomization + "- " + c.entry + "\n", "harbor/cranes/README.md": "", c.file: c.text, ".git/config": ""}))
		assert.Equal(t, c.want, above(rep, finding.Note), name)
	}
}

// TestTemplatesDoNotBuild: what a folder to be copied lacks is a note.
func TestTemplatesDoNotBuild(t *testing.T) {
	for dir, want := range map[string][]string{"_app_templates": nil, "templates_app": {"error build-fails"}} {
		rep := run(t, check.Options{}, tree(t, map[string]string{dir + "/kustomization.yaml": kustomization + "- namespace.yaml\n", ".git/config": ""}))
		assert.Equal(t, want, above(rep, finding.Note), dir)
	}
}

// TestNamesThatSayNothing: a word in the name of what lacks says nothing of why it does.
func TestNamesThatSayNothing(t *testing.T) {
	const cm = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\n"
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"a/kustomization.yaml": kustomization + "- shop.yaml\n- helm-release.yaml\n", "a/shop.yaml": cm,
		"b/kustomization.yaml": kustomization + "- shop.yaml\n- ../git/plugin\n", "b/shop.yaml": cm,
		"c/kustomization.yaml": kustomization + "- shop.yaml\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: git-sync}\n    data: {a: b}\n", "c/shop.yaml": cm,
	}))
	assert.Len(t, above(rep, finding.Warning), 3)
}

// TestNamedBesideFound: who has named a tree is told that it was not checked, also where
// another tree has it as a finding.
func TestNamedBesideFound(t *testing.T) {
	dir := tree(t, map[string]string{
		"base/kustomization.yaml": kustomization + "- gone.yaml\n",
		"dev/kustomization.yaml":  kustomization + "- ../base\n",
		"prod/kustomization.yaml": kustomization + "- ../base\n",
	})
	rep := run(t, check.Options{}, filepath.Join(dir, "prod"), dir)
	assert.Len(t, above(rep, finding.Warning), 1)
	for _, u := range rep.Unread {
		assert.Equal(t, !u.Named, u.Found, u.Name)
	}
}

// TestWordsPutNothingRight: what words are put in for is no YAML afterwards either, where
// it is indented wrongly.
func TestWordsPutNothingRight(t *testing.T) {
	const images = "images:\n  - name: shop\n    newTag: __TAG__\n"
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"a word, and well indented":     {kustomization + "- a.yaml\n" + images, false},
		"a word, and badly indented":    {kustomization + "- a.yaml\nimages:\n  - name: shop\n  newTag: __TAG__\n", true},
		"another word":                  {kustomization + "- a.yaml\nimages:\n  - name: shop\n  newTag: ${TAG}\n", true},
		"a word that is no YAML itself": {kustomization + "- a.yaml\nimages:\n  - name: shop\n    newTag: @@TAG@@\n", false},
		"an action":                     {kustomization + "- a.yaml\n- {{ .name }}-b.yaml\n", false},
		"an action, and a word":         {kustomization + "- a.yaml\nimages:\n{{ range .images }}\n  - name: __NAME__\n  newTag: a\n{{ end }}\n", false},
		"no word":                       {kustomization + "- a.yaml\nimages:\n  - name: shop\n  newTag: a\n", true},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"shop/kustomization.yaml": c.text, "shop/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\n", ".git/config": ""}))
		assert.Equal(t, c.want, len(above(rep, finding.Warning)) > 0, name)
	}
}

// TestConflictsThatAreLeft: who has left the lines of a merge conflict in a file is told of
// them, and not of what cannot be read for them.
func TestConflictsThatAreLeft(t *testing.T) {
	const cm = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\n"
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"all of one":       {"<<<<<<< HEAD\n" + cm + "=======\n" + cm + ">>>>>>> main\n", 1},
		"a rest of one":    {"=======\n---\n" + cm, 1},
		"further below":    {cm + "data:\n  a: b\n=======\n  a: c\n", 6},
		"something else":   {cm + "data:\n  a: 'b\n", 0},
		"a heading inside": {cm + "data:\n  a: |\n    Shop\n    =======\n  b: 'c\n", 0},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"shop/kustomization.yaml": kustomization + "- a.yaml\n", "shop/a.yaml": c.text, ".git/config": ""}))
		if !assert.Len(t, rep.Findings, 1, name) {
			continue
		}
		f := rep.Findings[0]
		assert.Equal(t, c.line > 0, f.Message == "the build fails: a line that git left of a merge conflict is in here", name+": "+f.Message)
		if c.line > 0 {
			assert.Equal(t, c.line, f.Line, name)
		}
	}
}

// TestFilesOfGeneratorsElsewhere: what a generator reads is meant where it is named as seen
// from above, and may be made where all of its folder is not there.
func TestFilesOfGeneratorsElsewhere(t *testing.T) {
	for entry, want := range map[string][]string{
		"rules.conf=conf/rules.conf":     nil,
		"rules.conf=app/conf/rules.conf": {"error build-fails"},
		"rules.conf=cnof/rules.conf":     {"error build-fails"},
		"rules.conf=made/rules.conf":     nil,
		"rules.conf=app/made/rules.conf": nil,
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"app/kustomization.yaml": "configMapGenerator:\n- name: rules\n  files:\n  - " + entry + "\n", "app/conf/rules.conf": "a b\n", ".git/config": "",
		}))
		assert.Equal(t, want, above(rep, finding.Note), entry)
	}
}

// TestNextFailures: what a build would fail for next is said with what it fails for, wherever
// it lies, and nothing that may lack only what is lost.
func TestNextFailures(t *testing.T) {
	const object, broken = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n data: {}\n"
	const merge = "- name: %s\n  behavior: merge\n  literals: [depth=4]\n"
	const patch = "- patch: |\n    {apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {depth: '4'}}\n"
	for name, c := range map[string]struct {
		overlay string
		want    []string // where
	}{
		"merges":            {kustomization + "- ../base\nconfigMapGenerator:\n" + fmt.Sprintf(merge, "ebb") + fmt.Sprintf(merge, "flow"), []string{"quay/kustomization.yaml:6", "quay/kustomization.yaml:9"}},
		"patches":           {kustomization + "- ../base\npatches:\n" + fmt.Sprintf(patch, "ebb") + fmt.Sprintf(patch, "flow"), []string{"quay/kustomization.yaml:7", "quay/kustomization.yaml:9"}},
		"files of a base":   {kustomization + "- ../torn\n- broken.yaml\n", []string{"torn/broken.yaml:5", "quay/broken.yaml:5"}},
		"above patches":     {kustomization + "- ../unpatched\npatches:\n" + fmt.Sprintf(patch, "flow"), []string{"unpatched/kustomization.yaml:7"}},
		"behind what lacks": {kustomization + "- ../torn\npatches:\n" + fmt.Sprintf(patch, "a"), []string{"torn/broken.yaml:5"}},
		"one that is read":  {kustomization + "- ../base\nconfigMapGenerator:\n- name: ebb\n  envs:\n  - tides.properties\n", []string{"quay/kustomization.yaml:8"}},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			".git/config": "", "base/kustomization.yaml": kustomization + "- a.yaml\n", "base/a.yaml": fmt.Sprintf(object, "tide"),
			"torn/kustomization.yaml": kustomization + "- broken.yaml\n- b.yaml\n", "torn/b.yaml": fmt.Sprintf(object, "b"), "torn/broken.yaml": broken,
			"unpatched/kustomization.yaml": kustomization + "- ../base\npatches:\n" + fmt.Sprintf(patch, "ebb"),
			"quay/kustomization.yaml":      c.overlay, "quay/broken.yaml": broken,
		}))
		var got []string
		for _, f := range rep.Findings {
			if f.Rule == check.BuildFails && filepath.Base(f.Tree) == "quay" {
				got = append(got, fmt.Sprintf("%s/%s:%d", filepath.Base(filepath.Dir(f.File)), filepath.Base(f.File), f.Line))
			}
		}
		assert.ElementsMatch(t, c.want, got, name)
	}
}

// TestWhyItComesLater: what is not there and no mistake has its reason, and no path of a
// machine.
func TestWhyItComesLater(t *testing.T) {
	for entries, want := range map[string]string{
		"resources:\n- local.yaml\n":                                              "there is no file or directory local.yaml (.gitignore has it)",
		"configMapGenerator:\n- name: a\n  envs: [made/tides.properties]\n":       "there is no file or directory made/tides.properties (something may write it before the build)",
		"secretGenerator:\n- name: a\n  envs:\n  - .env\n":                        "there is no file or directory .env (it is called as what is kept out of repositories)",
		"generators: [generator.yaml]\n":                                          "/tides.properties (something may write it before the build)",
		"patches:\n- path: a.env\nconfigMapGenerator:\n- {name: a, env: a.env}\n": "there is no file or directory a.env (it is called as what is kept out of repositories)",
	} {
		dir := tree(t, map[string]string{
			".git/config": "", ".gitignore": "local.yaml\n", "base/kustomization.yaml": entries,
			"base/generator.yaml": "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: a}\nenvs: [tides.properties]\n",
		})
		rep := run(t, check.Options{}, dir)
		assert.Empty(t, above(rep, finding.Note), entries)
		if assert.Len(t, rep.Unread, 1, entries) {
			assert.Contains(t, rep.Unread[0].Error(), want, entries)
			assert.NotContains(t, rep.Unread[0].Error(), "symlink", entries)
		}
	}
}

// TestPlacesKeptFree: a folder with nothing in it yet is to be filled in.
func TestPlacesKeptFree(t *testing.T) {
	for file, want := range map[string]bool{"web/.gitkeep": true, "web/notes.md": false} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"till/kustomization.yaml": kustomization + "- ../web\n", file: "", ".git/config": ""}))
		require.Len(t, rep.Findings, 1)
		assert.Equal(t, want, rep.Findings[0].ToFillIn, file)
	}
}

// TestNamespacesSet: a script has kustomize set the namespace that a subject lacks.
func TestNamespacesSet(t *testing.T) {
	const binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: till}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: till}]\n---\n" +
		"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: till}\n"
	for script, want := range map[string]finding.Severity{"kustomize edit set namespace $NS\n": finding.Note, "kustomize build rbac\n": finding.Warning} {
		dir := tree(t, map[string]string{"rbac/kustomization.yaml": kustomization + "- till.yaml\n", "rbac/till.yaml": binding, "hack/install.sh": script, ".git/config": ""})
		assert.Equal(t, want, severityOf(t, "access-invalid", dir), script)
	}
}

// TestSealedElsewhere: a folder that is to have sealed Secrets, and has none, gets them for
// each cluster.
func TestSealedElsewhere(t *testing.T) {
	for beside, want := range map[string]int{"": 0, "till/mail.yaml": 1} {
		files := map[string]string{"till/kustomization.yaml": kustomization + "- db-sealed-secret.yaml\n", ".git/config": ""}
		if beside != "" {
			files[beside] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mail}\n"
		}
		assert.Len(t, run(t, check.Options{}, tree(t, files)).Findings, want, beside)
	}
}
