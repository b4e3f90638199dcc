package cli

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// allFiles reads all files below a directory.
func allFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		all[filepath.ToSlash(rel)] = readFile(t, path)
		return err
	}))
	return all
}

// changed is what is another file in after than in before, as text.
func changed(before, after map[string]string) string {
	names := []string{}
	for name := range after {
		names = append(names, name)
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		text, ok := after[name]
		switch {
		case !ok:
			b.WriteString("-- " + name + " is gone --\n")
		case before[name] == text:
		case strings.HasSuffix(name, ".env"):
			b.WriteString("-- " + name + " --\n(not shown)\n")
		default:
			b.WriteString("-- " + name + " --\n" + text)
		}
	}
	return b.String()
}

// TestInit makes environments of trees: what is written, what is said, and what
// stock kustomize builds then that it did not build before.
func TestInit(t *testing.T) {
	cases, err := filepath.Glob(filepath.Join(repo, "testdata", "init", "*", "args"))
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	for _, file := range cases {
		root, err := filepath.Abs(filepath.Dir(file))
		require.NoError(t, err)
		args := strings.Fields(readFile(t, file))
		t.Run(filepath.Base(root), func(t *testing.T) {
			dir := t.TempDir()
			home, err := os.Getwd()
			require.NoError(t, err)
			goldens := map[string]string{}
			before := allFiles(t, filepath.Join(root, "before"))
			write(t, dir, before)
			write(t, filepath.Join(dir, "..", "was"), before)
			t.Chdir(dir)

			code, patch, stderr := run(t, append([]string{"init", "--dry-run"}, args...)...)
			require.Equal(t, ExitOK, code, stderr)
			assert.Equal(t, before, allFiles(t, dir), "a dry run writes nothing")
			assert.NotContains(t, patch+stderr, "throw-away")

			code, said, stderr := run(t, append([]string{"init"}, args...)...)
			require.Equal(t, ExitOK, code, stderr)
			after := allFiles(t, dir)
			goldens["after.txt"] = changed(before, after)
			differences := ""
			for _, arg := range args {
				if strings.HasPrefix(arg, "-") {
					continue
				}
				env := arg
				if slices.Contains(args, "--in-place") {
					env += "-pipeline"
				}
				_, text, stderr := run(t, "diff", filepath.Join("..", "was", arg), env)
				assert.Empty(t, stderr)
				differences += "== " + env + "\n" + text
				locked, err := stock(env)
				require.NoError(t, err)
				_, built, _ := run(t, "build", filepath.Join(env, "pipeline"))
				assert.Equal(t, built, locked)
			}
			goldens["said.txt"] = said + "\n" + differences
			for name, text := range after {
				if strings.Contains(name, "pipeline/") || strings.Contains(name, "lock/") || strings.Contains(name, "config/") {
					assert.NotContains(t, text, "throw-away", name)
				}
			}

			code, said, stderr = run(t, append([]string{"init"}, args...)...)
			require.Equal(t, ExitOK, code, stderr)
			assert.Contains(t, said, "an environment already")
			assert.Equal(t, after, allFiles(t, dir), "a second run changes nothing")
			code, said, _ = run(t, "lock", "--check")
			assert.Equal(t, ExitOK, code, said)
			t.Chdir(home)
			for name, text := range goldens {
				golden(t, "init/"+filepath.Base(root)+"/"+name, text)
			}
		})
	}
}

// TestInitKilled: wherever a run that has begun to write is killed, the next one
// ends as if there had been none. internal/atomicfile's tests go through every step.
func TestInitKilled(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	root := filepath.Join(repo, "testdata", "init", "shop")
	before := allFiles(t, filepath.Join(root, "before"))
	want := map[string]string{}
	for delay := time.Duration(0); delay < 20*time.Millisecond; delay += 2 * time.Millisecond {
		dir := t.TempDir()
		write(t, dir, before)
		init := func() *exec.Cmd {
			cmd := exec.Command(self, "init", "overlays/dev", "overlays/prod")
			cmd.Dir, cmd.Env = dir, append(os.Environ(), asProgram+"=1")
			return cmd
		}
		if len(want) > 0 {
			cmd := init()
			require.NoError(t, cmd.Start())
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			for begun := false; !begun; {
				stages, err := filepath.Glob(filepath.Join(dir, ".krm-validate-*"))
				require.NoError(t, err)
				begun = len(stages) > 0
				select {
				case err := <-ended:
					begun = true
					ended <- err
				case <-time.After(time.Millisecond / 2):
				}
			}
			time.Sleep(delay)
			_ = cmd.Process.Kill()
			<-ended
		}
		out, err := init().CombinedOutput()
		require.NoError(t, err, string(out))
		if len(want) == 0 {
			want = allFiles(t, dir)
		}
		assert.Equal(t, want, allFiles(t, dir), "killed after %s", delay)
	}
}

