package check

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/gitignore"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
)

// The rules about kustomizations that do not build, whose documentation is in fn/rules.
const (
	BuildFails      = "build-fails"
	FileOutsideRoot = "file-outside-root"
)

// What About says of a build that fails for a file, whose path from the kustomization is
// its name, and for a patch without a resource.
const (
	lacksFile   = "file"
	lacksTarget = "target"
)

// unsureFailures are what a build fails for where the cause is not in the repository: what
// is fetched, and what is run only if somebody says so. A kustomization that is empty is
// there for something to come, and one of another apiVersion may be a resource of Flux.
var unsureFailures = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)cannot be had|--enable-|plugin|\bhelm\b|\bgit\b|Get "|timeout|timed out|permission denied|^it is empty|^(?:apiVersion|kind) |may not be read|is outside |not in or below|no such file|too large|gave up`)
})

// ofOthers is the heading of a resource in a file that is called as a kustomization is.
var ofOthers = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^["']?apiVersion["']?:\s*["']?(?:[^k\s"']|k[^u\s]|kustomize\.toolkit)`)
})

// ofNoVersion is the heading of a kustomization in a version that kustomize has not.
var ofNoVersion = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^apiVersion:\s*["']?kustomize\.config\.k8s\.io/v(?:1|1beta[2-9]|1alpha[2-9]|2\w*)["']?\s*$`)
})

