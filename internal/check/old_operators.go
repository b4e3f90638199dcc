package check

import (
	"bytes"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// onOldCertManager makes notes of what cert-manager serves no more, where a file of the folder,
// or of one above or below it, has a release installed that did, and no file of the repository
// names a later one.
func onOldCertManager(outcomes []outcome, readers textReaders) {
	asked := map[string][]*finding.Finding{} // by the top of the repository
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || f.Severity <= finding.Note || goneFromCertManager(f) == 0 {
				continue
			}
			if top := o.tree.top(); top != "" {
				asked[top] = append(asked[top], f)
			}
		}
	}
	for top, findings := range asked {
		readers[top] = append(readers[top], certManagerReader(top, findings))
	}
}

// goneFromCertManager is the release of cert-manager from which on what a finding is about is
// served no more, 0 if it is about something else.
func goneFromCertManager(f *finding.Finding) (release int) {
	if at := certManagerGone().FindStringSubmatch(f.Said().Of); f.Rule == "api-removed" && at != nil {
		return releaseNumber(at[1], at[2])
	}
	return 0
}

// releaseNumber orders releases.
func releaseNumber(major, minor string) int {
	const minors = 1000
	a, _ := strconv.Atoi(major)
	b, _ := strconv.Atoi(minor)
	return a*minors + b
}

var (
	anyRelease      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\d\.\d`) })
	certManagerGone = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^cert-manager (\d)\.(\d+)$`) })
	// certManagerReleases is how a file names the release of cert-manager to install: in an
	// address, beside an image, or in a command, which may have several lines, and what only
	// tells that there is a later one.
	certManagerReleases = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)cert-?manager(?:/releases/download/|/release-|-(?:controller|webhook|cainjector):)v?(\d)\.(\d+)` +
			`|\bhelm\b(?:[^\n]|\\\n)*cert-manager(?:[^\n]|\\\n)*--version[= ]+["']?v?(\d)\.(\d+)` +
			`|\bhelm\b(?:[^\n]|\\\n)*--version[= ]+["']?v?(\d)\.(\d+)(?:[^\n]|\\\n)*cert-manager` +
			`|cert-?manager(?:[^\n]{0,60}?\b|[\s\S]{0,300}?(?:version|revision): *["']?)v?(1)\.(\d{1,2})\b`)
	})
)

// certManagerReader looks for the newest release of cert-manager that a file names, and for
// files that have one installed.
func certManagerReader(top string, findings []*finding.Finding) *textReader {
	newest, where := 0, map[string]string{} // files, by their folders
	return &textReader{
		wants: func(file string) bool {
			return isScript(file) || isDocument(file) || isYAML(file) || path.Ext(file) == ".tf"
		},
		read: func(file string, text []byte) (more bool) {
			if !bytes.Contains(text, []byte("anager")) || !anyRelease().Match(text) {
				return true // most files: the expression below is slow
			}
			for _, m := range certManagerReleases().FindAllSubmatch(text, -1) {
				for i := 1; i < len(m); i += 2 {
					if m[i] == nil {
						continue
					}
					newest = max(newest, releaseNumber(string(m[i]), string(m[i+1])))
					if i == len(m)-2 {
						continue // nobody says that it is installed
					}
					dir := path.Dir(file)
					if inOneName := strings.ReplaceAll(path.Base(dir), "-", ""); strings.EqualFold(inOneName, "certmanager") {
						dir = path.Dir(dir) // it is for all beside it
					}
					if first, _, _ := strings.Cut(file, "/"); strings.HasPrefix(first, ".") || ofAll[first] {
						dir = "."
					}
					if where[dir] == "" {
						where[dir] = file
					}
				}
			}
			return true
		},
		end: func() {
			for _, f := range findings {
				rel, err := filepath.Rel(top, absolute(filepath.FromSlash(f.File)))
				if newest == 0 || newest >= goneFromCertManager(f) || err != nil {
					continue
				}
				if said := nearest(where, path.Dir(filepath.ToSlash(rel))); said != "" {
					answer(f, said+" has a release of cert-manager installed that serves it")
					f.Severity = finding.Note
				}
			}
		},
	}
}

// nearest returns the file of a folder, else of the nearest above it, else of the first below.
func nearest(files map[string]string, folder string) string {
	for dir := folder; ; dir = path.Dir(dir) {
		if file := files[dir]; file != "" {
			return file
		}
		if dir == "." || strings.HasPrefix(dir, "..") {
			break
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(files)) {
		if folder == "." || strings.HasPrefix(dir, folder+"/") {
			return files[dir]
		}
	}
	return ""
}
