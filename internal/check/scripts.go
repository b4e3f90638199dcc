package check

import (
	"bytes"
	"cmp"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
)

// scripted makes warnings of what the scripts, programs and documents of the
// repository make up for: a key that kubectl create configmap --from-file or
// Terraform would give, and a placeholder that sed puts a value in for. What
// kustomizations make of files is in the build, so what is beside a resource counts
// where none lists it. It returns what they say of objects that are missing, for
// those findings whose level follows the evidence.
func (rep *Report) scripted(outcomes []outcome, readers textReaders) map[*finding.Finding]speech {
	asked := map[string]map[question][]*finding.Finding{} // by the top of the repository
	spoken := map[*finding.Finding]speech{}
	filled := map[string]bool{} // files that filledLater says so of, or not
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			open := o.around != nil && f.Missing != nil
			if _, set := o.set[f.Rule]; set || f.Severity <= finding.Note {
				continue
			}
			q, ok := newQuestion(f)
			if !ok || !open && (f.Severity < finding.Error && q.word+q.form+q.chart == "" && (q.read == "" || f.Rule != apischema.RequiredField) || q.kind != "" && makes[q.kind] == "") {
				continue
			}
			if q.word != "" {
				says, known := filled[f.File]
				if !known {
					says = filledLater(rep.Sources[f.File])
					filled[f.File] = says
				}
				if says {
					answer(f, "a comment of the file says what puts something in for it")
					f.Severity = min(f.Severity, finding.Note)
					continue
				}
			}
			q.declared = q.copied != "" && o.around == nil
			if open {
				spoken[f] = speech{}
			}
			if o.tree.Root == "" && q.key != "" && f.File != "" && isFile(filepath.Join(filepath.Dir(filepath.FromSlash(f.File)), q.key)) {
				answer(f, "a file of that name is beside it, and somebody may make the object of it")
				continue
			}
			if top := o.tree.top(); top != "" {
				if asked[top] == nil {
					asked[top] = map[question][]*finding.Finding{}
				}
				asked[top][q] = append(asked[top][q], f)
			}
		}
	}
	for top, questions := range asked {
		r := &reader{questions: questions, spoken: spoken}
		readers[top] = append(readers[top], &textReader{wants: func(string) bool { return true }, read: r.read, end: r.end})
	}
	return spoken
}

// speech is what the files of a repository that hold no resources say of an object.
type speech struct {
	maker     string // how it is made
	workload  string // that a command asks a cluster for, and that may be here: then it says nothing
	elsewhere bool   // something is made that is not in the resources, or they speak of it
	project   bool   // the repository is of an operator
}

// question asks whether something in the repository makes up for what is missing.
type question struct {
	name, key string // of a ConfigMap or Secret
	word      string // that is to be replaced
	kind      string // of an object that is missing, with its name
	form      string // what a program puts a name in for, in a resource that it reads
	read      string // a file with its folder, that something else than kubectl may read
	group     string // whose resources a webhook may complete
	resource  string // the kind there, in small letters
	lacking   string // a field that the webhook may set
	chart     string // that may have what is in another namespace only
	copied    string // a Secret or ConfigMap that is in another namespace only
	declared  bool   // the owners of the tree have said how severe that is
}

func newQuestion(f *finding.Finding) (q question, ok bool) {
	if m := f.Missing; m != nil {
		return question{kind: m.Kind, name: m.Name}, m.Name != ""
	}
	if w := f.Wanted; w != nil && w.Kind == "Service" && f.Meant == "" && f.Severity >= finding.Warning {
		return question{chart: w.Name}, w.Name != ""
	}
	if w := f.Wanted; w != nil && (w.Kind == "Secret" || w.Kind == "ConfigMap") && f.Meant == "" && f.Severity == finding.Error {
		return question{copied: w.Name}, isDistinct(w.Name)
	}
	if q.name, q.key, ok = rules.KeyAsked(f); !ok {
		q.word, ok = rules.PlaceholderLeft(f)
	}
	if !ok {
		q, ok = questionOfStructure(f)
	}
	return q, ok
}

