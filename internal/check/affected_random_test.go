package check_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// repositoryOf writes a repository made at random: roots that refer to shared
// folders in all the ways that kustomizations have.
func repositoryOf(t *testing.T, r *rand.Rand) {
	t.Helper()
	put := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	chance := func(percent int) bool { return r.IntN(100) < percent }
	require.NoError(t, os.Mkdir(".git", 0o755))
	n := 0
	kustomization := func(dir, kind string, below []string) {
		k := kind + "resources:\n- own.yaml\n"
		put(dir+"/own.yaml", fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own-%d, labels: {a: b}}\ndata: {k: v}\n", n))
		n++
		for _, b := range below {
			up := strings.Repeat("../", strings.Count(dir, "/")+1)
			if chance(25) {
				require.NoError(t, os.Symlink(up+b, dir+"/link"+filepath.Base(b)))
				b = "link" + filepath.Base(b)
				if chance(50) {
					require.NoError(t, os.Rename(dir+"/"+b, dir+"/to-"+b))
					require.NoError(t, os.Symlink("to-"+b, dir+"/"+b))
				}
				k += "- " + b + "\n"
				continue
			}
			k += "- " + up + b + "\n"
		}
		if chance(40) {
			put(dir+"/my file.txt", "text")
			put(dir+"/app.conf", "conf")
			put(dir+"/x.env", "A=1\n")
			k += fmt.Sprintf("configMapGenerator:\n- {name: made-%d, files: [app.conf, 'key=my file.txt'], envs: [x.env]}\n", n)
		}
		if chance(40) {
			put(dir+"/patches/p.yaml", "- {op: add, path: /data/patched, value: 'yes'}\n")
			k += "patches:\n- {path: patches/p.yaml, target: {kind: ConfigMap, name: own-.*}}\n"
		}
		if chance(30) {
			put(dir+"/config/kustomization.yaml", "resources: [t.yaml]\n")
			put(dir+"/config/t.yaml", "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: plugged.yaml\ntarget: {kind: ConfigMap, name: own-.*}\n")
			put(dir+"/plugged.yaml", "- {op: add, path: /data/plugged, value: 'yes'}\n")
			put(dir+"/g.yaml", fmt.Sprintf("apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: plugin-%d}\nfiles: [generated.conf]\n", n))
			put(dir+"/generated.conf", "x")
			k += "transformers: [config]\ngenerators: [g.yaml]\n"
		}
		if chance(25) {
			put(dir+"/r.yaml", fmt.Sprintf("source: {kind: ConfigMap, name: own-%d, fieldPath: data.k}\ntargets: [{select: {kind: ConfigMap}, fieldPaths: [data.copied], options: {create: true}}]\n", n-1))
			put(dir+"/fields.yaml", "commonAnnotations: [{path: data/annotations, create: true}]\n")
			k += "replacements: [{path: r.yaml}]\nconfigurations: [fields.yaml]\n"
		}
		if chance(20) {
			put(dir+"/pod.yaml", fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: p%d}\nspec: {containers: [{name: c, image: 'x:1', envFrom: [{secretRef: {name: gone}}]}]}\n", n))
			k += "components: []\n"
			k = strings.Replace(k, "- own.yaml\n", "- own.yaml\n- pod.yaml\n", 1)
		}
		if chance(20) {
			put(dir+"/app.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: app"+fmt.Sprint(n)+"}\nspec: {project: x, destination: {namespace: x}, sources: [{repoURL: https://example.com/r, path: shared/0}, {repoURL: https://example.com/r, path: shared/1}]}\n")
			k = strings.Replace(k, "- own.yaml\n", "- own.yaml\n- app.yaml\n", 1)
		}
		put(dir+"/kustomization.yaml", k)
	}
	var shared []string
	some := func() (below []string) {
		for _, s := range shared {
			if chance(35) {
				below = append(below, s)
			}
		}
		return below
	}
	for i := range 4 {
		dir := fmt.Sprintf("shared/%d", i)
		kustomization(dir, "", some())
		shared = append(shared, dir)
	}
	for i := range 5 {
		dir := fmt.Sprintf("roots/%d", i)
		kustomization(dir, "", some())
	}
	for i := range 2 {
		put(fmt.Sprintf("roots/plain/%d.yaml", i), fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain-%d}\n", i))
	}
	put("README.md", "x")
}