// filledIn is what stands in a file that becomes YAML only when something fills it in.
var filledIn = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{\{|\{%|<%|\$\{|\$\(|@@|__[A-Z]`) })

// filledWord is what a word is put in for.
var filledWord = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$\{\w+\}|\$\(\w+\)|@@\w+@@|__[A-Z]\w*?__`) })

// comesToBeYAML reports whether a text may be YAML once something has filled it in: that
// puts no indentation right.
func comesToBeYAML(text []byte) bool {
	if !filledIn().Match(text) {
		return false
	}
	filled := filledWord().ReplaceAll(text, []byte("word"))
	if filledIn().Match(filled) {
		return true
	}
	for d := yaml.NewDecoder(bytes.NewReader(filled)); ; {
		var n yaml.Node
		if err := d.Decode(&n); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// conflict is a line that git leaves where two branches have changed a file.
var conflict = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(?:<{7} .*|={7}|>{7} .*)\r?$`)
})

// unbuilt is a kustomization that does not build for a reason in the repository, each with
// its place. Whoever named it is told otherwise.
func (rep *Report) unbuilt(t *Tree, files filesys.FileSystem, failures []*kbuild.Failure, found []finding.Finding) []finding.Finding {
	if t.Named {
		return nil
	}
	for _, f := range failures {
		if slices.ContainsFunc(found, func(other finding.Finding) bool {
			return other.File == f.File && other.Line == f.Line && other.Column == f.Column
		}) {
			continue
		}
		if failure := rep.failed(t, files, f); failure != nil {
			found = append(found, *failure)
		}
	}
	return found
}

// awaited is what a build failed for, with why something may make up for it.
func (t *Tree) awaited(files filesys.FileSystem, err error) error {
	for _, f := range failuresOf(err) {
		if text, failed := files.ReadFile(absolute(f.File)); failed == nil && f.Gone != "" {
			if why := t.comesLater(f, text); why != "" {
				return fmt.Errorf("%w (%s)", err, why)
			}
		}
	}
	return err
}

func failuresOf(err error) []*kbuild.Failure {
	if f := (*kbuild.Failure)(nil); errors.As(err, &f) {
		return []*kbuild.Failure{f}
	}
	return nil
}

// failed is a failure as a finding, nil if something that is not in the repository may
// make up for it.
func (rep *Report) failed(t *Tree, files filesys.FileSystem, f *kbuild.Failure) *finding.Finding {
	lacks := "" // of what the names may have any word in them
	switch {
	case f.Gone != "":
		lacks = lacksFile
	case strings.HasPrefix(f.What, "no resource matches the patch"):
		lacks = lacksTarget
	}
	if !f.Known() || t.Within == "" {
		return nil
	}
	text, err := files.ReadFile(absolute(f.File))
	if err != nil || lacks == "" && unsureFailures().MatchString(f.What) && !ofNoVersion().Match(text) {
		return nil
	}
	dir := path.Dir(absolute(f.File))
	if !isKustomizationFile(f.File) && t.Root != "" {
		dir = filepath.ToSlash(t.Root) // whose build it is
	}
	found := finding.Finding{
		Rule: BuildFails, Severity: finding.Error, Resource: finding.Resource{Kind: "Kustomization", Name: path.Base(dir)},
		Message: "the build fails: " + f.What, Help: f.Help, File: f.File, Line: f.Line, Column: f.Column, Secret: f.Text == "",
	}
	if strings.HasSuffix(f.What, kbuild.ReadsLast) {
		found.Message = f.What // kubectl builds what is left
	}
	line := lineOf(text, f.Line)
	switch {
	case isKustomizationFile(f.File) && ofOthers().Match(text):
		return nil
	case f.What == "this resource has no kind" && bytes.HasPrefix(text, []byte("object-templates-raw:")):
		return nil // which the policy generator of Open Cluster Management reads
	case t.patchesAlone() && lacks == lacksTarget:
		return nil // patches for others, which nobody builds by themselves
	case strings.HasPrefix(f.What, "not YAML"):
		if comesToBeYAML(text) {
			return nil
		}
	case f.What == kbuild.IsTemplate || filledIn().Match(line):
		return nil
	case stricterIn(f.What) != "":
		found.About = &finding.About{What: stricterIn(f.What)}
	case lacks == lacksTarget:
		found.About = &finding.About{What: lacks}
	case lacks == lacksFile:
		if t.comesLater(f, text) != "" {
			return nil
		}
		rel, err := filepath.Rel(filepath.Dir(absolute(f.File)), f.Gone)
		if err != nil {
			return nil
		}
		found.About = &finding.About{What: lacks, Name: filepath.ToSlash(rel)}
		if isKeptFree(f.Gone) {
			found.Severity, found.ToFillIn = finding.Warning, true
		}
	}
	if at := conflict().FindIndex(text); at != nil && notRead().MatchString(f.What) {
		found.Message, found.Help = "the build fails: a line that git left of a merge conflict is in here", "write what both branches meant, and take the lines with <<<<<<<, ======= and >>>>>>> out"
		found.Line, found.Column = 1+bytes.Count(text[:at[0]], []byte("\n")), 1
	}
	rep.Sources[f.File] = text
	return &found
}

// notRead is what is said of files that are not what they are to be.
var notRead = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`not YAML|is no resource but a text`) })

// patchesAlone reports whether a kustomization has no resources of its own or of others.
func (t *Tree) patchesAlone() bool {
	if t.walked == nil {
		return false
	}
	k := t.walked.kustomizations[filepath.Clean(t.Root)]
	return k != nil && len(k.resources)+len(k.dirs)+len(k.remote) == 0
}

func lineOf(text []byte, number int) []byte {
	for line := range bytes.Lines(text) {
		if number--; number == 0 {
			return line
		}
	}
	return nil
}

// keptBack are the names of what is kept out of repositories.
var keptBack = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)secret|credential|passw|token|cert|tls|private|kubeconfig|dockerconfig|htpasswd|\.(?:env|key|pem|crt|p12|jks|age|local)\b|^\.|\benv\b|\blocal\b`)
})

// madeBefore are the names of files that a script writes before the build.
var madeBefore = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:generated|rendered)(?:[-_.][\w.-]*)?\.(?:ya?ml|json)$|[-_.](?:generated|rendered)\.(?:ya?ml|json)$`)
})

// comesLater says why a file that is not there may be at the build: git ignores it, it is in
// a submodule, it is called as what is kept back or made before, or something beside it is the
// pattern of it, or what kubeseal seals. What is called so and is nearly what is there is a slip.
// It is "" for any other.
func (t *Tree) comesLater(f *kbuild.Failure, text []byte) string {
	file := f.Gone
	name := filepath.Base(file)
	public := strings.Contains(name, "external") || strings.Contains(name, "sealed") && !isAlone(f) || isSlip(f)
	top := t.top()
	rel, err := filepath.Rel(top, file)
	rel = filepath.ToSlash(rel)
	inside := err == nil && top != "" && !strings.HasPrefix(rel, "../")
	_, broken := os.Lstat(file)
	switch {
	case inside && ignoredBelow(top, rel):
		return ".gitignore has it"
	case inside && inSubmodule(top, rel):
		return "it is in a submodule"
	case broken == nil && !isFolderOnDisk(file):
		return "it is a link to what is not there"
	case keptBack().MatchString(name) && !public:
		return "it is called as what is kept out of repositories"
	case madeBefore().MatchString(name) && !isSlip(f), inside && (isGenerated(rel) && inProject(top, rel) || isOutput(f)):
		return "it is called as what is generated"
	case !inside:
		return "it is outside of the repository"
	case saidToCome(text, f.Line):
		return "a comment speaks of it"
	case f.Read != "" && !isSlip(f) && !isOwnConfig(f):
		return "something may write it before the build"
	}
	if isFolderOnDisk(file) { // it has no kustomization
		file, name = filepath.Join(file, "kustomization.yaml"), "kustomization.yaml"
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		return ""
	}
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	plain := strings.NewReplacer("-sealed", "", "sealed-", "", ".sealed", "").Replace(name) // which kubeseal reads
	for _, e := range entries {
		if plain != name && e.Name() == plain || strings.Contains(e.Name(), stem) && patternWords().MatchString(strings.Replace(e.Name(), stem, "", 1)) {
			return "it may be made of " + e.Name()
		}
	}
	return ""
}

// isKeptFree reports whether there is a folder with nothing in it but what makes git keep it.
func isKeptFree(folder string) bool {
	entries, err := os.ReadDir(folder)
	return err == nil && len(entries) == 1 && (entries[0].Name() == ".gitkeep" || entries[0].Name() == ".keep")
}

// inProject reports whether a file is in a project of kubebuilder, which may be a folder of a
// repository.
func inProject(top, rel string) bool {
	for dir := path.Dir(rel); ; dir = path.Dir(dir) {
		if isFile(filepath.Join(top, filepath.FromSlash(dir), "PROJECT")) {
			return true
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}

// isOutput reports whether a file is in a folder that is called as what programs make.
func isOutput(f *kbuild.Failure) bool {
	rel, err := filepath.Rel(filepath.Dir(absolute(f.File)), f.Gone)
	return err == nil && slices.ContainsFunc(strings.Split(filepath.ToSlash(rel), "/"), func(part string) bool { return part == "generated" || part == "_generated" || part == "gen" })
}

// isGenerated reports whether a file has the place of one that is made of the markers in a
// program of a kubebuilder project: https://book.kubebuilder.io/reference/controller-gen
func isGenerated(rel string) bool {
	switch path.Base(rel) {
	case "role.yaml", "manifests.yaml", "bases", "crd", "crds", "webhook":
		return true
	}
	switch path.Base(path.Dir(rel)) {
	case "bases", "crd", "crds":
		return true
	}
	return false
}

// isSlip reports whether a file that is not there is nearly called as one that is. An env
// folder is not what .env means.
func isSlip(f *kbuild.Failure) bool {
	return f.Near != "" && !strings.HasPrefix(filepath.Base(f.Gone), ".")
}

// isAlone reports whether the folder of a file that is not there has its kustomization and
// nothing else: all it was to have is kept elsewhere.
func isAlone(f *kbuild.Failure) bool {
	dir := filepath.Dir(absolute(f.File))
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 1 && filepath.Dir(f.Gone) == filepath.FromSlash(dir)
}

func isFolderOnDisk(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// patternWords are in the names of files that others are made of.
var patternWords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)example|sample|templ|tmpl|tpl|\.dist|\.enc|encrypted|sops|\.j2|\.age|\.gpg|jsonnet|\.cue|\.in$|skel`)
})