// laterFilled is how a comment says that a program replaces the values of a file.
var laterFilled = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:values?|placeholders?|keys?|below|here)\b[^.;]{0,40}\b(?:rewritten|overwritten|replaced|substituted|injected|filled(?: in)?) (?:by|in|during) (?:the |our |a )?[^.;]{0,40}(?:pipeline|script|workflow|\bci\b|\bcd\b|\.sh\b|\.py\b|\.mjs\b|\.js\b)`)
})

// filledLater reports whether the comments of a file say so.
func filledLater(text []byte) bool {
	if !bytes.Contains(text, []byte("#")) {
		return false
	}
	return laterFilled().Match(bytes.ReplaceAll(commentLines(text), []byte("\n"), []byte(" ")))
}

// givesKey reports whether a command of a text gives an object that it makes a key.
// https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/kubectl_create_configmap/
func givesKey(text []byte, key string) bool {
	return key != "" && slices.ContainsFunc([]string{"literal=", "literal ", "file=", "file "}, func(from string) bool {
		return bytes.Contains(text, []byte("--from-"+from+key+"="))
	})
}

// answer says what makes up for what a finding is about.
func answer(f *finding.Finding, help string) {
	f.Severity = min(f.Severity, finding.Warning)
	if f.Help != "" {
		help = f.Help + "; " + help
	}
	f.Help = help
}

// reader looks for answers in the files of a repository that hold no resources. Many
// findings may ask the same; of very many questions the first files answer, or none.
type reader struct {
	questions map[question][]*finding.Finding
	spoken    map[*finding.Finding]speech
	names     map[string]bool // of what is missing
	mentioned map[question]bool
	filed     map[question]filing
	have      map[string]bool // the names of files for clusters
	others    bool            // are made in ways that are not read
	project   bool            // of an operator
	client    bool            // programs in Go are clients of a cluster
	quoted    map[question]string
	moved     map[string]string // the files that say that objects of a kind are in Terraform by now
	terraform bool              // which is here
	seen      int               // bytes
	compared  int64
}

// filing is the name of a file that is called as what lacks, and the file that has it.
type filing struct{ by, name string }

func (r *reader) read(file string, text []byte) (more bool) {
	const most = 64 << 20        // bytes
	const mostCompared = 8 << 30 // bytes, counted once for each question
	r.seen += len(text)
	if path.Base(file) == ".gitignore" {
		r.leftOut(file, text)
		return true
	}
	commands, comments := text, text
	if isForCluster(file, text) && !bytes.Contains(text, []byte("kind: ksops")) { // which lists files
		commands, comments = nil, commentLines(text)
		if r.have == nil {
			r.have = map[string]bool{}
		}
		r.have[path.Base(file)] = true
	}
	r.charted(file, text)
	if commands == nil {
		r.commented(file, comments)
	}
	r.installsProducts(file, text, commands == nil)
	r.copies(file, text)
	r.programmed(file, text)
	r.others, r.project = r.others || makesOthers(file, commands), r.project || isProject(file, commands)
	for q := range r.questions {
		if q.kind == "" { // which is looked for by itself
			r.compared += int64(len(commands))
		}
	}
	r.ask(file, commands, comments)
	return len(r.questions) > 0 && r.seen <= most && r.compared <= mostCompared
}

// ask looks for answers in a file: in all of it, unless it is for a cluster, or in its
// comments.
func (r *reader) ask(file string, commands, comments []byte) {
	made := makersOf(comments)
	named, filed := r.namedIn(comments)
	is := readingOf(file, commands)
	release := releaseOfValues(file)
	for q, findings := range r.questions {
		if name, ok := filed[q.name]; ok && isDistinct(q.name) && (q.kind == "Secret" || q.kind == "ConfigMap") && r.filed[q] == (filing{}) {
			if r.filed == nil {
				r.filed = map[question]filing{}
			}
			r.filed[q] = filing{file, name}
		}
		if q.kind == "Service" && slices.ContainsFunc(findings, func(f *finding.Finding) bool { return r.spoken[f].workload == "" }) {
			if workload := q.workloadIn(comments); workload != "" {
				for _, f := range findings {
					if _, open := r.spoken[f]; open {
						r.spoken[f] = speech{maker: file + " asks a cluster for what is behind it", workload: workload}
					}
				}
			}
		}
		switch {
		case q.kind == "":
			if commands == nil || q.copied != "" {
				continue
			}
			if q.chart != "" {
				if path.Base(file) != "Chart.yaml" || !slices.Contains(strings.Split(string(commands), "\n"), "name: "+q.chart) {
					continue
				}
				for _, f := range findings {
					less := f.Severity - 1
					answer(f, file+" is a chart of that name, and may be installed there")
					f.Severity = less
				}
				break
			}
			if q.read != "" || q.group != "" {
				if !q.askStructure(is, file, commands, findings) {
					continue
				}
				break
			}
			filled := is.program && hasQuoted(commands, cmp.Or(q.word, q.form))
			if !filled && !q.answeredBy(file, commands) {
				continue
			}
			sure := filled || q.word != "" && q.filledBy(file, commands)
			for _, f := range findings {
				switch {
				case sure:
					answer(f, file+" puts something in for it")
					f.Severity = min(f.Severity, finding.Note)
				case f.Rule == "key-not-found" && givesKey(commands, f.Said().Name):
					answer(f, file+" makes an object of that name with the key")
					f.Severity = min(f.Severity, finding.Note)
				case f.Severity == finding.Error:
					answer(f, file+" may make up for it")
				}
			}
			if q.word != "" && !sure {
				continue // another file may be the script
			}
		case (named[q.name] || made["helm"] != nil || made["helm_release"] != nil || q.kind == "Secret" && made["secret"] != nil) && made.make(q.kind, q.name):
			for _, f := range findings {
				if _, open := r.spoken[f]; open {
					r.spoken[f] = speech{maker: file + " says how it is made"}
				} else {
					answer(f, file+" says how it is made")
				}
			}
		case named[q.name] && isDistinct(q.name) && (question{word: q.name}).filledBy(file, commands):
			for _, f := range findings {
				if _, open := r.spoken[f]; open {
					r.spoken[f] = speech{maker: file + " puts something in for its name"}
				}
			}
		case (q.kind == "Service" || q.kind == "PersistentVolumeClaim") && release != "" && commands != nil && isOfRelease(q.name, release):
			for _, f := range findings {
				if _, open := r.spoken[f]; open {
					r.spoken[f] = speech{maker: file + " has the values of a chart, which may make it"}
				}
			}
		case q.kind == "Service" && q.runsIn(comments):
			for _, f := range findings {
				if _, open := r.spoken[f]; open {
					r.spoken[f] = speech{maker: file + " asks a cluster for it"}
				}
			}
		case named[q.name] && isPattern(file) && shows(commands, q.kind, q.name):
			for _, f := range findings {
				if _, open := r.spoken[f]; open {
					r.spoken[f] = speech{maker: file + " is the pattern of it"}
				}
			}
		case !named[q.name]:
			continue
		case q.spokenOf(comments) || isDocument(file) && q.isQuoted(commands):
			left := slices.DeleteFunc(findings, func(f *finding.Finding) bool {
				_, open := r.spoken[f]
				if open {
					r.spoken[f] = speech{maker: file + " speaks of it"}
				}
				return open
			})
			if len(left) > 0 {
				r.questions[q] = left // another file may say how it is made
				continue
			}
		default:
			if r.mentioned == nil {
				r.mentioned = map[question]bool{}
			}
			r.mentioned[q] = true
			continue
		}
		delete(r.questions, q)
	}
}

var (
	readsSecrets  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bget (?:secrets?|configmaps?|cm)\b`) })
	appliesStream = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\bkubectl\b[^\n]*\b(?:apply|create|replace)\b[^\n]*-f ?-`)
	})
)

// copies looks for commands that read such an object in one namespace and write it in
// another one: in a script, or in a job for a cluster. A document speaks of many objects,
// and has the name in the command.
func (r *reader) copies(file string, text []byte) {
	var reads [][]byte // lines
	for q, findings := range r.questions {
		if q.copied == "" || !hasWord(text, q.copied) {
			continue
		}
		if reads == nil {
			if reads = linesWith(readsSecrets(), text); len(reads) == 0 || !appliesStream().Match(text) {
				return
			}
		}
		if isDocument(file) && !slices.ContainsFunc(reads, func(line []byte) bool { return hasWord(line, q.copied) }) {
			continue
		}
		for _, f := range findings {
			answer(f, file+" copies it between namespaces")
			if !q.declared {
				f.Severity = min(f.Severity, finding.Note)
			}
		}
		delete(r.questions, q)
	}
}

// linesWith are the lines of a text that an expression matches.
func linesWith(expression *regexp.Regexp, text []byte) (lines [][]byte) {
	for line := range bytes.Lines(text) {
		if expression.Match(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// charted looks for what a chart of the repository makes under a name that is not put
// together from a release's: a template that has it, or a helper that returns it. A
// document may show it whole, and a script or program have it as a text that it applies.
// https://helm.sh/docs/chart_template_guide/named_templates/
func (r *reader) charted(file string, text []byte) {
	document, applies := isDocument(file), appliesText(file, text)
	if isValues(file) {
		r.valued(file, text)
	}
	if !document && !applies && !strings.Contains(file, "templates/") {
		return
	}
	chart := chartOf(file)
	named, _ := r.namedIn(text)
	for q, findings := range r.questions {
		distinct := isDistinct(q.name) // another field may have a plain word
		switch {
		case q.kind == "" || !named[q.name] && !isOfChart(q.name, chart) || document && !applies && !distinct:
			continue
		case isOfChart(q.name, chart) && kindWords[q.kind]+makes[q.kind] != "" && bytes.Contains(text, []byte("kind: "+q.kind+"\n")) && bytes.Contains(text, []byte("  name: {{")):
		case (document || applies || !distinct) && !shows(text, q.kind, q.name), !document && !applies && distinct && !templateMakes(file, text, q.kind, q.name):
			continue
		}
		delete(r.questions, q)
		for _, f := range findings {
			if _, open := r.spoken[f]; open {
				r.spoken[f] = speech{maker: file + " has it"}
			}
		}
	}
}

// commented looks for what comments of a file for a cluster have whole: an example, or what
// is to be made by hand.
func (r *reader) commented(file string, comments []byte) {
	if !bytes.Contains(comments, []byte("kind: ")) {
		return
	}
	named, _ := r.namedIn(comments)
	for q, findings := range r.questions {
		if q.kind == "" || !named[q.name] || !shows(comments, q.kind, q.name) {
			continue
		}
		delete(r.questions, q)
		for _, f := range findings {
			if _, open := r.spoken[f]; open {
				r.spoken[f] = speech{maker: "a comment of " + file + " has it"}
			}
		}
	}
}

// isValues reports whether a file is of the values of a chart, by its name.
func isValues(file string) bool {
	base := path.Base(file)
	return strings.HasPrefix(base, "values") && (path.Ext(base) == ".yaml" || path.Ext(base) == ".yml")
}

// valued looks for workloads and Services that the values of a chart name.
func (r *reader) valued(file string, text []byte) {
	named, _ := r.namedIn(text)
	for q, findings := range r.questions {
		if q.kind != "Service" && q.kind != "Deployment" && q.kind != "StatefulSet" || !named[q.name] || !isDistinct(q.name) || !bytes.Contains(text, []byte("name: "+q.name+"\n")) {
			continue
		}
		delete(r.questions, q)
		for _, f := range findings {
			if _, open := r.spoken[f]; open {
				r.spoken[f] = speech{maker: file + " names it, and its chart may make it"}
			}
		}
	}
}

// chartOf returns the name of the chart that a file is a template of, "" if it is none: its
// objects are commonly called after it.
func chartOf(file string) string {
	dir, _, ok := strings.Cut(file, "/templates/")
	if !ok {
		return ""
	}
	return path.Base(dir)
}

// isOfChart reports whether a name is that of a chart, or has one word more.
func isOfChart(name, chart string) bool {
	return chart != "" && isOfRelease(name, chart) && strings.Count(name[len(chart):], "-") <= 1
}

// appliesText reports whether a script or program, that is no test, has resources and has
// kubectl or a client apply something.
func appliesText(file string, text []byte) bool {
	return (isScript(file) || isProgram(file)) && bytes.Contains(text, []byte("kind: ")) && (bytes.Contains(text, []byte("apply")) || bytes.Contains(text, []byte("create"))) &&
		!reference.InTests(file)
}

func isDocument(file string) bool {
	switch path.Ext(file) {
	case ".md", ".mdx", ".adoc", ".rst":
		return true
	}
	return false
}

// isPattern reports whether a file is one of YAML that is to be copied to a name without the
// end of its own, such as secrets.yml.example.
func isPattern(file string) bool {
	name, end := strings.TrimSuffix(file, path.Ext(file)), path.Ext(file)
	return slices.Contains([]string{".example", ".sample", ".template", ".tmpl", ".tpl", ".dist", ".j2"}, end) && isYAML(name)
}

// shows reports whether a document has the beginning of a resource of a kind and name.
func shows(text []byte, kind, name string) bool {
	const heading = 6 // lines
	left := 0
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		value, ok := bytes.CutPrefix(line, []byte("name: "))
		switch {
		case string(line) == "kind: "+kind:
			left = heading
		case left > 0 && ok && string(bytes.Trim(value, `"'`)) == name:
			return true
		}
		left--
	}
	return false
}

