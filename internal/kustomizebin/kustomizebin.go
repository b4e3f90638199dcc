// Package kustomizebin gives tests the real kustomize program.
package kustomizebin

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// Version is the release that krm-validate build equals byte for byte.
const Version = kbuild.KustomizeVersion

// Oldest is the oldest release that locks are made for.
const Oldest = "v5.0.0"

// Newest is a later release than the one inside. It needs a newer Go than this
// module does, so that it has a module of its own, in newest.
const Newest = "v5.8.3"

// Path returns the file of the kustomize program, which it installs on first
// use through go install into the user's cache directory.
func Path(tb testing.TB) string {
	tb.Helper()
	return PathOf(tb, Version)
}

// PathOf is Path for another release.
func PathOf(tb testing.TB, version string) string {
	tb.Helper()
	file, err := install(version)
	if err != nil {
		tb.Fatal(err)
	}
	return file
}

// newestDir returns the directory of the module that Newest is built in.
func newestDir() string {
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/ressKim-io/wealist-k8s-migration/internal/kustomizebin").Output()
	if err != nil {
		return ""
	}
	return filepath.Join(strings.TrimSpace(string(out)), "newest")
}

func install(version string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "krm-validate-test", "kustomize-"+version)
	name := "kustomize"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	file := filepath.Join(dir, name)
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	// Tests of several packages run at once: each installs for itself, and
	// the last rename wins.
	tmp, err := os.MkdirTemp(dir, "install-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	const program = "sigs.k8s.io/kustomize/kustomize/v5"
	cmd := exec.Command("go", "install", program+"@"+version)
	cmd.Env = append(os.Environ(), "GOBIN="+tmp, "GOFLAGS=-mod=mod", "GOWORK=off")
	cmd.Dir = tmp // outside of any module that could pin versions
	if version == Newest {
		cmd = exec.Command("go", "build", "-o", filepath.Join(tmp, name), program)
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=auto")
		cmd.Dir = newestDir()
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go install kustomize %s: %w\n%s", version, err, out)
	}
	return file, os.Rename(filepath.Join(tmp, name), file)
}