// ignoredBelow reports whether the .gitignore files of a repository ignore a path.
func ignoredBelow(top, rel string) bool {
	var p gitignore.Patterns
	parts := strings.Split(rel, "/")
	for i := range parts {
		dir := strings.Join(parts[:i], "/")
		if text, err := limits.ReadRegular(filepath.Join(top, dir, ".gitignore")); err == nil {
			p = p.Add(dir, string(text))
		}
		at, last := strings.Join(parts[:i+1], "/"), i == len(parts)-1
		if p.Ignores(at, true) || last && p.Ignores(at, false) {
			return true
		}
	}
	return false
}

var submodulePath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^\s*path\s*=\s*(\S+)`) })

// inSubmodule reports whether a path is in another repository that this one names.
func inSubmodule(top, rel string) bool {
	text, err := limits.ReadRegular(filepath.Join(top, ".gitmodules"))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(submodulePath().FindAllSubmatch(text, -1), func(m [][]byte) bool {
		return rel == string(m[1]) || strings.HasPrefix(rel, string(m[1])+"/")
	})
}

// coming is what comments say of a file that somebody makes.
var coming = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)creat|generat|ignor|commit|copy|copied|local|manual|by hand|templ|example|secret|encrypt|decrypt|download|fetch|optional|produced|render|todo|later`)
})

