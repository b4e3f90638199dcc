// Package wealist_test builds weAlist, the application under base and
// overlays, and asserts what people rely on: what is applied, that the
// function cannot be skipped, and that the five incidents are caught.
package wealist_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kustomizebin"
)

var environments = []string{"dev", "prod"}

// TestGolden compares whole builds. UPDATE=1 rewrites what is expected.
func TestGolden(t *testing.T) {
	for _, env := range environments {
		t.Run(env+"/source", func(t *testing.T) {
			golden(t, env+".source.yaml", source(t, filepath.Join("overlays", env, "source")))
		})
		t.Run(env+"/pipeline", func(t *testing.T) {
			golden(t, env+".pipeline.yaml", pipeline(t, filepath.Join("overlays", env, "pipeline")))
		})
	}
	t.Run("managed-postgresql", func(t *testing.T) {
		golden(t, "managed-postgresql.yaml", pipeline(t, "testdata/wealist/managed-postgresql"))
	})
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join(root(t), "testdata", "wealist", name)
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(path, got, 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "UPDATE=1 go test ./test/wealist writes it")
	assert.Equal(t, string(want), string(got), "UPDATE=1 go test ./test/wealist, when the change is meant")
}

// TestProd spells out the figures of prod that a reader would look up.
func TestProd(t *testing.T) {
	objects := decode(t, pipeline(t, "overlays/prod/pipeline"))

	board := find(t, objects, "Deployment", "board-api-prod", "board-api")
	assert.Equal(t, 3, board.Spec.Replicas)
	var names []string
	for _, e := range board.env() {
		names = append(names, e.name)
		if e.name == "DATABASE_URL" {
			assert.Equal(t, "postgresql://$(DATABASE_USERNAME):$(DATABASE_PASSWORD)@postgres-service.postgresql-prod.svc.cluster.local:5432/wealist", e.value)
		}
	}
	// The kubelet expands $(VAR) from earlier entries only.
	assert.Equal(t, []string{"DATABASE_USERNAME", "DATABASE_PASSWORD", "DATABASE_URL"}, names)

	front := find(t, objects, "Deployment", "front-prod", "frontend")
	assert.Contains(t, front.env(), envVar{"BOARD_API_UPSTREAM", "board-api-service.board-api-prod.svc.cluster.local:8000"})

	postgres := find(t, objects, "StatefulSet", "postgresql-prod", "postgres")
	assert.Contains(t, postgres.env(), envVar{"POSTGRES_DB", "wealist"})

	for _, w := range []struct {
		object                    object
		requestMemory, requestCPU string
		limitMemory, limitCPU     string
	}{
		{board, "256Mi", "100m", "512Mi", "200m"},
		{front, "64Mi", "50m", "128Mi", "100m"},
		{postgres, "256Mi", "100m", "512Mi", "200m"},
	} {
		for _, c := range w.object.containers() {
			assert.Equal(t, map[string]string{"memory": w.requestMemory, "cpu": w.requestCPU}, c.Resources.Requests, c.Name)
			assert.Equal(t, map[string]string{"memory": w.limitMemory, "cpu": w.limitCPU}, c.Resources.Limits, c.Name)
			assert.Equal(t, "IfNotPresent", c.ImagePullPolicy, c.Name)
			assert.NotRegexp(t, `:latest$|^[^:]*$`, c.Image, c.Name)
		}
	}
}

// TestDev is about what differs from prod.
func TestDev(t *testing.T) {
	objects := decode(t, pipeline(t, "overlays/dev/pipeline"))
	for _, o := range []object{
		find(t, objects, "Deployment", "board-api-dev", "board-api"),
		find(t, objects, "Deployment", "front-dev", "frontend"),
	} {
		assert.Equal(t, 1, o.Spec.Replicas)
		for _, c := range o.containers() {
			assert.Regexp(t, `^wealist-[a-z-]+:latest$`, c.Image)
			assert.Equal(t, "Never", c.ImagePullPolicy)
		}
	}
	postgres := find(t, objects, "StatefulSet", "postgresql-dev", "postgres")
	assert.Equal(t, "IfNotPresent", postgres.containers()[0].ImagePullPolicy)
}