// templateMakes reports whether a template has an object of a kind and name, or a helper
// returns the name and nothing else.
func templateMakes(file string, text []byte, kind, name string) bool {
	helper := path.Ext(file) == ".tpl"
	if !helper && !bytes.Contains(text, []byte("kind: "+kind+"\n")) {
		return false
	}
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		switch {
		case helper:
			if string(line) == name || bytes.HasPrefix(line, []byte("{{")) && bytes.Contains(line, []byte(`printf "`+name+`"`)) {
				return true
			}
		default:
			if value, ok := bytes.CutPrefix(line, []byte("name: ")); ok && string(bytes.Trim(value, `"'`)) == name {
				return true
			}
		}
	}
	return false
}

// namedIn returns the names of missing objects that a text has as words of their own, and
// those that it has files called after, with the names of these: shop-keys.yaml, which git
// may ignore.
func (r *reader) namedIn(text []byte) (named map[string]bool, filed map[string]string) {
	if r.names == nil {
		r.names = map[string]bool{}
		for q := range r.questions {
			if q.kind != "" {
				r.names[q.name] = true
			}
		}
	}
	for i := 0; i < len(text) && len(r.names) > 0; i++ {
		start := i
		for i < len(text) && (inWord(text[i]) || text[i] == '.') {
			i++
		}
		word := bytes.Trim(text[start:i], ".")
		if r.names[string(word)] {
			if named == nil {
				named = map[string]bool{}
			}
			named[string(word)] = true
		}
		stem, ok := bytes.CutSuffix(word, []byte(".yaml"))
		if !ok {
			if stem, ok = bytes.CutSuffix(word, []byte(".yml")); !ok {
				continue
			}
		}
		for _, end := range [...]string{"", "-secret", "-configmap", ".enc", ".sops"} {
			if name, ok := bytes.CutSuffix(stem, []byte(end)); ok && r.names[string(name)] {
				if filed == nil {
					filed = map[string]string{}
				}
				filed[string(name)] = string(word)
			}
		}
	}
	return named, filed
}