// saidToCome reports whether a comment at an entry, or right above it, says that somebody
// makes what it names.
func saidToCome(text []byte, line int) bool {
	_, comment, _ := bytes.Cut(lineOf(text, line), []byte("#"))
	above := bytes.TrimSpace(lineOf(text, line-1))
	return coming().Match(comment) || bytes.HasPrefix(above, []byte("#")) && coming().Match(above)
}

var ownConfig = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\.(?:conf|cfg|cnf|ini|toml|ya?ml|json|xml|properties|sh|sql|html?|js|py|lua|tpl|rules|hcl)$`)
})

// isOwnConfig reports whether a file that a generator reads is a program's configuration,
// for a ConfigMap, in a folder that is there.
func isOwnConfig(f *kbuild.Failure) bool {
	return ownConfig().MatchString(f.Gone) && f.Makes == "ConfigMap" && isFolderOnDisk(filepath.Dir(f.Gone))
}

// outside is a file that a kustomization reads though it is outside of its folder.
func (rep *Report) outside(t *Tree, files filesys.FileSystem, err error) []finding.Finding {
	var found []finding.Finding
	for _, f := range failuresOf(err) {
		text, err := files.ReadFile(absolute(f.File))
		if !f.Known() || err != nil {
			continue
		}
		name, _, ok := strings.Cut(f.What, " is outside the directory of this kustomization")
		if !ok {
			name = "a file that it names"
		}
		rep.Sources[f.File] = text
		found = append(found, finding.Finding{
			Rule: FileOutsideRoot, Severity: finding.Note, Resource: finding.Resource{Kind: "Kustomization", Name: path.Base(path.Dir(absolute(f.File)))},
			Message: name + " is outside the directory of this kustomization: kubectl apply -k refuses it, and so does kustomize build without --load-restrictor=LoadRestrictionsNone",
			Help:    cmp.Or(f.Help, "kustomize reads the kustomizations of other directories, not their files: give that directory a kustomization.yaml, and name the directory"),
			File:    f.File, Line: f.Line, Column: f.Column,
			About: &finding.About{Name: t.Root},
		})
	}
	return found
}

// madeLater takes away what is said of builds that fail for a file which a script or a
// document of the repository speaks of making, and of files outside of a kustomization where
// something here allows them.
func madeLater(outcomes []outcome, readers textReaders) {
	lacking, beyond := map[string][]*finding.Finding{}, map[string][]*finding.Finding{} // by the top of the repository
	for i := range outcomes {
		o := &outcomes[i]
		top := o.tree.top()
		for j := range o.findings {
			switch f := &o.findings[j]; {
			case top == "":
			case f.Rule == BuildFails && f.Said().What == lacksFile:
				lacking[top] = append(lacking[top], f)
			case f.Rule == FileOutsideRoot:
				beyond[top] = append(beyond[top], f)
			}
		}
	}
	for top, findings := range lacking {
		readers[top] = append(readers[top], makerReader(findings))
	}
	for top, findings := range beyond {
		readers[top] = append(readers[top], restrictorReader(top, findings))
	}
}

// makingFiles are the words of a line that makes a file.
var makingFiles = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)>|\b(?:tee|cp|mv|touch|mkdir|curl|wget|sops|decrypt\w*|envsubst|gomplate|generat\w*|creat\w*|cop(?:y|ies|ied)|templat\w*|render\w*|writ\w*|clone|submodule|download\w*|fetch\w*|output|out|out_?file|dest|destination|ignored?|controller-gen|build)\b|\s-o\b`)
})

