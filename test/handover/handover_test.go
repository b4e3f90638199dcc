// Package handover runs what integrations/, action.yml and .pre-commit-hooks.yaml
// hand to others, as those run it, over one pull request: docs/pull-request.md
// quotes what comes out.
package handover

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const (
	top      = "../.."
	fixtures = "../../testdata/handover"
	good     = "overlays/prod/replicas.yaml"
	// linter checks workflows and actions. HANDOVER=all installs and runs it.
	linter = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"
)

// sandbox is a developer's machine, and a server with the hook.
type sandbox struct {
	t                 *testing.T
	root, bin, server string
	work              string // the developer's clone
	env               []string
}

// do runs a command in the clone, and returns its exit code and what it prints.
func (s *sandbox) do(dir string, env []string, name string, args ...string) (int, string) {
	s.t.Helper()
	if name == "krm-validate" {
		name = filepath.Join(s.bin, name)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(append([]string{}, s.env...), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		require.NoError(s.t, err)
	}
	return cmd.ProcessState.ExitCode(), strings.ReplaceAll(out.String(), s.root+"/", "")
}

func (s *sandbox) git(args ...string) (int, string) {
	s.t.Helper()
	return s.do(s.work, nil, "git", args...)
}

func (s *sandbox) must(args ...string) {
	s.t.Helper()
	code, out := s.git(args...)
	require.Zero(s.t, code, out)
}

func (s *sandbox) write(name string, text []byte) {
	s.t.Helper()
	require.NoError(s.t, os.WriteFile(filepath.Join(s.work, name), text, 0o644))
}

// bin has the program.
var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	code := 1
	defer func() { os.Exit(code) }()
	dir, err := os.MkdirTemp("", "handover-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bin = filepath.Join(dir, "bin")
	// What pre-commit does for hooks in Go, of the program alone.
	// https://pre-commit.com/#golang
	install := exec.Command("go", "install", "./cmd/krm-validate")
	install.Dir, install.Env = top, append(os.Environ(), "GOBIN="+bin)
	if out, err := install.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v: %s", err, out)
		return
	}
	code = m.Run()
}

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	for _, program := range []string{"git", "bash", "tar", "go"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("no " + program)
		}
	}
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	s := &sandbox{t: t, root: root, bin: bin, server: filepath.Join(root, "shop.git"), work: filepath.Join(root, "shop")}
	s.env = append(os.Environ(), "PATH="+s.bin+string(os.PathListSeparator)+os.Getenv("PATH"), "NO_COLOR=1", "LC_ALL=C",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0")

	require.NoError(t, os.CopyFS(s.work, os.DirFS(filepath.Join(fixtures, "shop"))))
	code, text := s.do(root, nil, "git", "init", "-q", "--bare", "-b", "main", s.server)
	require.Zero(t, code, text)
	hook, err := os.ReadFile(filepath.Join(top, "integrations/git/pre-receive"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(s.server, "hooks/pre-receive"), hook, 0o755))
	s.must("init", "-q", "-b", "main")
	s.must("remote", "add", "origin", s.server)
	s.must("add", ".")
	s.must("commit", "-q", "-m", "shop")
	s.must("push", "-q", "origin", "main")
	return s
}

// said compares what was printed with a file that docs quote.
func said(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(fixtures, name)
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), text, name)
}

func document(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, name))
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, into))
}

// hook runs the hook of pre-commit: its entry with its arguments.
func (s *sandbox) hook() (int, string) {
	var hooks []struct {
		ID, Entry, Files string
		Args             []string
		PassFilenames    bool `yaml:"pass_filenames"`
	}
	document(s.t, ".pre-commit-hooks.yaml", &hooks)
	require.Len(s.t, hooks, 1)
	require.False(s.t, hooks[0].PassFilenames)
	require.Regexp(s.t, hooks[0].Files, good)
	words := append(strings.Fields(hooks[0].Entry), hooks[0].Args...)
	return s.do(s.work, nil, words[0], words[1:]...)
}

