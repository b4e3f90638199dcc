package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// However many trees are checked at once, what is said about them is the same.
func TestJobsSayTheSame(t *testing.T) {
	dir := t.TempDir()
	copyTree(t, dir)
	t.Chdir(dir)
	files := map[string]string{"base2/kustomization.yaml": "resources: [pod.yaml, secret.yaml]\n", "base2/pod.yaml": knownPod, "base2/secret.yaml": knownSecret}
	for i := range 12 {
		dir := fmt.Sprintf("more/%d/", i)
		files[dir+"kustomization.yaml"] = fmt.Sprintf("resources: [../../base2]\nnamePrefix: p%d-\n", i)
		if i%3 == 1 {
			files[dir+"kustomization.yaml"] += "patches: [{path: gone.yaml}]\n"
		}
		files[fmt.Sprintf("plain/%d.yaml", i)] = strings.ReplaceAll(knownPod, "name: web", fmt.Sprint("name: web", i))
	}
	write(t, ".", files)
	args := []string{"check", "--notes", "-o", "json", "overlays", "more", "plain", filepath.Join("overlays", "dev", "pipeline")}
	code, want, errs := run(t, append(args, "--jobs", "1")...)
	assert.Equal(t, ExitFindings, code, errs)
	for _, jobs := range []string{"2", "5", "0"} {
		again, stdout, stderr := run(t, append(args, "-j", jobs)...)
		assert.Equal(t, code, again)
		assert.Equal(t, want, stdout)
		assert.Equal(t, errs, stderr)
	}
	code, _, stderr := run(t, append(args, "--jobs", "-1")...)
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "--jobs=-1: expected")
}
