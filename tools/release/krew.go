package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const repository = "https://github.com/ressKim-io/wealist-k8s-migration"

// tagged matches the versions that krew takes.
var tagged = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)

// krew writes the manifest with which krew installs the program as kubectl
// krm-validate, beside the archives that it names. Commits without a tag have none.
// https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/
func krew(dir, version string, targets []string) error {
	if !tagged.MatchString(version) {
		fmt.Fprintf(os.Stderr, "%s is no tag such as v1.2.3: no manifest for krew\n", version)
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, `apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: %s
spec:
  version: %s
  homepage: %s
  shortDescription: Build, check, diff and apply kustomizations
  description: |
    Builds kustomizations with the KRM function krm-validate in them, checks every
    field and every cross-reference, and hands over to kubectl apply --server-side
    or kubectl diff when nothing is wrong:

      kubectl krm-validate build -k DIR
      kubectl krm-validate diff -k DIR
      kubectl krm-validate apply -k DIR
  platforms:
`, program, version, repository)
	for _, target := range targets {
		system, processor, _ := strings.Cut(target, "/")
		name := fmt.Sprintf("%s_%s_%s_%s", program, version, system, processor)
		suffix, binary := ".tar.gz", program
		if system == "windows" {
			suffix, binary = ".zip", program+".exe"
		}
		archive, err := os.ReadFile(filepath.Join(dir, name+suffix))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, `  - selector:
      matchLabels:
        os: %s
        arch: %s
    uri: %s/releases/download/%s/%s
    sha256: %x
    files:
    - from: %s/%s
      to: .
    - from: %[7]s/LICENSE
      to: .
    bin: %[8]s
`, system, processor, repository, version, name+suffix, sha256.Sum256(archive), name, binary)
	}
	return os.WriteFile(filepath.Join(dir, program+".krew.yaml"), []byte(b.String()), 0o644)
}
