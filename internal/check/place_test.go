package check_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// base is a Pod that needs a Secret nobody makes, from its second line of data.
const base = kustomization + "- pod.yaml\n"

// errorsOf are the errors of a check and what it says is missing, with the files below dir.
func errorsOf(t *testing.T, dir string) []finding.Finding {
	t.Helper()
	rep := run(t, check.Options{}, dir)
	require.Empty(t, rep.Unread)
	var fs []finding.Finding
	for _, f := range rep.Findings {
		if f.Severity == finding.Error || f.Missing != nil {
			_, f.File, _ = strings.Cut(f.File, filepath.Base(filepath.Dir(dir))+"/"+filepath.Base(dir)+"/")
			fs = append(fs, f)
		}
	}
	return fs
}

func TestOneMistakeOfManyOverlaysIsOneFinding(t *testing.T) {
	dir := tree(t, map[string]string{
		"base/kustomization.yaml": base,
		"base/pod.yaml":           pod,
		"a/kustomization.yaml":    kustomization + "- ../base\nnamespace: a\n",
		// The container is another element of the list here.
		"b/kustomization.yaml": kustomization + "- ../base\nnamespace: b\npatches:\n- patch: |\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: app, namespace: shop}\n    spec: {containers: [{name: side, image: 'example.com/side:1'}]}\n",
		"c/kustomization.yaml": kustomization + "- ../base\nnameSuffix: -c\n",
	})
	fs := errorsOf(t, dir)
	require.Len(t, fs, 1)
	assert.Equal(t, "secret-not-found", fs[0].Rule)
	assert.Equal(t, []string{"base/pod.yaml"}, []string{fs[0].File})
	assert.Equal(t, 12, fs[0].Line)
	var trees []string
	for _, tree := range fs[0].Trees {
		trees = append(trees, filepath.Base(tree))
	}
	assert.Equal(t, []string{"a", "b", "c"}, trees)
	assert.Equal(t, fs[0].Trees[0], fs[0].Tree)
}

func TestThePatchIsWhereItIsWrong(t *testing.T) {
	dir := tree(t, map[string]string{
		"base/kustomization.yaml": base,
		"base/pod.yaml":           strings.ReplaceAll(pod, "db-secret", "made"),
		"prod/kustomization.yaml": kustomization + "- ../base\nsecretGenerator:\n- {name: made, namespace: shop, literals: [a=b]}\npatches:\n- target: {kind: Pod}\n  patch: |\n    - op: replace\n      path: /spec/containers/0/envFrom/0/secretRef/name\n      value: maed\n",
		"dev/kustomization.yaml":  kustomization + "- ../base\nsecretGenerator:\n- {name: made, namespace: shop, literals: [a=b]}\n",
	})
	fs := errorsOf(t, dir)
	require.Len(t, fs, 1)
	assert.Equal(t, "prod/kustomization.yaml", fs[0].File)
	assert.Equal(t, 12, fs[0].Line)
	assert.Equal(t, 14, fs[0].Column)
	assert.Equal(t, "prod", filepath.Base(fs[0].Tree))
	assert.Empty(t, fs[0].Trees)
	require.Len(t, fs[0].Also, 1)
	assert.True(t, strings.HasSuffix(fs[0].Also[0].File, "base/pod.yaml"))
	assert.Equal(t, 12, fs[0].Also[0].Line)
}

// TestFindingsAboutKeysHaveAPlace: the field of a key is that of its value, which
// is another text.
func TestFindingsAboutKeysHaveAPlace(t *testing.T) {
	dir := tree(t, map[string]string{
		"base/kustomization.yaml": base,
		"base/pod.yaml":           strings.ReplaceAll(pod, "db-secret", "made"),
		"prod/kustomization.yaml": kustomization + "- ../base\nsecretGenerator:\n- {name: made, namespace: shop, literals: [a=b]}\npatches:\n- path: p.yaml\n",
		"prod/p.yaml":             "apiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: shop}\nspec:\n  containers:\n  - name: app\n    imagePulPolicy: Always\n    resorces: {limits: {memory: 1Gi}}\n",
	})
	places := map[string]string{}
	for _, f := range errorsOf(t, dir) {
		places[f.Field] = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	}
	assert.Equal(t, "prod/p.yaml:7:5", places["spec.containers[0].imagePulPolicy"], places)
	assert.Equal(t, "prod/p.yaml:8:5", places["spec.containers[0].resorces"], places)
}

