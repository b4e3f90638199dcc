// Package kustomizebin gives tests the real kustomize program.
package kustomizebin

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// Version is the release that krm-validate build equals byte for byte.
const Version = kbuild.KustomizeVersion

// Oldest is the oldest release that locks are made for.
const Oldest = "v5.0.0"

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
	cmd := exec.Command("go", "install", "sigs.k8s.io/kustomize/kustomize/v5@"+version)
	cmd.Env = append(os.Environ(), "GOBIN="+tmp, "GOFLAGS=-mod=mod", "GOWORK=off")
	cmd.Dir = tmp // outside of any module that could pin versions
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go install kustomize %s: %w\n%s", version, err, out)
	}
	return file, os.Rename(filepath.Join(tmp, name), file)
}