// TestLocked shows that what kubectl apply -k applies, without plugins, is what
// the pipeline gives.
func TestLocked(t *testing.T) {
	for _, env := range environments {
		t.Run(env, func(t *testing.T) {
			dir := filepath.Join("overlays", env)
			assert.Equal(t, string(pipeline(t, filepath.Join(dir, "pipeline"))), string(source(t, dir)), "krm-validate lock %s", dir)
		})
	}
}

// TestNewEnvironment copies an overlay and changes one line.
func TestNewEnvironment(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(dir, "base"), os.DirFS(absolute(t, "base"))))
	for _, part := range []string{"source", "pipeline"} {
		require.NoError(t, os.CopyFS(filepath.Join(dir, "overlays", "staging", part), os.DirFS(absolute(t, filepath.Join("overlays", "dev", part)))))
	}
	file := filepath.Join(dir, "overlays", "staging", "source", "environment.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	write(t, file, bytes.Replace(text, []byte("name: dev\n"), []byte("name: staging\n"), 1))

	want := string(pipeline(t, "overlays/dev/pipeline"))
	want = regexp.MustCompile(`-dev\b`).ReplaceAllString(want, "-staging")
	want = strings.ReplaceAll(want, "dev.wealist.local", "staging.wealist.local")
	assert.Equal(t, want, string(pipeline(t, filepath.Join(dir, "overlays", "staging", "pipeline"))))
}

// TestReceipt shows that a pipeline whose function was skipped does not build,
// instead of building without it.
func TestReceipt(t *testing.T) {
	for _, env := range environments {
		t.Run(env, func(t *testing.T) {
			_, stderr, err := run(t, kustomizebin.Path(t), "build", "--enable-alpha-plugins",
				filepath.Join("overlays", env, "pipeline"))
			assert.Error(t, err)
			assert.Contains(t, stderr, "FunctionRan")
		})
	}
}

// TestSameBytesAsKustomize builds every kustomization of the repository both
// ways.
func TestSameBytesAsKustomize(t *testing.T) {
	for _, version := range []string{kustomizebin.Version, kustomizebin.Newest} {
		theirs, ours := kustomizebin.PathOf(t, version), binary(t)
		for _, dir := range kustomizations(t) {
			t.Run(version+"/"+filepath.ToSlash(dir), func(t *testing.T) {
				t.Parallel()
				want, wantStderr, wantErr := run(t, theirs, "build", "--enable-alpha-plugins", "--enable-exec", dir)
				got, stderr, err := run(t, ours, "build", dir)
				assert.Equal(t, want, got)
				assert.Equal(t, wantErr == nil, err == nil, "kustomize: %v\n%s\nkrm-validate: %v\n%s", wantErr, wantStderr, err, stderr)
			})
		}
	}
}

// TestSourceThroughBinary shows that what is built in process here is what
// people get from the binary.
func TestSourceThroughBinary(t *testing.T) {
	for _, env := range environments {
		dir := filepath.Join("overlays", env, "source")
		stdout, stderr, err := run(t, kustomizebin.Path(t), "build", dir)
		require.NoError(t, err, stderr)
		assert.Equal(t, string(source(t, dir)), stdout)
	}
}

// TestIdempotent runs the function over its own output: where kustomize has
// yet to fix names, and over what came out of a build.
func TestIdempotent(t *testing.T) {
	for _, env := range environments {
		t.Run(env+"/twice in a build", func(t *testing.T) {
			run := filepath.Join("overlays", env, "pipeline", "run")
			once := pipeline(t, run)
			require.Contains(t, string(once), "kind: FunctionRan")

			dir := t.TempDir()
			inner, err := filepath.Rel(resolved(t, dir), absolute(t, run))
			require.NoError(t, err)
			write(t, filepath.Join(dir, "config.yaml"), source(t, filepath.Join("overlays", env, "pipeline", "config")))
			write(t, filepath.Join(dir, "kustomization.yaml"), []byte("resources: ["+inner+"]\ntransformers: [config.yaml]\n"))
			assert.Equal(t, string(once), string(pipeline(t, dir)))
		})
	}
	t.Run("prod/rendered", func(t *testing.T) {
		once := pipeline(t, "overlays/prod/pipeline/run")
		dir := t.TempDir()
		write(t, filepath.Join(dir, "once.yaml"), once)
		write(t, filepath.Join(dir, "config.yaml"), source(t, "overlays/prod/pipeline/config"))
		write(t, filepath.Join(dir, "kustomization.yaml"), []byte("resources: [once.yaml]\ntransformers: [config.yaml]\n"))
		assert.Equal(t, string(once), string(pipeline(t, dir)))
	})
}