// kindWords are what texts call the kinds of objects that are made by hand.
var kindWords = map[string]string{
	"Secret": "secret", "ConfigMap": "configmap", "ServiceAccount": "serviceaccount account", "PersistentVolumeClaim": "claim pvc",
}

// runsIn reports whether a command asks a cluster for what the Service is called after:
// kubectl exec redis-0, kubectl port-forward svc/redis. A Deployment of that name may
// have a Service with another one.
func (q question) runsIn(text []byte) bool {
	if !bytes.Contains(text, []byte("kubectl ")) {
		return false
	}
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(q.name))
		if i < 0 {
			return false
		}
		at := from + i
		from = at + len(q.name)
		start := bytes.LastIndexByte(text[:at], '\n') + 1
		command := bytes.LastIndex(text[start:at], []byte("kubectl "))
		if command < 0 {
			continue
		}
		before, after := text[start+command:at], text[from:]
		pod := bytes.HasPrefix(after, []byte("-0")) && (len(after) == 2 || !inWord(after[2]))
		whole := len(after) == 0 || !inWord(after[0])
		kind := bytes.HasSuffix(before, []byte("/")) && asked().Match(before)
		if pod && (bytes.HasSuffix(before, []byte(" ")) || bytes.HasSuffix(before, []byte("pod/"))) || whole && kind {
			return true
		}
	}
}

