// Package image runs the container image in kustomize and kubectl, with podman in
// the place of docker: make e2e-image builds the image and calls it.
package image

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kustomizebin"
)

// name is what the archive's image is called once it is loaded.
const name = "localhost/krm-validate:e2e"

// engine is a podman with a store of its own.
type engine struct {
	path string // with a program docker in front
	env  []string
}

// start loads the image. The limits are what a podman inside of a container may
// set; the storage driver is the one that needs nothing of the kernel.
func start(t *testing.T) *engine {
	t.Helper()
	image := os.Getenv("E2E_IMAGE")
	if image == "" {
		t.Skip("needs an image and podman: make e2e-image")
	}
	podman, err := exec.LookPath("podman")
	require.NoError(t, err, "make e2e-image needs podman: apt-get install podman runc")
	dir := t.TempDir()
	write := func(file, text string, mode os.FileMode) {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), mode))
	}
	write(filepath.Join(dir, "containers.conf"), "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n", 0o644)
	shim := "#!/bin/sh\nexec '" + podman + "' --root '" + dir + "/root' --runroot '" + dir + "/run' --storage-driver vfs --cgroup-manager cgroupfs \"$@\"\n"
	write(filepath.Join(dir, "bin", "docker"), shim, 0o755)
	e := &engine{path: filepath.Join(dir, "bin"), env: append(os.Environ(),
		"CONTAINERS_CONF="+filepath.Join(dir, "containers.conf"), "PATH="+filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))}
	t.Cleanup(func() { e.run(t, "", filepath.Join(e.path, "docker"), "system", "reset", "--force") })
	archive := filepath.Join(image, "image.tar")
	out, errs, err := e.run(t, "", e.docker(), "load", "-i", archive)
	require.NoError(t, err, out+errs)
	_, loaded, _ := strings.Cut(strings.TrimSpace(out), "Loaded image: ")
	loaded, _, _ = strings.Cut(loaded, "\n")
	require.NotEmpty(t, loaded, out)
	out, errs, err = e.run(t, "", e.docker(), "tag", loaded, name)
	require.NoError(t, err, out+errs)
	return e
}

func (e *engine) docker() string { return filepath.Join(e.path, "docker") }

func (e *engine) run(t *testing.T, stdin, program string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = strings.NewReader(stdin), &out, &errs, e.env
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// tree is a copy of the overlays whose function is the image.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"base", "overlays"} {
		require.NoError(t, os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("..", "..", part))))
	}
	edit(t, filepath.Join(dir, "base", "config", "pipeline.yaml"),
		"      exec:\n        path: krm-validate\n", "      container:\n        image: "+name+"\n")
	return dir
}

func edit(t *testing.T, file, before, after string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), before)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), before, after, 1)), 0o644))
}

func TestImage(t *testing.T) {
	e := start(t)
	want, err := os.ReadFile(filepath.Join("..", "..", "testdata", "wealist", "prod.pipeline.yaml"))
	require.NoError(t, err)
	programs := map[string][]string{"kustomize": {kustomizebin.Path(t), "build"}}
	if kubectl, err := exec.LookPath("kubectl"); err == nil {
		programs["kubectl"] = []string{kubectl, "kustomize"}
	}
	// The same bytes as the program itself gives, and no --enable-exec.
	dir := tree(t)
	for program, call := range programs {
		t.Run(program, func(t *testing.T) {
			out, errs, err := e.run(t, "", call[0], append(call[1:], "--enable-alpha-plugins", filepath.Join(dir, "overlays", "prod", "pipeline"))...)
			require.NoError(t, err, errs)
			assert.Equal(t, string(want), out)
		})
	}
	t.Run("what is wrong ends the build", func(t *testing.T) {
		dir := tree(t)
		edit(t, filepath.Join(dir, "base", "config", "connections.yaml"), "name: postgres-service", "name: postgress-service")
		out, errs, err := e.run(t, "", kustomizebin.Path(t), "build", "--enable-alpha-plugins", filepath.Join(dir, "overlays", "prod", "pipeline"))
		require.Error(t, err)
		assert.Empty(t, out)
		assert.Contains(t, errs, `did you mean "postgres-service"?`)
	})
	t.Run("an image that is nowhere ends the build", func(t *testing.T) {
		dir := tree(t)
		edit(t, filepath.Join(dir, "base", "config", "pipeline.yaml"), name, "localhost/gone:1")
		_, errs, err := e.run(t, "", kustomizebin.Path(t), "build", "--enable-alpha-plugins", filepath.Join(dir, "overlays", "prod", "pipeline"))
		require.Error(t, err)
		assert.Contains(t, errs, "localhost/gone:1")
	})
	t.Run("the commands", func(t *testing.T) {
		mounted := []string{"run", "--rm", "-i", "--network", "none", "-v", dir + ":/work:ro", "-w", "/work", name}
		out, errs, err := e.run(t, "", e.docker(), append(mounted, "build", "overlays/prod/pipeline")...)
		require.NoError(t, err, errs)
		assert.Equal(t, string(want), out)
		out, errs, err = e.run(t, "", e.docker(), append(mounted, "check", "overlays/prod")...)
		require.NoError(t, err, out+errs)
		assert.Contains(t, out, "no findings in")
	})
	t.Run("whose it is", func(t *testing.T) {
		out, errs, err := e.run(t, "", e.docker(), "image", "inspect", "--format", `{{.User}} {{index .Labels "org.opencontainers.image.licenses"}}`, name)
		require.NoError(t, err, errs)
		assert.Equal(t, "65534:65534 Apache-2.0\n", out)
	})
}