// gettingFolder is a line that says that what somebody else has written is pulled into a
// folder. A word of that name in a sentence is none.
func gettingFolder(name string) *regexp.Regexp {
	name = regexp.QuoteMeta(name)
	const end = `(?:[^\w-]|$)`
	return regexp.MustCompile(`(?i)\b(?:kpt pkg get|git clone|vendir|git subtree)\b.*[^\w-]` + name + end +
		"|\\b(?:pull(?:s|ed)?|fetch(?:es|ed)?|download(?:s|ed)?)\\b.*(?:[`\"'/]" + name + end + `|[^\w-]` + name + "[`\"'/]" + `|(?:\bin|\binto|\bto|\s--?[\w-]+)[ =]` + name + end + `)`)
}

// pullsElse is what is pulled and is no folder.
var pullsElse = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:docker|podman|nerdctl|crictl|ctr|buildah|git)(?: image| images)? pull\b|\bpull[- ]requests?\b`)
})

// goneFolder is the first folder on the path of what lacks that is not there, "" if that is
// what lacks itself.
func goneFolder(f *finding.Finding) string {
	dir := filepath.Dir(absolute(f.File))
	for part, rest, more := strings.Cut(f.Said().Name, "/"); more; part, rest, more = strings.Cut(rest, "/") {
		if dir = filepath.Join(dir, part); !isFolderOnDisk(dir) {
			return part
		}
	}
	return ""
}

// copiesFile reports whether a script has a file copied, with the folder that it is in, to
// where it is built.
func copiesFile(text []byte, file string) bool {
	file = filepath.ToSlash(absolute(filepath.FromSlash(file)))
	ending := path.Join(path.Base(path.Dir(file)), path.Base(file))
	if !bytes.Contains(text, []byte(ending)) {
		return false
	}
	return slices.ContainsFunc(copying().FindAllSubmatch(text, -1), func(m [][]byte) bool {
		said := string(m[1])
		return said == ending || strings.HasSuffix(said, "/"+ending)
	})
}

// copying is a command that copies a file to another folder.
var copying = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)\bcp(?: +-\w+)* +["']?([^\s"']+)["']? +\S`)
})

func makerReader(findings []*finding.Finding) *textReader {
	folders, getting := map[*finding.Finding]string{}, map[string]*regexp.Regexp{}
	for _, f := range findings {
		if folder := goneFolder(f); folder != "" {
			folders[f], getting[folder] = folder, gettingFolder(folder)
		}
	}
	return &textReader{
		wants: func(file string) bool { return !isKustomizationFile(file) },
		read: func(file string, text []byte) (more bool) {
			if isForCluster(file, text) {
				return true
			}
			findings = slices.DeleteFunc(findings, func(f *finding.Finding) bool {
				if folder := folders[f]; folder != "" && bytes.Contains(text, []byte(folder)) {
					for line := range bytes.Lines(text) {
						if bytes.Contains(line, []byte(folder)) && getting[folder].Match(pullsElse().ReplaceAll(line, nil)) {
							f.Severity = finding.Off
							return true
						}
					}
				}
				if copiesFile(text, f.File) {
					f.Severity = finding.Off
					return true
				}
				name := path.Base(f.Said().Name)
				if path.Ext(name) == "" { // a folder, which many words are names of
					name = path.Join(path.Base(path.Dir(f.Said().Name)), name)
				}
				if !bytes.Contains(text, []byte(name)) {
					return false
				}
				for line := range bytes.Lines(text) {
					if hasWord(line, name) && makingFiles().Match(bytes.ReplaceAll(line, []byte(name), nil)) {
						f.Severity = finding.Off
						return true
					}
				}
				return false
			})
			return len(findings) > 0
		},
	}
}

