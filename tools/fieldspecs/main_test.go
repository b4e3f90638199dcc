package main

import (
	"bytes"
	"os"
	"testing"
)

// The copy is what the release of kustomize in go.mod has.
func TestTheCopyIsTheTable(t *testing.T) {
	own, err := os.ReadFile("../../internal/kbuild/fieldspecs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(own, defaultFieldSpecs()) {
		t.Error("internal/kbuild/fieldspecs.yaml is not kustomize's table: run go generate ./internal/kbuild")
	}
}