// asked is a command about something that is in a cluster, up to its name.
var asked = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^kubectl .*\b(?:exec|logs|port-forward|get|describe|rollout|wait|scale)\b.* (?:svc|services?|sts|statefulsets?)/$`)
})

// isQuoted reports whether a document has the name as code, beside its kind: Service `web`,
// the `web` ServiceAccount.
func (q question) isQuoted(text []byte) bool {
	code := "`" + q.name + "`"
	return q.kind != "" && (bytes.Contains(text, []byte(q.kind+" "+code)) || bytes.Contains(text, []byte(code+" "+q.kind)))
}

// workloads are commands that ask a cluster for a Deployment.
var workloads = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\bkubectl .*\b(?:exec|logs|port-forward|get|describe|rollout|wait|scale)\b.* (?:deploy|deployments?)(?:\.apps)?[/ ]([a-z0-9][a-z0-9.-]*)`)
})

// stemOf is the name of a Service without the words for one.
func stemOf(service string) string {
	return strings.TrimSuffix(strings.TrimSuffix(service, "-service"), "-svc")
}

// deploymentsOf are the usual names of the Deployment behind a Service.
func deploymentsOf(service string) []string {
	stem := stemOf(service)
	return []string{stem, stem + "-deployment", stem + "-service", stem + "-service-deployment"}
}

// workloadIn returns the name of the Deployment that a command asks a cluster for, and that
// may be the one behind the Service, "" if there is none.
func (q question) workloadIn(text []byte) string {
	stem := stemOf(q.name)
	if !bytes.Contains(text, []byte("kubectl ")) || !bytes.Contains(text, []byte(stem)) {
		return ""
	}
	for line := range bytes.Lines(text) {
		if !bytes.Contains(line, []byte(stem)) {
			continue
		}
		for _, at := range workloads().FindAllSubmatch(line, -1) {
			if name := string(at[1]); slices.Contains(deploymentsOf(q.name), name) {
				return name
			}
		}
	}
	return ""
}

// spokenOf reports whether a line of a text names the object and says its kind, without
// being one of a resource that asks for it.
func (q question) spokenOf(text []byte) bool {
	words := kindWords[q.kind]
	if words == "" || !isDistinct(q.name) {
		return false
	}
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(q.name))
		if i < 0 {
			return false
		}
		start := bytes.LastIndexByte(text[:from+i], '\n') + 1
		end := len(text)
		if at := bytes.IndexByte(text[from+i:], '\n'); at >= 0 {
			end = from + i + at
		}
		line := text[start:end]
		key, _, isField := bytes.Cut(bytes.TrimLeft(line, " -{"), []byte(": "))
		if rest := bytes.ToLower(bytes.ReplaceAll(line, []byte(q.name), nil)); hasWord(line, q.name) && !(isField && bytes.IndexByte(key, ' ') < 0 && asks(string(key))) {
			if saidMade().Match(line) && !making().Match(line) {
				return true
			}
			for word := range strings.FieldsSeq(words) {
				if hasWord(rest, word) || hasWord(rest, word+"s") {
					return true
				}
			}
		}
		if from = end; from >= len(text) {
			return false
		}
	}
}

// programmed looks for names that programs in Go have, of which those that are clients of a
// cluster may make the objects, and for comments of what Terraform makes by now.
func (r *reader) programmed(file string, text []byte) {
	switch path.Ext(file) {
	case ".mod":
		r.client = r.client || bytes.Contains(text, []byte("k8s.io/client-go")) || bytes.Contains(text, []byte("sigs.k8s.io/controller-runtime"))
	case ".tf", ".tofu":
		r.terraform = true
	case ".yaml", ".yml":
		for _, comment := range movedToTerraform().FindAll(text, -1) {
			for kind, words := range movedWords {
				if r.moved[kind] != "" || !slices.ContainsFunc(words, func(word string) bool { return bytes.Contains(bytes.ToLower(comment), []byte(word)) }) {
					continue
				}
				if r.moved == nil {
					r.moved = map[string]string{}
				}
				r.moved[kind] = file
			}
		}
	case ".go":
		if strings.HasSuffix(file, "_test.go") {
			return
		}
		named, _ := r.namedIn(text)
		for q := range r.questions {
			if kindWords[q.kind] != "" && named[q.name] && isDistinct(q.name) && inQuotes(text, q.name) {
				if r.quoted == nil {
					r.quoted = map[question]string{}
				}
				r.quoted[q] = file
			}
		}
	}
}

var movedToTerraform = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)#[^\n]*\b(?:migrated|moved) (?:\w+ )?to (?:terraform|opentofu|tf)\b`)
})

// movedWords are how comments call the objects of a kind, or what it is for.
var movedWords = map[string][]string{
	"Secret": {"secret", "credential", "certificate"}, "ConfigMap": {"configmap", "config map"},
	"ServiceAccount": {"account", "role", "iam", "identit"}, "PersistentVolumeClaim": {"claim", "pvc", "volume"},
}