var (
	restrictor    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)load[-_]?restrict`) })
	buildCommands = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("(?:(?:apply|create|delete|diff)(?: -[^k\\s]\\S*)* (?:-k|--kustomize)[ =]?|kustomize build +|kubectl kustomize +)[\"']?([\\w./${}<>-]+)")
	})
)

// fluxKustomize is the group of Flux's Kustomizations, which read files from anywhere in
// their source.
const fluxKustomize = "kustomize.toolkit.fluxcd.io/"

// restrictorReader looks for what has kustomize read files outside of a kustomization, as
// Flux does, and for commands that have it refuse them.
func restrictorReader(top string, findings []*finding.Finding) *textReader {
	applied, allowed := map[*finding.Finding]string{}, false
	return &textReader{
		wants: func(string) bool { return true },
		read: func(file string, text []byte) (more bool) {
			if restrictor().Match(text) || bytes.Contains(text, []byte(fluxKustomize)) {
				allowed = true
				return false
			}
			if !bytes.Contains(text, []byte("-k")) && !bytes.Contains(text, []byte("kustomize")) {
				return true
			}
			for _, m := range buildCommands().FindAllSubmatch(text, -1) {
				for _, f := range findings {
					if rel, ok := below(top, f.Said().Name); ok && applied[f] == "" && leadsTo(string(m[1]), rel) {
						applied[f] = file
					}
				}
			}
			return true
		},
		end: func() {
			for _, f := range findings {
				switch by := applied[f]; {
				case allowed:
					f.Severity = finding.Off
				case by != "":
					f.Severity = finding.Error
					f.Help += "; " + by + " applies it"
				}
			}
		},
	}
}

// leadsTo reports whether the path in a command may be a folder of the repository: one of
// its parts may be a variable.
func leadsTo(said, folder string) bool {
	said = strings.Trim(path.Clean(said), "/")
	for strings.HasPrefix(said, "../") {
		said = said[3:]
	}
	parts, names := strings.Split(said, "/"), strings.Split(folder, "/")
	if said == "" || said == "." || said == ".." || len(parts) > len(names) {
		return false
	}
	sure := false
	for i, name := range names[len(names)-len(parts):] {
		variable := strings.ContainsAny(parts[i], "$<{")
		if !variable && parts[i] != name {
			return false
		}
		sure = sure || !variable
	}
	return sure
}

// saidOtherwise takes out what madeLater took away, and marks what could not be checked
// where a finding says why. Who named a tree is told of it all the same.
func (rep *Report) saidOtherwise(outcomes []outcome) {
	type place struct {
		file string
		line int
	}
	found := map[place]bool{}
	for i := range outcomes {
		o := &outcomes[i]
		o.findings = slices.DeleteFunc(o.findings, func(f finding.Finding) bool {
			if f.Rule != BuildFails && f.Rule != FileOutsideRoot {
				return false
			}
			if f.Severity > finding.Note {
				found[place{f.File, f.Line}] = true
			}
			return f.Severity == finding.Off
		})
	}
	for i := range rep.Unread {
		for _, f := range failuresOf(rep.Unread[i].Err) {
			rep.Unread[i].Found = !rep.Unread[i].Named && found[place{f.File, f.Line}]
		}
	}
}