// TestInitRefuses: what is wrong, and nothing written.
func TestInitRefuses(t *testing.T) {
	deployment := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n"
	plain := map[string]string{"base/kustomization.yaml": "resources: [a.yaml]\n", "base/a.yaml": deployment, "overlays/dev/kustomization.yaml": "resources: [../../base]\n"}
	with := func(files map[string]string) map[string]string {
		all := map[string]string{}
		for _, m := range []map[string]string{plain, files} {
			for name, text := range m {
				all[name] = text
			}
		}
		return all
	}
	for name, c := range map[string]struct {
		files map[string]string
		args  []string
		want  []string
	}{
		"no argument":          {plain, nil, []string{"requires at least 1 arg", "init DIR..."}},
		"no such directory":    {plain, []string{"overlays/prod"}, []string{"overlays/prod: no such directory"}},
		"a file":               {plain, []string{"base/a.yaml"}, []string{"base/a.yaml is a file"}},
		"no kustomization":     {plain, []string{"overlays"}, []string{"overlays has no kustomization.yaml", "overlays/dev"}},
		"a component":          {with(map[string]string{"c/kustomization.yaml": "kind: Component\n"}), []string{"c"}, []string{"c is a component"}},
		"does not build":       {with(map[string]string{"base/a.yaml": "a: ["}), []string{"overlays/dev"}, []string{"overlays/dev has to build before", "base/a.yaml"}},
		"builds to nothing":    {with(map[string]string{"base/kustomization.yaml": "namespace: a\n"}), []string{"overlays/dev"}, []string{"overlays/dev", "to nothing"}},
		"one in another":       {with(map[string]string{"overlays/dev/eu/kustomization.yaml": "resources: [../../../base]\n"}), []string{"overlays/dev", "overlays/dev/eu"}, []string{"overlays/dev/eu is inside of overlays/dev"}},
		"a source already":     {with(map[string]string{"overlays/dev/source/x": "y"}), []string{"overlays/dev"}, []string{"overlays/dev/source is there already", "--in-place"}},
		"named by another":     {with(map[string]string{"overlays/dev/c/kustomization.yaml": "kind: Component\n", "overlays/qa/kustomization.yaml": "resources: [../../base]\ncomponents: [../dev/c]\n"}), []string{"overlays/dev"}, []string{"overlays/qa/kustomization.yaml: line 2", "../dev/c", "--in-place"}},
		"ignored by git":       {with(map[string]string{".git/HEAD": "x", ".gitignore": "overlays/dev/db.env\n", "overlays/dev/db.env": "a=b"}), []string{"overlays/dev"}, []string{"db.env is ignored by git", ".gitignore"}},
		"a repository":         {with(map[string]string{"overlays/dev/.git/HEAD": "x"}), []string{"overlays/dev"}, []string{"the top of a repository", "--in-place"}},
		"the function already": {with(map[string]string{"overlays/dev/kustomization.yaml": "resources: [../../base]\ntransformers: [f.yaml]\n", "overlays/dev/f.yaml": "apiVersion: wealist.io/v1alpha1\nkind: ConfigPipeline\nmetadata: {name: a, annotations: {config.kubernetes.io/function: \"exec: {path: krm-validate}\"}}\nspec: {}\n"}), []string{"overlays/dev"}, []string{"runs the function already"}},
		"a pipeline inside of it": {with(map[string]string{"overlays/dev/pipeline/kustomization.yaml": "resources: [run]\n", "overlays/dev/pipeline/run/kustomization.yaml": "resources: [../..]\ntransformers: [f.yaml]\n"}), []string{"overlays/dev"},
			[]string{"its pipeline is a cycle", "overlays/dev/source", "move overlays/dev/pipeline away, then run krm-validate init overlays/dev"}},
		"something in its place": {with(map[string]string{"overlays/dev-pipeline/x": "y"}), []string{"--in-place", "overlays/dev"}, []string{"overlays/dev-pipeline is there already"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, c.files)
			t.Chdir(dir)
			before := allFiles(t, dir)
			code, stdout, stderr := run(t, append([]string{"init"}, c.args...)...)
			assert.Equal(t, ExitFailure, code, stdout)
			for _, w := range c.want {
				assert.Contains(t, stderr, w)
			}
			assert.Equal(t, before, allFiles(t, dir))
		})
	}
}

// TestInitDocs: what docs/init.md quotes is what the tests above have seen.
func TestInitDocs(t *testing.T) {
	text := readFile(t, filepath.Join(repo, "docs", "init.md"))
	quotes := regexp.MustCompile("(?s)<!-- from (\\S+) -->\n```[a-z]*\n(.*?)```").FindAllStringSubmatch(text, -1)
	assert.Len(t, quotes, strings.Count(text, "<!-- from "))
	assert.NotEmpty(t, quotes)
	for _, q := range quotes {
		assert.Contains(t, readFile(t, filepath.Join(repo, filepath.FromSlash(q[1]))), q[2])
	}
	for _, m := range regexp.MustCompile(`(?m)^\$ krm-validate (init [^#\n]*)`).FindAllStringSubmatch(text, -1) {
		t.Run(m[1], func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, allFiles(t, filepath.Join(repo, "testdata", "init", "shop", "before")))
			t.Chdir(dir)
			code, _, stderr := run(t, strings.Fields(m[1])...)
			assert.Equal(t, ExitOK, code, stderr)
		})
	}
}
