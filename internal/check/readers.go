package check

import (
	"bytes"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
)

// questionOfStructure asks for what may read a file in place of an API server, or
// completes a resource before one compares it with its schema: podman takes a port of
// the host for that of the container too, Jenkins names the pods of its builds, programs
// fill in what they load, and those of operators declare the webhooks that give fields
// their defaults.
// https://docs.podman.io/en/latest/markdown/podman-kube-play.1.html
// https://plugins.jenkins.io/kubernetes/#plugin-content-declarative-pipeline
// https://book.kubebuilder.io/reference/markers/webhook
func questionOfStructure(f *finding.Finding) (q question, ok bool) {
	group := groupOf(f)
	switch {
	case f.Rule == apischema.WrongType && f.Help == apischema.Quote && angled().MatchString(f.Resource.Name+" "+f.Resource.Namespace):
		// Programs in Go read true for a text where that is wanted: https://pkg.go.dev/sigs.k8s.io/yaml#Unmarshal
		q.form = angled().FindString(f.Resource.Name + " " + f.Resource.Namespace)
	case f.File == "" || !schemaRules[f.Rule] && !completable[f.Rule] && added[f.Rule] == "" || len(f.Suggestions) > 0:
	case f.Rule == apischema.RequiredField && !inventory.ByKubernetes(group):
		q.group, q.resource = group, strings.ToLower(f.Resource.Kind)
		q.lacking = f.Said().Name
	default:
		if file, err := filepath.Abs(filepath.FromSlash(f.File)); err == nil {
			q.read = path.Join(filepath.Base(filepath.Dir(file)), filepath.Base(file))
		}
	}
	return q, q != question{}
}

// angled is a placeholder in angle brackets.
var angled = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<[A-Za-z][^<> ]*>`) })

// reading is who a file may say that reads or completes resources, whichever they are.
type reading struct{ podman, jenkins, program, webhook bool }

func readingOf(file string, text []byte) reading {
	return reading{
		podman:  bytes.Contains(text, []byte("play kube")) || bytes.Contains(text, []byte("kube play")),
		jenkins: bytes.Contains(text, []byte("yamlFile")),
		program: isProgram(file),
		webhook: bytes.Contains(text, []byte("kubebuilder:webhook:")),
	}
}

// askStructure asks a file what reads or completes the resources of findings.
func (q question) askStructure(is reading, file string, text []byte, findings []*finding.Finding) (answered bool) {
	podman := is.podman && q.read != "" && plays(text, path.Base(q.read))
	jenkins := is.jenkins && q.read != "" && !podman && hasWord(text, path.Base(q.read))
	program := is.program && q.read != "" && !podman && !jenkins && loads(file, text, q.read)
	if !podman && !jenkins && !program && (!is.webhook || q.group == "" || !completes(text, q.group, q.resource)) {
		return false
	}
	sets := !program && q.lacking != "" && assigns(text, q.lacking)
	for _, f := range findings {
		switch {
		case podman:
			answer(f, file+" has podman read the file")
			if f.Rule == apischema.RequiredField {
				f.Severity = min(f.Severity, finding.Note)
			}
		case jenkins:
			answer(f, file+" has Jenkins read the file, which completes it")
			if f.Rule == apischema.RequiredField {
				f.Severity = min(f.Severity, finding.Note)
			}
		case program && completable[f.Rule]:
			answer(f, file+" reads the file, and the program may complete it")
		case program && added[f.Rule] != "":
			answer(f, file+" reads the file, and the program may add it")
			if bytes.Contains(text, []byte(added[f.Rule])) {
				f.Severity = min(f.Severity, finding.Note)
			}
		case sets:
			answer(f, file+" declares a webhook that sets it")
			f.Severity = min(f.Severity, finding.Note)
		case !program:
			answer(f, file+" declares a webhook that may complete it")
		}
	}
	return true
}

// added are the rules about parts that a program adds to what it loads, with a word of the
// calls that do.
var added = map[string]string{"volume-not-found": "olume"}

var playing = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(?:play kube|kube play)\b`) })

// plays reports whether a text has podman read a file.
func plays(text []byte, name string) bool {
	if !hasWord(text, name) {
		return false
	}
	return slices.ContainsFunc(playing().FindAllIndex(text, -1), func(at []int) bool {
		return hasWord(endOfCommand(text[at[1]:min(len(text), at[1]+2000)]), name)
	})
}

// isProgram reports whether a file is of a program, and not of its tests.
func isProgram(file string) bool {
	name := path.Base(file)
	switch path.Ext(name) {
	case ".go", ".py", ".java", ".kt", ".scala", ".groovy", ".ts", ".js", ".rs", ".cs", ".rb":
	default:
		return false
	}
	return !strings.Contains(strings.ToLower(name), "test") && !strings.Contains(file, "test/") && !strings.Contains(file, "e2e")
}

// loads reports whether a program names a file, with its folder or from there: what is
// for kubectl is applied as it is.
func loads(program string, text []byte, file string) bool {
	dir, base := path.Split(file)
	return (inCode(text, file) || path.Base(path.Dir(program)) == strings.TrimSuffix(dir, "/") && inCode(text, base)) && !applying().Match(text)
}

// inCode reports whether a program has a word outside of its comments.
func inCode(text []byte, word string) bool {
	if !hasWord(text, word) {
		return false
	}
	for line := range bytes.Lines(text) {
		code := bytes.TrimSpace(line)
		if !bytes.HasPrefix(code, []byte("//")) && !bytes.HasPrefix(code, []byte("#")) && !bytes.HasPrefix(code, []byte("*")) && hasWord(code, word) {
			return true
		}
	}
	return false
}

// applying is how programs apply files as they are: with kubectl, Kubernetes' clients, the
// AWS CDK and Pulumi.
var applying = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`kubectl|create_from_(?:yaml|dict)|addManifest|\bConfig(?:File|Group)\b|KubernetesObjectApi`)
})

var webhookMarker = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\+kubebuilder:webhook:.*`) })

// completes reports whether a text declares a webhook that changes resources of a kind.
func completes(text []byte, group, kind string) bool {
	return slices.ContainsFunc(webhookMarker().FindAllString(string(text), -1), func(marker string) bool {
		list := func(of string) []string {
			_, list, _ := strings.Cut(marker, of)
			list, _, _ = strings.Cut(list, ",")
			return strings.Split(strings.Trim(list, "\"`{}"), ";")
		}
		of := func(resource string) bool { return isOfKind(resource, kind) }
		return strings.Contains(marker, "mutating=true") && slices.Contains(list("groups="), group) && slices.ContainsFunc(list("resources="), of)
	})
}

// assigns reports whether a program in Go sets a field, as in spec.Color = "red".
func assigns(text []byte, field string) bool {
	set := regexp.MustCompile(`(?i)\.` + regexp.QuoteMeta(field) + `\s*=[^=]`)
	return set.Match(text)
}
