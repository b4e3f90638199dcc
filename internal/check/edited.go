package check

import (
	"path/filepath"
	"sync"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// Build returns what a kustomization builds to, with the function in it, as it is
// checked, and the files that were read for it, as Options.Edited names them.
func Build(t *Tree, opts Options) (text []byte, read map[string]bool, err error) {
	build := opts.Build
	build.InProcess, build.Secrets = function.RunNodes, &redact.Secrets{}
	build.Cache = nil // what is in it was read before
	files := &recorder{FileSystem: opts.files(), read: map[string]bool{}}
	result, err := kbuild.Build(files, t.Root, build)
	if err != nil && t.Within != "" && outsideOfFolder(err) {
		build.LoadRestrictor = types.LoadRestrictionsNone
		result, err = kbuild.Build(within{files, t.Within}, t.Root, build)
	}
	if err != nil {
		return nil, nil, err
	}
	text, err = kbuild.YAML(result.Resources)
	return text, files.read, err
}

// recorder notes which files are read.
type recorder struct {
	filesys.FileSystem
	mu   sync.Mutex
	read map[string]bool
}

func (r *recorder) ReadFile(path string) ([]byte, error) {
	r.mu.Lock()
	r.read[absolute(path)] = true
	r.mu.Unlock()
	return r.FileSystem.ReadFile(path)
}

// files is the file system that is read.
func (o *Options) files() filesys.FileSystem {
	if o.Edited == nil {
		return filesys.MakeFsOnDisk()
	}
	return edited{filesys.MakeFsOnDisk(), o}
}

// edited returns what to read in place of a file.
func (o *Options) edited(path string) ([]byte, bool) {
	if o.Edited == nil || path == "-" {
		return nil, false
	}
	text, ok := o.Edited[absolute(path)]
	return text, ok
}

// edited is the disk, with other texts in some of its files.
type edited struct {
	filesys.FileSystem
	options *Options
}

func (e edited) ReadFile(path string) ([]byte, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if text, ok := e.options.edited(path); ok {
		return text, nil
	}
	return e.FileSystem.ReadFile(path)
}

// Exists implements [filesys.FileSystem]: a text may be that of a file which is not on
// the disk.
func (e edited) Exists(path string) bool {
	_, ok := e.options.edited(path)
	return ok || e.FileSystem.Exists(path)
}

// CleanedAbs implements [filesys.FileSystem].
func (e edited) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	dir, file, err := e.FileSystem.CleanedAbs(path)
	if _, ok := e.options.edited(path); err == nil || !ok {
		return dir, file, err
	}
	dir, _, err = e.FileSystem.CleanedAbs(filepath.Dir(path))
	return dir, filepath.Base(path), err
}