// action runs the steps of the action that are shell, as the runner does.
func (s *sandbox) action(inputs map[string]string) (code int, out, summary string) {
	var a struct {
		Inputs map[string]struct{ Default string }
		Runs   struct {
			Steps []struct {
				Run, Shell string
				Env        map[string]string
			}
		}
	}
	document(s.t, "action.yml", &a)
	path, err := filepath.Abs(top)
	require.NoError(s.t, err)
	temp := filepath.Join(filepath.Dir(bin), "runner")
	require.NoError(s.t, os.MkdirAll(temp, 0o755))
	values := map[string]string{"github.action_path": path, "github.base_ref": "main"}
	for name, in := range a.Inputs {
		values["inputs."+name] = in.Default
	}
	for name, value := range inputs {
		values["inputs."+name] = value
	}
	expression := regexp.MustCompile(`\$\{\{ *(.*?) *\}\}`)
	files := map[string]string{"GITHUB_STEP_SUMMARY": filepath.Join(temp, "summary"), "GITHUB_OUTPUT": filepath.Join(temp, "output")}
	for _, file := range []string{"summary", "output", "krm-validate.md"} {
		require.NoError(s.t, os.RemoveAll(filepath.Join(temp, file)))
	}
	for _, step := range a.Runs.Steps {
		if step.Run == "" {
			continue // an action of others
		}
		require.NotContains(s.t, step.Run, "${{", "a value that is read as shell")
		env := []string{"RUNNER_TEMP=" + temp}
		for name, file := range files {
			env = append(env, name+"="+file)
		}
		for name, value := range step.Env {
			env = append(env, name+"="+expression.ReplaceAllStringFunc(value, func(e string) string {
				v, ok := values[expression.FindStringSubmatch(e)[1]]
				require.True(s.t, ok, e)
				return v
			}))
		}
		script := filepath.Join(temp, "step.sh")
		require.NoError(s.t, os.WriteFile(script, []byte(step.Run), 0o600))
		var text string
		if code, text = s.do(s.work, env, "bash", "--noprofile", "--norc", "-eo", "pipefail", script); code != 0 || text != "" {
			out += text
		}
		if code != 0 {
			break
		}
	}
	text, err := os.ReadFile(files["GITHUB_STEP_SUMMARY"])
	if code < 2 {
		require.NoError(s.t, err)
	}
	output, err := os.ReadFile(files["GITHUB_OUTPUT"])
	require.NoError(s.t, err)
	require.Equal(s.t, fmt.Sprintf("exit-code=%d\n", code), string(output))
	return code, out, string(text)
}

// gitlab runs the script of GitLab's job, as its runner does.
func (s *sandbox) gitlab() (int, string) {
	var jobs map[string]struct {
		Script    []string
		Variables map[string]string
		Artifacts struct{ Reports map[string]string }
	}
	document(s.t, "integrations/gitlab/krm-validate.gitlab-ci.yml", &jobs)
	job := jobs["krm-validate"]
	_, base := s.git("merge-base", "origin/main", "HEAD")
	env := []string{"CI_MERGE_REQUEST_DIFF_BASE_SHA=" + strings.TrimSpace(base)}
	for name, value := range job.Variables {
		env = append(env, name+"="+value)
	}
	code, out := s.do(s.work, env, "sh", "-ec", strings.Join(job.Script, "\n"))
	for _, file := range job.Artifacts.Reports {
		require.FileExists(s.t, filepath.Join(s.work, file))
		require.NoError(s.t, os.Remove(filepath.Join(s.work, file)))
	}
	return code, out
}

// container is what a pod runs.
type container struct {
	Command, Args []string
	WorkingDir    string `yaml:"workingDir"`
}

// run runs a container's command with parameters put in, on this machine.
func (s *sandbox) run(c container, put *strings.Replacer) (int, string) {
	words := make([]string, 0, len(c.Command)+len(c.Args))
	for _, w := range append(append([]string{}, c.Command...), c.Args...) {
		words = append(words, strings.Fields(put.Replace(w))...)
	}
	require.Equal(s.t, "/usr/local/bin/krm-validate", words[0], "where the image has it")
	return s.do(s.work, nil, filepath.Base(words[0]), words[1:]...)
}

// tekton runs the step of the Task.
func (s *sandbox) tekton() (int, string) {
	var task struct {
		Spec struct{ Steps []container }
	}
	document(s.t, "integrations/tekton/task.yaml", &task)
	return s.run(task.Spec.Steps[0], strings.NewReplacer("$(params.args[*])", "", "$(params.paths[*])", "."))
}