// end says of what nobody makes by its name whether it may be made all the same.
func (r *reader) end() {
	for q, findings := range r.questions {
		said := r.filed[q]
		for _, f := range findings {
			left, open := r.spoken[f]
			if open && said.name != "" && !r.have[said.name] {
				r.spoken[f] = speech{maker: said.by + " names a file " + said.name + ", which is not here"}
			} else if open && left.maker == "" && r.client && r.quoted[q] != "" {
				r.spoken[f] = speech{maker: r.quoted[q] + " is a program with its name, and may make it"}
			} else if open && left.maker == "" && r.moved[q.kind] != "" && !r.terraform {
				r.spoken[f] = speech{maker: r.moved[q.kind] + " says that Terraform makes what was here, and it is not here"}
			} else if open {
				r.spoken[f] = speech{maker: left.maker, workload: left.workload, elsewhere: r.others || r.mentioned[q], project: r.project}
			}
		}
	}
}

// makesOthers reports whether a file is of a way to make objects that are in no file of
// the repository: charts, and the programs that install them.
func makesOthers(file string, commands []byte) bool {
	if name := path.Base(file); name == "Chart.yaml" || strings.HasPrefix(name, "helmfile.") {
		return true
	}
	return bytes.Contains(commands, []byte("helm")) && installers().Match(commands)
}

// isProject reports whether a file is that of a project of kubebuilder or operator-sdk,
// of whose files bundles are made too:
// https://book.kubebuilder.io/reference/project-config
func isProject(file string, commands []byte) bool {
	return path.Base(file) == "PROJECT" && (bytes.Contains(commands, []byte("layout:")) || bytes.Contains(commands, []byte("domain:")))
}

// helmFlags are what may stand before the command of helm, such as -n "$NAMESPACE".
const helmFlags = `(?: +--?[a-z][a-z-]*(?:[ =]+(?:"[^"\n]*"|'[^'\n]*'|[^\s"'-]\S*))?)*`

var installers = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\bhelm` + helmFlags + ` (?:install|upgrade|template|repo add|dependency|dep)\b|\bhelm_release\b|\bhelmfile\b|\bkubernetes\.core\.helm\b`)
})

var headings = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^(?:kind|apiVersion):`) })

// isForCluster reports whether a file is for a cluster rather than for a tool.
func isForCluster(file string, text []byte) bool {
	switch path.Base(file) {
	case "package.json", "project.json":
		return false
	}
	switch path.Ext(file) {
	case ".yaml", ".yml", ".json":
		return !strings.HasPrefix(path.Base(file), "skaffold") && path.Base(file) != "Chart.yaml" && (headings().Match(text) || path.Ext(file) == ".json")
	}
	return false
}

// creates is how ConfigMaps and Secrets are made by hand, by Terraform and by programs.
var creates = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`create (?:secret|configmap|cm)\b|patch (?:secret|configmap|cm)\b|kubernetes_secret|kubernetes_config_map|(?:corev1|v1|core)\.(?:Secret|ConfigMap)\b|V1(?:Secret|ConfigMap)\b|configMapGenerator|secretGenerator`)
})

// makes is how kubectl calls the objects of a kind that it makes, and the words of Helm,
// whose charts have objects that are called after the release, and of Terraform's modules,
// which make accounts.
var makes = map[string]string{
	"Secret":         "secret cnpg helm helm_release",
	"ConfigMap":      "configmap cm helm helm_release",
	"ServiceAccount": "serviceaccount sa module helm helm_release",
	"Service":        "service svc helm helm_release",
	"PriorityClass":  "priorityclass pc",

	"PersistentVolumeClaim": "helm helm_release",
}

// makers are the commands of a file that make objects, by what they say of the kind.
type makers map[string][][]byte

// making begins a command that makes an object.
var making = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\bcreate (secret|configmap|cm|serviceaccount|sa|service|svc|priorityclass|pc)\b|"(kube(?:rnetes|ctl)_[a-z_]+?)(?:_v[0-9]\w*?)?(?:_data)?"|\b(helm)` + helmFlags + ` +(?:install|upgrade)\b|\b(cnpg) +certificate\b|(?m:^resource "(helm_release)"|^(module) "[^"\n]*" *\{)`)
})

// beginMaking are words that a line has in which a command begins that makes an object, as
// few lines do.
var beginMaking = [...]string{"create ", "kubernetes_", "kubectl_", "helm", "cnpg", "module \""}

func mayMake(text []byte) bool {
	return slices.ContainsFunc(beginMaking[:], func(word string) bool { return bytes.Contains(text, []byte(word)) })
}

func makersOf(text []byte) makers {
	if !mayMake(text) {
		return nil
	}
	m := makers{}
	start := 0
	for line := range bytes.Lines(text) {
		if mayMake(line) {
			m.add(line, text[start:])
		}
		start += len(line)
	}
	return m
}

// terraformed is what Terraform's provider calls the objects of a kind:
// kubernetes_persistent_volume_claim. What it reads as data is there too.
// https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs
func terraformed(kind string) string {
	word := []byte("kubernetes")
	for i, c := range []byte(kind) {
		if c >= 'A' && c <= 'Z' && (i == 0 || kind[i-1] >= 'a') {
			word = append(word, '_')
		}
		word = append(word, c|0x20)
	}
	return string(word)
}