// pipeline builds a kustomization that runs the function, in process.
func pipeline(t *testing.T, dir string) []byte {
	t.Helper()
	result, err := kbuild.Build(filesys.MakeFsOnDisk(), absolute(t, dir), kbuild.Options{
		Command: []string{binary(t), kbuild.ChildCommand},
	})
	require.NoError(t, err)
	out, err := result.Resources.AsYaml()
	require.NoError(t, err)
	return out
}

// source builds a kustomization that needs no function with stock kustomize,
// in process.
func source(t *testing.T, dir string) []byte {
	t.Helper()
	opts := krusty.MakeDefaultOptions()
	opts.Reorder = krusty.ReorderOptionUnspecified // as kustomize build
	m, err := krusty.MakeKustomizer(opts).Run(filesys.MakeFsOnDisk(), absolute(t, dir))
	require.NoError(t, err)
	out, err := m.AsYaml()
	require.NoError(t, err)
	return out
}

// kustomizations are the directories of the repository that can be built, from
// its root.
func kustomizations(t *testing.T) []string {
	t.Helper()
	root := root(t)
	component := regexp.MustCompile(`(?m)^kind: Component$`)
	var dirs []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "bin" || d.Name() == "dist") {
			return fs.SkipDir
		}
		if d.Name() != "kustomization.yaml" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if component.Match(data) {
			return nil
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		dirs = append(dirs, dir)
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	return dirs
}

// run runs a program in the repository's root, with krm-validate on its PATH.
func run(t *testing.T, program string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(binary(t))+string(os.PathListSeparator)+os.Getenv("PATH"))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// binary is krm-validate, built by TestMain.
func binary(t *testing.T) string {
	t.Helper()
	require.NotEmpty(t, binaryDir)
	return filepath.Join(binaryDir, executable)
}

var (
	binaryDir  string
	executable = map[bool]string{true: "krm-validate.exe", false: "krm-validate"}[runtime.GOOS == "windows"]
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "krm-validate-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		build := exec.Command("go", "build", "-o", filepath.Join(dir, executable), "../../cmd/krm-validate")
		build.Stdout, build.Stderr = os.Stderr, os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "building krm-validate:", err)
			return 1
		}
		binaryDir = dir
		return m.Run()
	}())
}

// root is the root of the repository.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	return dir
}

func absolute(t *testing.T, dir string) string {
	t.Helper()
	if filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(root(t), dir)
}

// resolved is dir without symbolic links, as kustomize will see it.
func resolved(t *testing.T, dir string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(dir)
	require.NoError(t, err)
	return dir
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, data, 0o644))
}

// object is as much of a resource as the tests look at.
type object struct {
	Kind     string
	Metadata struct{ Name, Namespace string }
	Spec     struct {
		Replicas int
		Rules    []struct{ Host string }
		Template struct {
			Spec struct{ Containers []container }
		}
	}
}

type container struct {
	Name, Image     string
	ImagePullPolicy string `yaml:"imagePullPolicy"`
	Env             []struct{ Name, Value string }
	Resources       struct{ Requests, Limits map[string]string }
}

type envVar struct{ name, value string }

func (o object) containers() []container { return o.Spec.Template.Spec.Containers }

func (o object) env() []envVar {
	var vars []envVar
	for _, c := range o.containers() {
		for _, e := range c.Env {
			vars = append(vars, envVar{e.Name, e.Value})
		}
	}
	return vars
}

func decode(t *testing.T, data []byte) []object {
	t.Helper()
	var objects []object
	for dec := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var o object
		err := dec.Decode(&o)
		if errors.Is(err, io.EOF) {
			return objects
		}
		// Ingress rules and RBAC rules differ; everything else is of one shape.
		require.NoError(t, err)
		objects = append(objects, o)
	}
}

func find(t *testing.T, objects []object, kind, namespace, name string) object {
	t.Helper()
	for _, o := range objects {
		if o.Kind == kind && o.Metadata.Namespace == namespace && o.Metadata.Name == name {
			return o
		}
	}
	require.FailNow(t, "not in the build: "+strings.Join([]string{kind, namespace, name}, " "))
	return object{}
}
