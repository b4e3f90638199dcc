package check

import (
	"bytes"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/effects"
)

// varsElsewhere makes notes of vars that a build does not use and another file is written
// with: what a base declares is for all that build on it.
// https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/vars/
var varsElsewhere = saying[string]{
	asks: func(_ *outcome, f *finding.Finding) (name string, ok bool) {
		return f.Said().Name, f.Rule == effects.VarUnused && f.Severity == finding.Warning
	},
	wants: isYAML,
	says: func(file string, text []byte) func(string) string {
		if !bytes.Contains(text, []byte("$(")) {
			return nil
		}
		return func(name string) string {
			if bytes.Contains(text, []byte("$("+name+")")) {
				return file + " has $(" + name + "), in another build"
			}
			return ""
		}
	},
}

// readByPrograms makes notes of ConfigMaps and Secrets that nothing uses and a program of
// the repository has the name of: it reads them, or writes them into the pods it makes. So
// do the resources of others, as a document shows.
var readByPrograms = saying[string]{
	asks: func(_ *outcome, f *finding.Finding) (name string, ok bool) {
		return f.Resource.Name, f.Rule == "config-not-used"
	},
	wants: func(file string) bool { return isProgram(file) || isDocument(file) },
	says: func(file string, text []byte) func(string) string {
		shows := isDocument(file)
		return func(name string) string {
			switch {
			case shows && refersTo(text, name):
				return file + " shows a resource that refers to it"
			case !shows && inQuotes(text, name):
				return file + " has its name"
			default:
				return ""
			}
		}
	},
}

// imagesOfPrograms makes notes of images that are to be filled in and that a program of the
// repository knows whole, as a webhook does that puts another one in.
var imagesOfPrograms = saying[string]{
	asks: func(_ *outcome, f *finding.Finding) (image string, ok bool) {
		_, ok = rules.UnfilledImage(f)
		return f.Said().Of, ok
	},
	wants: isProgram,
	says: func(file string, text []byte) func(string) string {
		return func(image string) string {
			if inQuotes(text, image) {
				return file + " has its name"
			}
			return ""
		}
	},
}

// refersTo reports whether a document shows a field that refers to an object by its name,
// not the object itself: secretName, or name in a mapping that is called after a reference.
func refersTo(text []byte, name string) bool {
	const near = 3 // lines
	parent := near
	for line := range bytes.Lines(text) {
		key, value, ok := bytes.Cut(bytes.TrimLeft(line, " -"), []byte(":"))
		value = bytes.Trim(value, " \r\n\"'")
		switch {
		case ok && len(value) == 0 && (bytes.HasSuffix(key, []byte("Ref")) || bytes.HasSuffix(key, []byte("Selector"))):
			parent = 0
		case ok && string(value) == name && (bytes.HasSuffix(key, []byte("Name")) && !namesOthers[string(key)] || string(key) == "name" && parent < near):
			return true
		default:
			parent++
		}
	}
	return false
}

// namesOthers are fields of Kubernetes' own that name what is no ConfigMap and no Secret.
var namesOthers = map[string]bool{
	"serviceAccountName": true, "serviceName": true, "containerName": true, "claimName": true, "nodeName": true, "hostName": true, "volumeName": true,
	"storageClassName": true, "ingressClassName": true, "priorityClassName": true, "runtimeClassName": true, "schedulerName": true, "externalName": true, "clusterName": true,
	"deploymentName": true, "appName": true, "releaseName": true,
}

// portsOfPrograms makes notes of numbers that no container declares and that a program, its
// settings or a Dockerfile of the repository has: something listens there, whatever is declared.
var portsOfPrograms = saying[string]{
	asks: func(_ *outcome, f *finding.Finding) (number string, ok bool) { return rules.UndeclaredPort(f) },
	wants: func(file string) bool {
		return isProgram(file) || isSettings(file) || strings.HasPrefix(path.Base(file), "Dockerfile")
	},
	says: func(file string, text []byte) func(string) string {
		return func(number string) string {
			for line := range bytes.Lines(text) {
				if hasWord(line, number) && (speaksOfPort().Match(line) || bytes.Contains(line, []byte(":"+number))) {
					return file + " has the number"
				}
			}
			return ""
		}
	},
}

// flagsOfPrograms makes notes of a heap that a variable sets which nothing hands on: a Dockerfile of
// the repository starts java by itself.
var flagsOfPrograms = saying[string]{
	asks:  func(_ *outcome, f *finding.Finding) (variable string, ok bool) { return rules.HeapVariable(f) },
	wants: func(file string) bool { return strings.HasPrefix(path.Base(file), "Dockerfile") },
	says: func(file string, text []byte) func(string) string {
		if !bytes.Contains(text, []byte(`["java"`)) {
			return nil
		}
		return func(variable string) string {
			if hasWord(text, variable) {
				return ""
			}
			return file + " starts java without it"
		}
	},
}

// isSettings reports whether a file has the settings of a program: Spring's, which say
// server.port, or variables that a process is started with.
// https://docs.spring.io/spring-boot/reference/features/external-config.html
func isSettings(file string) bool {
	name := path.Base(file)
	switch path.Ext(name) {
	case ".yaml", ".yml", ".properties":
		return (strings.HasPrefix(name, "application") || strings.HasPrefix(name, "bootstrap")) && strings.Contains(file, "resources/") && !strings.Contains(file, "test/")
	}
	return name == ".env" || strings.HasPrefix(name, ".env.")
}

