package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

// However many locks are made at once, they are what they are one after the
// other: also of an environment that is built of another one and its lock.
func TestJobsLockTheSame(t *testing.T) {
	fleet := func(t *testing.T, jobs string) (codes []int, said string, files map[string]string) {
		t.Chdir(t.TempDir())
		for i := range 9 {
			dir := fmt.Sprintf("overlays/e%d", i)
			write(t, dir, environment)
			switch i {
			case 2:
				edit(t, dir+"/pipeline/run/fn.yaml", "name: postgres}", "name: postgess}")
			case 5: // of the lock before it
				write(t, dir, map[string]string{"source/kustomization.yaml": "resources: [../../e4]\n"})
			case 7:
				edit(t, dir+"/source/all.yaml", "kind: Namespace", "kind: [")
			}
		}
		for _, port := range []string{"5432}]", "5433, targetPort: sql}]"} {
			edit(t, "overlays/e4/source/all.yaml", "port: 5432}]", "port: "+port)
			for _, args := range [][]string{{"lock"}, {"lock", "--check"}, {"lock", "--check", "overlays/e5", "overlays/e4"}} {
				code, stdout, stderr := run(t, append(args, "--jobs", jobs)...)
				codes, said = append(codes, code), said+stdout+stderr
			}
		}
		files = map[string]string{}
		locks, err := filepath.Glob("overlays/*/lock/*")
		require.NoError(t, err)
		for _, file := range locks {
			files[file] = readFile(t, file)
		}
		return codes, said, files
	}
	codes, said, files := fleet(t, "1")
	assert.Equal(t, []int{2, 2, 0, 2, 2, 0}, codes, said)
	assert.Len(t, files, 7)
	for _, jobs := range []string{"3", "0"} {
		again, saidAgain, filesAgain := fleet(t, jobs)
		assert.Equal(t, codes, again)
		assert.Equal(t, said, saidAgain)
		assert.Equal(t, files, filesAgain)
	}
	code, _, stderr := run(t, "lock", "--jobs", "-1")
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "--jobs=-1: expected")
}
