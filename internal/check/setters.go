package check

import (
	"bytes"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
)

// moving is an image whose tag moves, in a workload of a file. Where an entry of a
// kustomization says so, the file is that, and the image has the name that the entry
// is for too. One that is unfilled has a placeholder.
type moving struct {
	image, entry, workload, file string
	unfilled                     bool
}

// unasked makes notes of advice, which nobody has asked for: where there is a
// configuration, or a tree was named to be applied, it is for their owners.
func unasked(outcomes []outcome) {
	for i := range outcomes {
		o := &outcomes[i]
		if o.around == nil || o.tree.Named {
			continue
		}
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; !set && rules.Advises(f) {
				f.Severity = min(f.Severity, finding.Note)
			}
		}
	}
}

// setImages makes notes of images with a tag that moves, or with a placeholder, where a
// script or a pipeline of the repository puts another one in before anything runs:
// kubectl set image, kustomize edit set image, sed and yq over the file, Skaffold, Tilt,
// a kustomization that it writes. Of a tag so does the entry of a kustomization elsewhere.
func (rep *Report) setImages(outcomes []outcome, readers textReaders) {
	saying[moving]{
		asks: func(_ *outcome, f *finding.Finding) (q moving, ok bool) {
			image, moves := rules.MovingImage(f)
			if !moves {
				if image, ok = rules.UnfilledImage(f); !ok {
					return moving{}, false
				}
			}
			file, err := filepath.Abs(filepath.FromSlash(f.File))
			if err != nil {
				return moving{}, false
			}
			q = moving{image, "", f.Resource.Name, filepath.ToSlash(file), !moves}
			if isKustomizationFile(file) {
				q.entry = entryFor(rep.Sources[f.File], image)
			}
			return q, true
		},
		wants: func(file string) bool { return isScript(file) || isKustomizationFile(file) },
		most:  mostScripts,
		says: func(file string, text []byte) func(moving) string {
			sets := setters(file, text)
			if sets == nil {
				return nil
			}
			return func(q moving) string {
				if sets(q) {
					return file + " sets the image"
				}
				return ""
			}
		},
	}.ask(outcomes, readers)
}

// mostScripts bounds how many scripts, pipelines and documents of a repository are read
// for what they say of all of it.
const mostScripts = 2000

// ofPipelines are the folders in which what runs pipelines has its files.
var ofPipelines = map[string]bool{".github": true, ".gitea": true, ".forgejo": true, ".circleci": true, ".gitlab": true, ".woodpecker": true, ".azure-pipelines": true}

// isScript reports whether a file is a script, or says what a pipeline runs.
func isScript(file string) bool {
	name := strings.ToLower(path.Base(file))
	switch path.Ext(name) {
	case ".sh", ".bash", ".ps1", ".mk", ".groovy", ".just":
		return true
	case ".yml", ".yaml":
		first, _, _ := strings.Cut(file, "/")
		stem, _, _ := strings.Cut(strings.TrimPrefix(name, "."), ".")
		return ofPipelines[first] || strings.HasPrefix(stem, "skaffold") ||
			slices.Contains([]string{"gitlab-ci", "azure-pipelines", "bitbucket-pipelines", "cloudbuild", "buildspec", "taskfile", "travis", "drone", "woodpecker"}, stem)
	}
	if name == "package.json" || name == "project.json" { // what npm runs, and Nx: https://nx.dev/reference/project-configuration
		return true
	}
	for _, known := range [...]string{"makefile", "gnumakefile", "jenkinsfile", "tiltfile", "justfile"} {
		if strings.HasPrefix(name, known) {
			return true
		}
	}
	return false
}

// settings begin what sets images.
var settings = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:edit )?set image\b|\b(?:sed|yq)\b|\b(?:docker|custom)_build\w*\(|k8s-deploy@`)
})

// setters returns a function that says whether a file sets an image, nil if it sets
// none.
func setters(file string, text []byte) func(moving) bool {
	if isKustomizationFile(file) {
		return entriesOf(text)
	}
	if strings.HasPrefix(path.Base(file), "skaffold") {
		return func(q moving) bool { return hasWord(text, q.image) }
	}
	written, computed := imagesWritten(text), imagesComputed(file, text)
	var commands [][]byte
	for _, at := range settings().FindAllIndex(text, -1) {
		command := text[at[0]:min(len(text), at[1]+2000)]
		if bytes.HasPrefix(command, []byte("k8s-deploy@")) || bytes.HasSuffix(text[at[0]:at[1]], []byte("(")) {
			command = endOfParagraph(command)
		} else {
			command = endOfCommand(command)
		}
		commands = append(commands, command)
	}
	if commands == nil && written == nil {
		return nil
	}
	return func(q moving) bool {
		return slices.Contains(written, q.image) || slices.ContainsFunc(computed, q.madeOf) || slices.ContainsFunc(commands, func(command []byte) bool { return q.setBy(command) })
	}
}

// newImage is an entry of a kustomization for images, in a script that writes the file.
var newImage = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\s*- name: *["']?([^\s"']+)["']?\n\s*new(?:Name|Tag):`)
})

