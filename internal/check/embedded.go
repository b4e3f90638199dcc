package check

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
)

// embedded weighs what is wrong in files that a Go program of the repository carries
// along: it gives them names, namespaces and whatever else they wait for, and makes what
// they refer to. That is a note, and another mistake a warning. What is about their
// structure, or was probably meant otherwise, is not spared.
func (rep *Report) embedded(outcomes []outcome) {
	known := map[string][]embedding{} // by folder
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || f.Severity <= finding.Note || f.File == "" || structural[f.Rule] || f.Missing == nil && len(f.Suggestions) > 0 || f.Meant != "" {
				continue
			}
			file, err := filepath.Abs(filepath.FromSlash(f.File))
			top := o.tree.top()
			waits := f.Missing != nil || completable[f.Rule]
			if err != nil || top == "" || f.Severity < finding.Error && !waits {
				continue
			}
			if program := embeds(file, top, known); program != "" {
				answer(f, relative(program)+" embeds the file, and the program may complete it")
				if waits {
					f.Severity = finding.Note
				}
			}
		}
	}
}

// completable are the rules about values that wait for somebody.
var completable = map[string]bool{
	apischema.RequiredField: true, apischema.AccessInvalid: true, apischema.NameInvalid: true, apischema.ValueInvalid: true,
	apischema.ScheduleInvalid: true, "quantity-invalid": true, "placeholder-left": true, "image-invalid": true, "data-not-base64": true, "data-encoded-twice": true,
}

// embedding is what one Go file embeds.
type embedding struct {
	file     string
	patterns []string
}

// embeds returns the Go file that embeds a file, or "". Patterns name what is in the
// folder of the Go file and below it: https://pkg.go.dev/embed
func embeds(file, top string, known map[string][]embedding) string {
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
		rel, err := filepath.Rel(top, dir)
		if err != nil || !filepath.IsLocal(rel) {
			return ""
		}
		programs, ok := known[dir]
		if !ok {
			programs = embeddingsIn(dir)
			known[dir] = programs
		}
		below, err := filepath.Rel(dir, file)
		if err != nil {
			return ""
		}
		for _, program := range programs {
			if slices.ContainsFunc(program.patterns, func(pattern string) bool { return embedsPath(pattern, filepath.ToSlash(below)) }) {
				return program.file
			}
		}
		if rel == "." {
			return ""
		}
	}
}

// embedsPath reports whether a pattern matches a path or one of the folders on it.
func embedsPath(pattern, below string) bool {
	pattern = strings.TrimSuffix(strings.TrimPrefix(pattern, "all:"), "/")
	for at := below; at != "."; at = path.Dir(at) {
		if ok, _ := path.Match(pattern, at); ok || pattern == "." {
			return true
		}
	}
	return false
}

var embedDirective = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^//go:embed[ \t]+(.*)$`) })

func embeddingsIn(dir string) (found []embedding) {
	const largest = 1 << 20 // bytes of a file
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || !e.Type().IsRegular() {
			continue
		}
		is := embedding{file: filepath.Join(dir, e.Name())}
		if info, err := e.Info(); err != nil || info.Size() > largest {
			continue
		}
		text, err := os.ReadFile(is.file)
		if err != nil || !bytes.Contains(text, []byte("//go:embed")) {
			continue
		}
		for _, m := range embedDirective().FindAllSubmatch(text, -1) {
			for pattern := range strings.FieldsSeq(string(m[1])) {
				if unquoted, err := strconv.Unquote(pattern); err == nil {
					pattern = unquoted
				}
				is.patterns = append(is.patterns, pattern)
			}
		}
		found = append(found, is)
	}
	return found
}
