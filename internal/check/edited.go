package check

import (
	"path/filepath"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

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