// imagesWritten are the names of images for which a script writes entries of kustomizations.
func imagesWritten(text []byte) (names []string) {
	for _, m := range newImage().FindAllSubmatch(text, -1) {
		names = append(names, string(m[1]))
	}
	return names
}

// tiltBuild is the first argument of a call in a Tiltfile that builds an image.
// https://docs.tilt.dev/api.html#api.docker_build
var tiltBuild = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:def )?\b(?:docker|custom)_build\w*\(\s*(?:ref\s*=\s*)?((?:'[^'\n]*'|"[^"\n]*"|\([^()\n]*\)|\[[^\[\]\n]*\]|[^,()'"\[\]\n])+)`)
})

var (
	quotedText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`'[^'\n]*'|"[^"\n]*"`) })
	putIn      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`%[sdr]|\{\w*\}`) })
)

// imagesComputed are the names of images that a Tiltfile puts together from variables, as
// what is written of each.
func imagesComputed(file string, text []byte) (names [][]string) {
	if !strings.HasPrefix(strings.ToLower(path.Base(file)), "tiltfile") {
		return nil
	}
	for _, m := range tiltBuild().FindAllSubmatch(text, -1) {
		ref := bytes.TrimSpace(m[1])
		written := quotedText().FindAll(ref, -1)
		if bytes.HasPrefix(m[0], []byte("def ")) || len(written) == 1 && len(written[0]) == len(ref) && !putIn().Match(ref) {
			continue
		}
		parts := []string{}
		for _, literal := range written {
			parts = append(parts, putIn().Split(string(literal[1:len(literal)-1]), -1)...)
		}
		names = append(names, parts)
	}
	return names
}

// madeOf reports whether the name of an image without a registry has all the parts of one
// that is put together.
func (q moving) madeOf(parts []string) bool {
	return !q.unfilled && !strings.Contains(q.image, "/") && !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(q.image, part) })
}

// setBy reports whether a command sets the image.
func (q moving) setBy(command []byte) bool {
	name := q.image[strings.LastIndexByte(q.image, '/')+1:]
	if bytes.HasPrefix(command, []byte("sed")) || bytes.HasPrefix(command, []byte("yq")) {
		if strings.Contains(q.image, "/") && hasWord(command, name) {
			return true
		}
		about := bytes.Contains(command, []byte("image")) || hasWord(command, name) || !q.unfilled && (bytes.Contains(command, []byte("latest")) || bytes.Contains(bytes.ToLower(command), []byte("tag")))
		return about && slices.ContainsFunc(strings.Fields(string(command)), q.isIn)
	}
	if bytes.HasPrefix(command, []byte("edit set image")) && q.entry != "" && hasWord(command, q.entry) {
		return true
	}
	return hasWord(command, name) || bytes.HasPrefix(command, []byte("set image")) && hasWord(command, q.workload)
}

// isIn reports whether a word of a command is the path of the file that the image is
// in, as far as it is known: it may have variables and stars.
func (q moving) isIn(word string) bool {
	word = strings.Trim(word, `"'();`)
	if ext := path.Ext(word); ext != ".yaml" && ext != ".yml" {
		return false
	}
	file := q.file
	for {
		base := path.Base(word)
		if ok, err := path.Match(base, path.Base(file)); err != nil || !ok {
			return false
		}
		word, file = path.Dir(word), path.Dir(file)
		if last := path.Base(word); last == "." || last == ".." || last == "/" || strings.Contains(last, "$") {
			return true
		}
	}
}

// imagesIn are the entries of a kustomization for images.
func imagesIn(text []byte) []types.Image {
	if !bytes.Contains(text, []byte("images:")) {
		return nil
	}
	var k struct {
		Images []struct {
			Name    string `yaml:"name"`
			NewName string `yaml:"newName"`
			NewTag  string `yaml:"newTag"`
			Digest  string `yaml:"digest"`
		} `yaml:"images"`
	}
	if yaml.Unmarshal(text, &k) != nil {
		return nil
	}
	images := make([]types.Image, len(k.Images))
	for i, e := range k.Images {
		images[i] = types.Image{Name: e.Name, NewName: e.NewName, NewTag: e.NewTag, Digest: e.Digest}
	}
	return images
}

// entryFor is the name of the image that the entry is for which gives one the name image.
func entryFor(text []byte, image string) string {
	for _, entry := range imagesIn(text) {
		if entry.NewName == image {
			return entry.Name
		}
	}
	return ""
}

// entriesOf are the images that a kustomization gives another tag, or a digest.
func entriesOf(text []byte) func(moving) bool {
	names := imagesSet(text)
	if len(names) == 0 {
		return nil
	}
	return func(q moving) bool { return !q.unfilled && slices.Contains(names, q.image) }
}

// imagesSet are the names of those images.
func imagesSet(text []byte) (names []string) {
	for _, entry := range imagesIn(text) {
		if entry.Digest != "" || entry.NewTag != "" && entry.NewTag != "latest" {
			names = append(names, entry.Name)
		}
	}
	return names
}