// argo runs the shards of the workflow, and what merges their reports.
func (s *sandbox) argo() (int, string) {
	var workflow struct {
		Spec struct {
			Templates []struct {
				Name      string
				Container container
			}
		}
	}
	document(s.t, "integrations/argo-workflows/fleet.yaml", &workflow)
	templates := map[string]container{}
	for _, t := range workflow.Spec.Templates {
		templates[t.Name] = t.Container
	}
	reports := filepath.Join(s.root, "reports")
	require.NoError(s.t, os.RemoveAll(reports))
	require.NoError(s.t, os.MkdirAll(reports, 0o755))
	for i := range 3 {
		_, out := s.run(templates["shard"], strings.NewReplacer("{{inputs.parameters.number}}", fmt.Sprint(i+1),
			"{{workflow.parameters.shards}}", "3", "{{workflow.parameters.path}}", "overlays", "/tmp/report.json", fmt.Sprintf("%s/%d.json", reports, i+1)))
		require.FileExists(s.t, fmt.Sprintf("%s/%d.json", reports, i+1), out)
	}
	return s.run(templates["merge"], strings.NewReplacer("/tmp/reports", reports, "/tmp/report.sarif", filepath.Join(s.root, "report.sarif")))
}

// A typing error is found by the developer's hook, by the server, and by every
// CI; what fix makes of it passes all of them.
func TestFromTypoToMerged(t *testing.T) {
	s := newSandbox(t)
	typo, err := os.ReadFile(filepath.Join(fixtures, "typo.yaml"))
	require.NoError(t, err)
	s.must("checkout", "-q", "-b", "password")
	s.write(good, typo)
	s.must("add", ".")

	code, out := s.hook()
	assert.Equal(t, 1, code)
	said(t, "hook.txt", out)

	s.must("commit", "-q", "--no-verify", "-m", "shop: the password on its own")
	code, out = s.git("push", "-q", "origin", "password")
	assert.Equal(t, 1, code)
	said(t, "push.txt", strings.ReplaceAll(regexp.MustCompile(`(?m) +$`).ReplaceAllString(out, ""), "error: failed to push some refs to 'shop.git'\n", ""))

	code, out, summary := s.action(nil)
	assert.Equal(t, 1, code)
	said(t, "action.txt", out)
	said(t, "summary.md", summary)

	for name, run := range map[string]func() (int, string){"gitlab": s.gitlab, "tekton": s.tekton, "argo": s.argo} {
		code, out := run()
		assert.Equal(t, 1, code, "%s: %s", name, out)
		assert.Contains(t, out, `did you mean "db-secret"?`, name)
	}

	code, out = s.do(s.work, nil, "krm-validate", "fix", "--diff", ".")
	assert.Equal(t, 1, code)
	said(t, "fix.diff", out)
	code, out = s.do(s.work, nil, "krm-validate", "fix", ".")
	require.Zero(t, code, out)
	said(t, "fix.txt", out)
	s.must("add", ".")
	code, out = s.hook()
	require.Zero(t, code, out)
	s.must("commit", "-q", "-m", "shop: the name of the Secret")
	s.must("push", "-q", "origin", "password")
	code, out, summary = s.action(map[string]string{"sarif": "report.sarif", "args": "--strict"})
	require.Zero(t, code, out)
	assert.FileExists(t, filepath.Join(s.work, "report.sarif"))
	said(t, "passed.md", summary)
	for name, run := range map[string]func() (int, string){"gitlab": s.gitlab, "tekton": s.tekton, "argo": s.argo} {
		code, out := run()
		assert.Zero(t, code, "%s: %s", name, out)
	}

	s.must("checkout", "-q", "main")
	s.must("merge", "-q", "--no-ff", "-m", "Merge", "password")
	s.must("push", "-q", "origin", "main")
	s.must("push", "-q", "origin", "--delete", "password")
}