// files are those of the repository.
func files(t *testing.T) (files []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	return files
}

// change changes one file, or two by a rename, and returns which.
func change(t *testing.T, r *rand.Rand) []string {
	t.Helper()
	files := files(t)
	file := files[r.IntN(len(files))]
	info, err := os.Lstat(file)
	require.NoError(t, err)
	link := info.Mode()&os.ModeSymlink != 0
	switch what := r.IntN(10); {
	case what == 0:
		require.NoError(t, os.Remove(file))
	case what == 1:
		require.NoError(t, os.Rename(file, file+".moved"))
		return []string{file, file + ".moved"}
	case what == 2:
		other := filepath.Join(filepath.Dir(file), "added.yaml")
		require.NoError(t, os.WriteFile(other, []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: added}\n"), 0o644))
		return []string{other}
	case what == 3:
		require.NoError(t, os.WriteFile(".gitignore", []byte(filepath.Dir(file)+"\n"), 0o644))
		return []string{".gitignore"}
	case link:
		target, err := os.Readlink(file)
		require.NoError(t, err)
		require.NoError(t, os.Remove(file))
		if strings.Contains(target, "/") {
			target = filepath.Join(filepath.Dir(target), fmt.Sprint(r.IntN(4)))
		}
		require.NoError(t, os.Symlink(target, file))
	default:
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		changed := strings.NewReplacer("k: v", "k: w", "'yes'", "'no'", "A=1", "A=2", "text", "other", "conf", "cnof", "gone", "left", "name: app", "name: other").Replace(string(text))
		if changed == string(text) {
			changed += "\n"
		}
		require.NoError(t, os.WriteFile(file, []byte(changed), 0o644))
	}
	return []string{file}
}

// states are what each tree builds to, and what is found in it by itself.
func states(t *testing.T, trees []check.Tree) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, tree := range trees {
		tree.Unlisted = nil // they are advice, no findings
		rep := check.Run(t.Context(), []check.Tree{tree}, check.Options{Jobs: 1})
		for i := range rep.Findings {
			rep.Findings[i].Help = ""
		}
		text, err := json.Marshal(rep.Findings)
		require.NoError(t, err)
		state := string(text) + fmt.Sprint(rep.Unread)
		if tree.Root != "" {
			result, err := kbuild.Build(filesys.MakeFsOnDisk(), tree.Root, kbuild.Options{LoadRestrictor: types.LoadRestrictionsNone})
			if err == nil {
				yaml, err := kbuild.YAML(result.Resources)
				require.NoError(t, err)
				state += string(yaml)
			} else {
				state += err.Error()
			}
		}
		all[tree.Name] = state
	}
	return all
}

// What a change makes another build or another finding of is affected, and hardly
// anything else is.
func TestAffectedByRandomChanges(t *testing.T) {
	differ, selected, total := 0, 0, 0
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 2))
		dir, err := filepath.EvalSymlinks(t.TempDir())
		require.NoError(t, err)
		t.Chdir(dir)
		repositoryOf(t, r)
		trees, err := check.Find([]string{"roots"}, check.FindOptions{})
		require.NoError(t, err)
		before := states(t, trees)
		for range 3 {
			was := map[string]string{}
			for _, name := range files(t) {
				text, _ := os.ReadFile(name) // none of a link to nowhere
				was[filepath.Join(dir, name)] = string(text)
			}
			changed := change(t, r)
			var paths []string
			for _, c := range changed {
				paths = append(paths, filepath.Join(dir, c))
			}
			if trees, err = check.Find([]string{"roots"}, check.FindOptions{}); err != nil {
				break
			}
			after := states(t, trees)
			affected := map[string]bool{}
			for _, i := range check.Affected(trees, paths, func(file string) []byte { return []byte(was[file]) }) {
				affected[trees[i].Name] = true
			}
			for _, tree := range trees {
				if before[tree.Name] == after[tree.Name] {
					continue
				}
				differ++
				if !assert.True(t, affected[tree.Name], "seed %d: %s is not affected by %v", seed, tree.Name, changed) {
					t.Log(slices.Sorted(maps.Keys(affected)))
					t.FailNow()
				}
			}
			if changed[0] != ".gitignore" {
				selected, total = selected+len(affected), total+len(trees)
			}
			before = after
		}
	}
	t.Logf("of %d trees %d are another, and %d were selected", total, differ, selected)
	assert.Less(t, selected, total/2)
}