// add remembers the commands that begin in a line, with which a text begins.
func (m makers) add(line, text []byte) {
	for _, at := range making().FindAllSubmatchIndex(line, -1) {
		for i := 2; i < len(at); i += 2 {
			if at[i] < 0 {
				continue
			}
			end := endOfCommand
			if i != 2 && i != 6 && i != 8 { // Terraform
				end = endOfBlock
			}
			word := string(text[at[i]:at[i+1]])
			m[word] = append(m[word], end(text[at[1]:min(len(text), at[1]+2000)]))
		}
	}
}

// kindOfManifest is the kind of a resource in Terraform's own language.
var kindOfManifest = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bkind"?\s*[=:]\s*"(\w+)"`) })

// make reports whether a command makes the object.
func (m makers) make(kind, name string) bool {
	named := func(command []byte) bool { return hasWord(command, name) }
	if slices.ContainsFunc(m[terraformed(kind)], named) {
		return true
	}
	for _, word := range [...]string{"kubernetes_manifest", "kubectl_manifest"} {
		for _, block := range m[word] {
			if is := kindOfManifest().FindSubmatch(block); is != nil && string(is[1]) == kind && named(block) || shows(block, kind, name) {
				return true
			}
		}
	}
	for word := range strings.FieldsSeq(makes[kind]) {
		for _, command := range m[word] {
			switch word {
			case "helm":
				release, chart := releaseOf(command)
				if isMadeBy(command, kind, name, release) || kind == "Service" && (namesService(command, name) || isDistinct(chart) && isOfRelease(name, chart)) {
					return true
				}
			case "helm_release":
				if release := releaseName().FindSubmatch(command); release != nil && isMadeBy(command, kind, name, string(release[1])) {
					return true
				}
			case "module":
				if identityModule().Match(command) && hasWord(command, name) {
					return true
				}
			default:
				if hasWord(command, name) || word == "secret" && hasLike(command, name) {
					return true
				}
			}
		}
	}
	return false
}

// hasLike reports whether a command has a name of several words that differs from another one
// in one of them: what makes shop-ada-token makes shop-grace-token too.
func hasLike(command []byte, name string) bool {
	const enough = 3
	words := strings.Split(name, "-")
	return len(words) >= enough && slices.ContainsFunc(strings.FieldsFunc(string(command), func(r rune) bool { return r >= 0x80 || !inWord(byte(r)) }), func(other string) bool {
		others := strings.Split(other, "-")
		different := 0
		for i := 0; i < len(words) && len(others) == len(words); i++ {
			if words[i] != others[i] {
				different++
			}
		}
		return len(others) == len(words) && different == 1
	})
}

// endOfCommand cuts a command at the end of its line, unless that goes on.
func endOfCommand(text []byte) []byte {
	for from := 0; ; {
		i := bytes.IndexByte(text[from:], '\n')
		if i < 0 {
			return text
		}
		if from += i; !bytes.HasSuffix(bytes.TrimRight(text[:from], " \r"), []byte("\\")) {
			return text[:from]
		}
		from++
	}
}

func endOfParagraph(text []byte) []byte {
	paragraph, _, _ := bytes.Cut(text, []byte("\n\n"))
	return paragraph
}

// endOfBlock cuts a block of Terraform at the brace that closes it.
func endOfBlock(text []byte) []byte {
	block, _, _ := bytes.Cut(text, []byte("\n}"))
	return block
}

// releaseName is the name of a release in Terraform:
// https://registry.terraform.io/providers/hashicorp/helm/latest/docs/resources/release
var releaseName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^\s*name\s*=\s*"([^"$]+)"`) })

// identityModule is a module that gives a ServiceAccount the rights of a cloud's.
var identityModule = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)irsa|service[-_]?account|(?:workload|pod)[-_]?identity`)
})

// isOfRelease reports whether a name may be that of an object of a release.
func isOfRelease(name, release string) bool {
	rest, ok := strings.CutPrefix(name, release)
	return ok && (rest == "" || rest[0] == '-')
}

// isMadeBy reports whether a release may have an object. Of Secrets and ConfigMaps with more
// in their names than its own an application has some too, unless that is the name of a
// chart from elsewhere. The claims of a StatefulSet have the names of their templates before
// that of the release.
func isMadeBy(command []byte, kind, name, release string) bool {
	if kind == "PersistentVolumeClaim" && len(release) > 2 {
		return strings.Contains("-"+name+"-", "-"+release+"-")
	}
	if release == "" || !isOfRelease(name, release) {
		return false
	}
	return name == release || kind != "Secret" && kind != "ConfigMap" || bytes.Contains(command, []byte("oci://")) && hasWord(command, name[len(release)+1:])
}

// nameSet is a value of a chart for the name of a Service, or for all names.
var nameSet = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:service\.name|fullnameOverride)=["']?([a-z0-9.-]+)`)
})

// namesService reports whether a command gives the Services of a release a name.
func namesService(command []byte, name string) bool {
	return slices.ContainsFunc(nameSet().FindAllSubmatch(command, -1), func(set [][]byte) bool { return isOfRelease(name, string(set[1])) })
}

