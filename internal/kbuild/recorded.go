package kbuild

import (
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// recorded is a file system whose files are known to secrets once they were
// read.
type recorded struct {
	filesys.FileSystem
	secrets *redact.Secrets
}

func (r *recorded) ReadFile(path string) ([]byte, error) {
	text, err := r.FileSystem.ReadFile(path)
	if err == nil {
		r.secrets.File(path, text)
	}
	return text, err
}