// speaksOfPort is how a line of a program says that a number is that of a port.
var speaksOfPort = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)port|expose|listen|addr|bind|serv`)
})

// addedLater makes notes of entries of images that change nothing in a kustomization to which
// a script adds more before it is built.
var addedLater = saying[string]{
	asks: func(_ *outcome, f *finding.Finding) (folder string, ok bool) {
		return path.Base(filepath.ToSlash(filepath.Dir(absolute(f.File)))), f.Rule == effects.ImagesEntryUnused && f.Severity == finding.Warning
	},
	wants: func(file string) bool { return isScript(file) || isDocument(file) },
	says: func(file string, text []byte) func(string) string {
		if !addsResources().Match(text) {
			return nil
		}
		return func(folder string) string {
			for line := range bytes.Lines(text) {
				if hasWord(line, folder) && entersFolder().Match(line) {
					return file + " adds resources to it"
				}
			}
			return ""
		}
	},
}

// imagesElsewhere makes notes of entries of images whose name an image has in a file that is
// not in the build: it is no slip, and is for what may be added. A word may be many's.
var imagesElsewhere = saying[string]{
	asks: func(_ *outcome, f *finding.Finding) (name string, ok bool) {
		name = f.Said().Name
		return name, f.Rule == effects.ImagesEntryUnused && f.Severity == finding.Warning && strings.ContainsAny(name, "-/")
	},
	wants: func(file string) bool { return isYAML(file) && !isKustomizationFile(file) },
	says: func(file string, text []byte) func(string) string {
		if !bytes.Contains(text, []byte("image: ")) {
			return nil
		}
		names := imageNames(text)
		return func(name string) string {
			if bytes.Contains(names, []byte("image: "+name+"\n")) {
				return file + " has an image of that name, and is not in this build"
			}
			return ""
		}
	},
}

// imageNames are the lines of a text that have an image, with nothing but its name.
func imageNames(text []byte) []byte {
	var names []byte
	for _, m := range imageLine().FindAllSubmatch(text, -1) {
		names = append(append(append(names, "image: "...), m[1]...), '\n')
	}
	return names
}

var imageLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ -]*image: +["']?([^\s:@"']+)(?:[:@][^\s"']*)?["']?\s*(?:#.*)?$`)
})

// entersFolder is how a script says which folder commands are run in.
var entersFolder = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:cd|pushd|chdir)\b|\b(?:work[\w-]*dir\w*|cwd|dir)\b|\bedit add\b`)
})

var addsResources = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\bedit add (?:resource|base|component)\b`)
})

// foldersOfPrograms makes notes of placeholders in the files of a folder that a program in Go
// reads, and does not apply as they are: who loads a Deployment with the image "todo" sets it.
var foldersOfPrograms = saying[string]{
	asks: func(o *outcome, f *finding.Finding) (folder string, ok bool) {
		if _, left := rules.PlaceholderLeft(f); !left || f.File == "" || o.tree.Root != "" {
			return "", false
		}
		rel, err := filepath.Rel(o.tree.top(), absolute(filepath.Dir(filepath.FromSlash(f.File))))
		folder = filepath.ToSlash(rel)
		return folder, err == nil && strings.Contains(folder, "/") && !strings.HasPrefix(folder, "..")
	},
	wants: func(file string) bool { return path.Ext(file) == ".go" && isProgram(file) },
	says: func(file string, text []byte) func(string) string {
		if applying().Match(text) {
			return nil
		}
		return func(folder string) string {
			if bytes.Contains(text, []byte(folder+`"`)) || bytes.Contains(text, []byte(folder+`/"`)) {
				return file + " reads the folder, and the program may fill it in"
			}
			return ""
		}
	},
}

// namespacesSet makes notes of subjects without a namespace where a script has kustomize set
// that of its kustomization.
var namespacesSet = saying[string]{
	asks: func(o *outcome, f *finding.Finding) (string, bool) {
		return "", f.Rule == apischema.AccessInvalid && f.Said().What == apischema.Namespaceless && o.tree.Root != ""
	},
	wants: isScript,
	most:  mostScripts,
	says: func(file string, text []byte) func(string) string {
		if !bytes.Contains(text, []byte("edit set namespace")) {
			return nil
		}
		return func(string) string { return file + " sets the namespace of kustomizations" }
	},
}

// accountsOfPrograms makes notes of accounts of nearly the name of another one, where a program
// of the repository that speaks of accounts has the name in quotes: an operator makes those
// of what it runs.
var accountsOfPrograms = saying[string]{
	asks: func(_ *outcome, f *finding.Finding) (name string, ok bool) {
		if f.Rule != "serviceaccount-not-found" || f.Wanted == nil {
			return "", false
		}
		return f.Wanted.Name, true
	},
	wants: isProgram,
	says: func(file string, text []byte) func(string) string {
		if !bytes.Contains(bytes.ReplaceAll(bytes.ToLower(text), []byte("_"), nil), []byte("serviceaccount")) {
			return nil
		}
		return func(name string) string {
			if inQuotes(text, name) {
				return file + " has its name, and may make it"
			}
			return ""
		}
	},
}