// TestConfigurationsJudgeKustomizations: what a configuration says of severities
// and ignores holds for rules about kustomizations too, wherever it stands.
func TestConfigurationsJudgeKustomizations(t *testing.T) {
	const images = "images:\n- {name: gone, newTag: '2'}\n"
	const ignore = "    ignore:\n    - {rule: images-entry-unused, kind: Kustomization, reason: for a release to come}\n"
	pipeline := func(validate string) string {
		return "apiVersion: wealist.io/v1alpha1\nkind: ConfigPipeline\nmetadata:\n  name: p\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: krm-validate}\nspec:\n  validate:\n" + validate
	}
	for name, c := range map[string]struct {
		validate string
		want     []string
	}{
		"nothing":  {"    unresolved: error\n", []string{"warning"}},
		"severity": {"    rules: {images-entry-unused: note}\n", []string{"note"}},
		"off":      {"    rules: {images-entry-unused: \"off\"}\n", nil},
		"ignored":  {ignore, nil},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{
				"kustomization.yaml": kustomization + "- pod.yaml\n" + images, "pod.yaml": strings.ReplaceAll(pod, "  - secretRef: {name: db-secret}", "  - configMapRef: {name: c, optional: true}"),
			}
			var doc yaml.Node
			require.NoError(t, yaml.Unmarshal([]byte(pipeline(c.validate)), &doc))
			cfg, err := config.Decode(&doc)
			require.NoError(t, err)
			severities := func(rep *check.Report) (got []string) {
				for _, f := range rep.Findings {
					assert.NotEqual(t, "unused-ignore", f.Rule)
					if f.Rule == "images-entry-unused" {
						got = append(got, f.Severity.String())
					}
				}
				return got
			}
			assert.Equal(t, c.want, severities(run(t, check.Options{Config: cfg}, tree(t, files))), "--config")
			files["kustomization.yaml"] += "transformers: [p.yaml]\n"
			files["p.yaml"] = pipeline(c.validate)
			assert.Equal(t, c.want, severities(run(t, check.Options{}, tree(t, files))), "in the tree")
		})
	}
}

// TestEntriesWithoutValues: an entry of images that has only a name changes nothing anywhere,
// and a program may write a tag there.
func TestEntriesWithoutValues(t *testing.T) {
	for entry, want := range map[string]string{"{name: gone, newTag: '2'}": "warning", "{name: gone}": "note"} {
		found := above(run(t, check.Options{}, tree(t, map[string]string{"kustomization.yaml": kustomization + "- pod.yaml\nimages: [" + entry + "]\n", "pod.yaml": pod})), finding.Off)
		assert.Contains(t, found, want+" images-entry-unused", entry)
	}
}

// TestEntriesOfBases: an entry that repeats what the base's has done changes nothing, and is
// a mistake where it means to do something else.
func TestEntriesOfBases(t *testing.T) {
	for entry, want := range map[string]string{
		"{name: example.com/app, newName: registry.example.com/app, newTag: '2'}": "note", "{name: example.com/app, newTag: '3'}": "error", "{name: example.com/app, newName: registry.example.com/app, newTag: '3'}": "error",
	} {
		found := above(run(t, check.Options{}, tree(t, map[string]string{
			"base/kustomization.yaml": kustomization + "- pod.yaml\nimages: [{name: example.com/app, newName: registry.example.com/app, newTag: '2'}]\n", "base/pod.yaml": pod,
			"prod/kustomization.yaml": kustomization + "- ../base\nimages: [" + entry + "]\n",
		})), finding.Off)
		assert.Contains(t, found, want+" images-entry-unused", entry)
	}
}

// TestOneMistakeInTreesOfTwoPurposes: what is applied, and what a test reaches as
// well, is one mistake, and as bad as it is where it is applied.
func TestOneMistakeInTreesOfTwoPurposes(t *testing.T) {
	dir := tree(t, map[string]string{
		"base/kustomization.yaml":          kustomization + "- api.yaml\n",
		"base/api.yaml":                    "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selectr: {app: api}, ports: [{port: 80}]}\n",
		"overlays/prod/kustomization.yaml": kustomization + "- ../../base\n",
		"e2e/setup/kustomization.yaml":     kustomization + "- ../../base\n",
	})
	rep := run(t, check.Options{}, dir)
	assert.Equal(t, []string{"error unknown-field"}, above(rep, finding.Note))
	assert.Len(t, rep.Findings[0].Trees, 2)
}