// What was wrong before a push does not keep others from pushing, and what is
// read as shell nowhere does nothing.
func TestPushesOverOldMistakes(t *testing.T) {
	s := newSandbox(t)
	typo, err := os.ReadFile(filepath.Join(fixtures, "typo.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.Rename(filepath.Join(s.server, "hooks/pre-receive"), filepath.Join(s.root, "hook")))
	s.write(good, typo)
	s.must("commit", "-q", "-a", "-m", "typo")
	s.must("push", "-q", "origin", "main")
	require.NoError(t, os.Rename(filepath.Join(s.root, "hook"), filepath.Join(s.server, "hooks/pre-receive")))
	s.write("base/more.yaml", []byte("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: more\n"))
	s.must("add", ".")
	s.must("commit", "-q", "-m", "more")
	s.must("push", "-q", "origin", "main")
	s.must("tag", "v1")
	s.must("push", "-q", "origin", "v1")
	s.must("push", "-q", "origin", "HEAD:refs/heads/one", "HEAD:refs/heads/two")

	code, _, _ := s.action(map[string]string{"new-from": ""})
	assert.Equal(t, 1, code)
	code, out, _ := s.action(map[string]string{"paths": "overlays/prod $(touch pwned) ;touch${IFS}pwned", "new-from": ""})
	assert.Equal(t, 2, code, out)
	assert.NoFileExists(t, filepath.Join(s.work, "pwned"))
}

// Our own check reads the manifests, and finds what is broken in them.
func TestManifests(t *testing.T) {
	s := newSandbox(t)
	for _, name := range []string{"integrations/tekton/task.yaml", "integrations/argo-workflows/fleet.yaml"} {
		file, err := filepath.Abs(filepath.Join(top, name))
		require.NoError(t, err)
		code, out := s.do(s.root, nil, "krm-validate", "check", "--notes", file)
		assert.Zero(t, code, out)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for old, replacement := range map[string]string{"workspaces.source": "workspaces.sorce", "template: merge": "template: merg", "inputs.parameters.number": "inputs.parameters.nummer"} {
			if !bytes.Contains(text, []byte(old)) {
				continue
			}
			broken := filepath.Join(s.root, "broken.yaml")
			require.NoError(t, os.WriteFile(broken, bytes.Replace(text, []byte(old), []byte(replacement), 1), 0o600))
			code, out := s.do(s.root, nil, "krm-validate", "check", broken)
			assert.Equal(t, 1, code, "%s: %s", replacement, out)
		}
	}
}

var all = flag.Bool("all", os.Getenv("HANDOVER") == "all", "run actionlint, which is fetched")

// actionlint knows the action by its inputs, and reads the workflow.
func TestWorkflow(t *testing.T) {
	if !*all {
		t.Skip("make handover runs it")
	}
	dir := t.TempDir()
	for from, to := range map[string]string{"action.yml": "action.yml", "integrations/github/workflow.yml": ".github/workflows/krm-validate.yml"} {
		text, err := os.ReadFile(filepath.Join(top, from))
		require.NoError(t, err)
		text = bytes.ReplaceAll(text, []byte("ressKim-io/wealist-k8s-migration@main"), []byte("./"))
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, to)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, to), text, 0o600))
	}
	bin := t.TempDir()
	install := exec.Command("go", "install", linter)
	install.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=")
	out, err := install.CombinedOutput()
	require.NoError(t, err, string(out))
	lint := func() (string, error) {
		cmd := exec.Command(filepath.Join(bin, "actionlint"), "-no-color")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	require.NoError(t, exec.Command("git", "-C", dir, "init", "-q").Run())
	text, err := lint()
	require.NoError(t, err, text)
	workflow := filepath.Join(dir, ".github/workflows/krm-validate.yml")
	content, err := os.ReadFile(workflow)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(workflow, bytes.Replace(content, []byte("paths:"), []byte("pathes:"), 1), 0o600))
	text, err = lint()
	require.Error(t, err)
	assert.Contains(t, text, "pathes")
}

// docs/pull-request.md quotes files as they are.
func TestPageQuotes(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(top, "docs/pull-request.md"))
	require.NoError(t, err)
	quotes := regexp.MustCompile("(?s)<!-- from (\\S+) -->\n````?[a-z]*\n(.*?)\n````?\n").FindAllStringSubmatch(string(page), -1)
	require.Len(t, quotes, strings.Count(string(page), "<!-- from "))
	for _, q := range quotes {
		text, err := os.ReadFile(filepath.Join(top, q[1]))
		require.NoError(t, err)
		assert.Equal(t, strings.TrimSpace(string(text)), strings.TrimSpace(q[2]), q[1])
	}
}
