package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The manifest is what krew's own validation takes.
func TestKrew(t *testing.T) {
	dir := t.TempDir()
	targets := []string{"linux/amd64", "darwin/arm64", "windows/amd64"}
	for _, name := range []string{"linux_amd64.tar.gz", "darwin_arm64.tar.gz", "windows_amd64.zip"} {
		if err := os.WriteFile(filepath.Join(dir, program+"_v1.2.3_"+name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := krew(dir, "v1.2.3", targets); err != nil {
		t.Fatal(err)
	}
	manifest := filepath.Join(dir, program+".krew.yaml")
	// Its name has to be the plugin's.
	named := filepath.Join(dir, program+".yaml")
	if err := os.Rename(manifest, named); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "run", "sigs.k8s.io/krew/cmd/validate-krew-manifest@v0.4.3", "-manifest", named, "-skip-install").CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

// A commit that is no release has no manifest.
func TestKrewWithoutTag(t *testing.T) {
	dir := t.TempDir()
	if err := krew(dir, "v1.2.3-4-gabcdef0", nil); err != nil {
		t.Fatal(err)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "*")); len(found) > 0 {
		t.Error(found)
	}
}
