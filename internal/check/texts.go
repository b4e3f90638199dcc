package check

import (
	"bytes"
	"io/fs"
	"os"
	"slices"
)

// textReaders are those who read the files of repositories, by the tops of these.
type textReaders map[string][]*textReader

// textReader looks for something in the files of a repository.
type textReader struct {
	wants func(file string) bool
	// read returns false if it has what it looks for.
	read func(file string, text []byte) (more bool)
	most int    // files that are read, 0 for any number
	end  func() // is called when all is read; it may be nil
}

// read reads each repository once for all.
func (t textReaders) read() {
	for top, readers := range t {
		eachText(os.DirFS(top), readers)
		for _, r := range readers {
			if r.end != nil {
				r.end()
			}
		}
	}
}

// eachText has those files of a repository read that are wanted, are text and are not
// large.
func eachText(repository fs.FS, readers []*textReader) {
	const largest = 256 << 10 // bytes
	readers = slices.Clone(readers)
	read := map[*textReader]int{} // files
	_ = fs.WalkDir(repository, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil //nolint:nilerr // what may not be read is left out
		case len(readers) == 0:
			return fs.SkipAll
		case d.IsDir():
			if file != "." && skipped(file) && !ofPipelines[d.Name()] {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular() || !slices.ContainsFunc(readers, func(r *textReader) bool { return r.wants(file) }):
			return nil
		}
		if info, err := d.Info(); err != nil || info.Size() > largest {
			return nil //nolint:nilerr // as above
		}
		text, err := fs.ReadFile(repository, file)
		if err != nil || bytes.IndexByte(text, 0) >= 0 {
			return nil //nolint:nilerr // as above
		}
		readers = slices.DeleteFunc(readers, func(r *textReader) bool {
			if !r.wants(file) {
				return false
			}
			read[r]++
			return !r.read(file, text) || read[r] == r.most
		})
		return nil
	})
}