// releaseOf returns the name of the release in what follows helm install, "" if there is
// none, and that of its chart, which releases are commonly called after. Helm 2 has the
// name in a flag.
func releaseOf(command []byte) (release, chart string) {
	value, name := false, false // of the flag before
	for word := range strings.FieldsSeq(string(command)) {
		switch {
		case strings.HasPrefix(word, "--name="):
			return strings.Trim(word[len("--name="):], `"'`), path.Base(release)
		case name:
			return strings.Trim(word, `"'`), path.Base(release)
		case word == "--name":
			name = true
		case strings.HasPrefix(word, "-"):
			value = !strings.Contains(word, "=") && !switches[word]
		case value:
			value = false
		case word == "\\":
		case release == "":
			release = strings.Trim(word, `"'`)
		default:
			return release, path.Base(strings.Trim(word, `"'`))
		}
	}
	return release, ""
}

// switches are Helm's flags without a value that are given before the name.
// https://helm.sh/docs/helm/helm_upgrade/
var switches = map[string]bool{
	"--install": true, "-i": true, "--wait": true, "--atomic": true, "--debug": true, "--create-namespace": true, "--force": true,
	"--devel": true, "--reuse-values": true, "--reset-values": true, "--cleanup-on-fail": true, "--dependency-update": true,
}

// hasQuoted reports whether a program has a placeholder in angle brackets as a text of its
// own: it puts something in for it.
func hasQuoted(text []byte, word string) bool {
	return strings.HasPrefix(word, "<") && inQuotes(text, word)
}

func inQuotes(text []byte, word string) bool {
	for _, quote := range [...]string{`"`, "'", "`"} {
		if bytes.Contains(text, []byte(quote+word+quote)) {
			return true
		}
	}
	return false
}

// commentLines returns the comments of YAML that have lines of their own, without their
// marks.
func commentLines(text []byte) []byte {
	var comments []byte
	for line := range bytes.Lines(text) {
		if line = bytes.TrimLeft(line, " "); len(line) > 0 && line[0] == '#' {
			comments = append(comments, line[1:]...)
		}
	}
	return comments
}

// fills is what puts values in for words.
var fills = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\bsed\b|envsubst|\bperl\b|\byq\b|\bset image\b|[Rr]eplace|\bsubstitut|skaffold|kpt fn|\bawk\b|\bedit set\b|gomplate|jinja`)
})

// replacing begins a command that puts something in for words of a file: one that is
// made for it, or a function of the script that is called so.
var replacing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:sed|perl|awk)\b|(?m:^[ \t]*\w*(?:replace|substitut)\w*[ \t])`)
})

// replacingCall begins a call in a program that puts something in for words of a text.
var replacingCall = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b[Rr]eplace(?:[A-Z_]\w*)?\(`) })

// filledBy reports whether a command of a script, or a call of a program, puts something
// in for the word.
func (q question) filledBy(file string, text []byte) bool {
	if isProgram(file) {
		const argumentsEnd = 80
		return slices.ContainsFunc(replacingCall().FindAllIndex(text, -1), func(at []int) bool {
			return hasWord(text[at[1]:min(len(text), at[1]+argumentsEnd)], q.word)
		})
	}
	if !isScript(file) && !bytes.HasPrefix(text, []byte("#!")) {
		return false
	}
	for _, at := range replacing().FindAllIndex(text, -1) {
		if hasWord(endOfCommand(text[at[0]:min(len(text), at[1]+longestCommand)]), q.word) {
			return true
		}
	}
	return false
}

// longestCommand bounds a command with many words to replace, each on a line.
const longestCommand = 16 << 10 // bytes

func (q question) answeredBy(file string, text []byte) bool {
	if q.form != "" {
		return false
	}
	if q.word != "" {
		// A document says much else; its headings have words in capitals too.
		return hasWord(text, q.word) && (!isDocument(file) && fills().Match(text) || slices.ContainsFunc(linesWith(fills(), text), func(line []byte) bool { return hasWord(line, q.word) }))
	}
	if !hasWord(text, q.name) {
		return false
	}
	for _, at := range creates().FindAllIndex(text, -1) {
		// What is made is named right after, and what is in it a little later.
		command := text[at[0]:min(len(text), at[1]+2000)]
		if end := bytes.Index(command, []byte("\n\n")); end > 0 {
			command = command[:end]
		}
		if !hasWord(command, q.name) {
			continue
		}
		if hasWord(command, q.key) || bytes.Contains(command, []byte("--from-env-file")) || fromFolder().Match(command) {
			return true
		}
	}
	return false
}

// fromFolder is a file or folder that gives the keys by the names of files.
var fromFolder = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`--from-file[= ](?:"?\$|[^\s=]*/(?:\s|$))`)
})

// hasWord reports whether text has word, and not as a part of a longer one.
func hasWord(text []byte, word string) bool {
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(word))
		if i < 0 {
			return false
		}
		start := from + i
		end := start + len(word)
		extended := end+1 < len(text) && text[end] == '.' && inWord(text[end+1]) // app.conf in app.conf.bak
		if (start == 0 || !inWord(text[start-1])) && (end == len(text) || !inWord(text[end])) && !extended {
			return true
		}
		from = start + 1
	}
}

func inWord(c byte) bool {
	return c == '-' || c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
