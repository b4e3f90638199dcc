package check

import (
	"bytes"
	"cmp"
	"context"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/effects"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
)

// Asking returns the indexes of the trees whose findings may depend on what changed files
// say that hold no resources, or say in comments: scripts, pipelines, documents and
// programs, see scripted. old returns what a file was before. Of the trees those are
// looked at of which asked says so, and only if such a file has changed.
func Asking(ctx context.Context, trees []Tree, opts Options, files []string, old func(file string) []byte, asked func(i int) bool) []int {
	var said []byte
	var releases []string
	charts, listed, packaged, commented := false, false, false, false
	for _, file := range files {
		charts = charts || installsCharts(filepath.ToSlash(file))
		listed = listed || leavesFiles[filepath.Base(file)]
		packaged = packaged || filepath.Base(file) == kptfile
		commented = commented || isKustomizationFile(file)
		if name := releaseOfValues(filepath.ToSlash(file)); name != "" {
			releases = append(releases, name)
		}
		now, err := limits.ReadRegular(file)
		if err != nil {
			now = nil // it is gone
		}
		said = append(said, changedLines(spoken(file, old(file)), spoken(file, now))...)
	}
	if len(bytes.TrimSpace(said)) == 0 && !charts && !listed && !packaged && releases == nil {
		return nil
	}
	commands := making().Match(said) || releaseName().Match(said) || identityModule().Match(said) || creates().Match(said) || fills().Match(said) || settings().Match(said) || bytes.Contains(said, []byte("erraform")) ||
		leftOutOf(".", said, "Secret") != "" || leftOutOf(".", said, "ConfigMap") != "" || leftOutOf("k8s/.", said, "Secret") != ""
	installs := installing().FindAll(said, -1)
	products := hasInstalled().Match(said)
	ports := nodePortRange().Match(said)
	pinned := pinnedKustomize().Match(said) || wantedKustomize().Match(said)
	place := machines().Match(said) || clouds().Match(said)
	clusters := clusterReleases().Match(said)
	certManagers := bytes.Contains(said, []byte("cert-manager")) || bytes.Contains(said, []byte("--version"))
	builds := restrictor().Match(said) || buildCommands().Match(said) || bytes.Contains(said, []byte(fluxKustomize))
	counts := bytes.Contains(said, []byte("replicas")) || bytes.Contains(said, []byte("count"))
	_, outcomes := lookAt(ctx, trees, opts, asked)
	var out []int
	for i := range outcomes {
		o := &outcomes[i]
		if !slices.Contains(out, o.at) && slices.ContainsFunc(o.findings, func(f finding.Finding) bool {
			switch {
			case charts && o.asksForCharts(&f):
				return true
			case commented && bytes.Contains(said, []byte(path.Base(filepath.ToSlash(cmp.Or(o.tree.Root, f.File))))):
				return true // it may be commented out there
			case f.Missing != nil && o.around != nil && (packaged || products && reference.ProductsWith(f.Missing.Kind, f.Missing.Name) != nil ||
				(f.Missing.Kind == "Service" || f.Missing.Kind == "PersistentVolumeClaim") && slices.ContainsFunc(releases, func(name string) bool { return isOfRelease(f.Missing.Name, name) })):
				return true
			case ofDisks[f.Rule]:
				return place
			case servedUntil(&f) > 0:
				return clusters
			case goneFromCertManager(&f) > 0:
				return certManagers
			case f.Rule == FileOutsideRoot:
				return builds
			case f.Rule == BuildFails && stricterIn(f.Said().What) != "":
				return pinned
			case f.Rule == BuildFails && f.Said().What == lacksFile:
				folder := goneFolder(&f)
				return listed || bytes.Contains(said, []byte(path.Base(f.Said().Name))) || folder != "" && bytes.Contains(said, []byte(folder))
			}
			if portOutside(&f) != 0 {
				return ports
			}
			if _, ok := rules.EvictionBlocked(&f); ok {
				return counts
			}
			if name := f.Said().Name; f.Rule == effects.VarUnused {
				return bytes.Contains(said, []byte("$("+name+")"))
			}
			if name, ok := accountsOfPrograms.asks(o, &f); ok && bytes.Contains(said, []byte(name)) {
				return true
			}
			if folder, ok := foldersOfPrograms.asks(o, &f); ok && bytes.Contains(said, []byte(folder)) {
				return true
			}
			if number, ok := rules.UndeclaredPort(&f); ok && bytes.Contains(said, []byte(number)) {
				return true
			}
			if _, ok := flagsOfPrograms.asks(o, &f); ok && bytes.Contains(said, []byte(`"java"`)) {
				return true
			}
			if _, ok := namespacesSet.asks(o, &f); ok && bytes.Contains(said, []byte("edit set namespace")) {
				return true
			}
			if name, ok := imagesElsewhere.asks(o, &f); ok && bytes.Contains(said, []byte("image: "+name)) {
				return true
			}
			if _, ok := addedLater.asks(o, &f); ok && addsResources().Match(said) {
				return true
			}
			if f.Rule == "config-not-used" && bytes.Contains(said, []byte(f.Resource.Name)) {
				return true
			}
			if f.Rule == "egress-without-dns" && bytes.Contains(said, []byte("53")) {
				return true
			}
			if q, ok := podsOfFiles.asks(o, &f); ok && (q.port != "" && bytes.Contains(said, []byte(q.port)) || q.sharesLabel(said)) {
				return true
			}
			if _, namespace, ok := rules.NamespaceLabel(&f); ok && bytes.Contains(said, []byte(namespace)) {
				return true
			}
			if schemaRules[f.Rule] && slices.ContainsFunc(installs, func(command []byte) bool { return isOfGroup(command, groupOf(&f)) }) {
				return true
			}
			words := asksFor(&f)
			return words != nil && (commands || slices.ContainsFunc(words, func(word string) bool { return word != "" && bytes.Contains(said, []byte(word)) }))
		}) {
			out = append(out, o.at)
		}
	}
	return out
}

// leavesFiles are the names of files that say which others are not in the repository, or
// are made.
var leavesFiles = map[string]bool{".gitignore": true, ".gitmodules": true, "PROJECT": true}

// spoken is what of the text of a file says something to scripted, setImages, onOneMachine, onOldCluster, onOldCertManager,
// nodePorts, moreReplicas, varsElsewhere, portsOfPrograms, flagsOfPrograms, imagesElsewhere, namespacesSet, namespaceLabels, dnsForAll, podsOfFiles, definedElsewhere and madeLater.
func spoken(file string, text []byte) []byte {
	switch {
	case bytes.IndexByte(text, 0) >= 0:
		return nil
	case isKustomizationFile(file):
		said := append(commentLines(text), linesHaving(text, "$(")...)
		for _, image := range imagesSet(text) {
			said = append(append(said, image...), '\n')
		}
		return append(said, replicaLines(text)...)
	case isForCluster(filepath.ToSlash(file), text):
		said := append(commentLines(text), linesHaving(text, "$(")...)
		for _, m := range nodePortRange().FindAll(text, -1) {
			said = append(append(said, bytes.ReplaceAll(m, []byte("\n"), []byte(" "))...), '\n')
		}
		if bytes.Contains(text, []byte(fluxKustomize)) {
			said = append(append(said, fluxKustomize...), '\n')
		}
		if namespaceKind().Match(text) {
			said = append(append(said, linesHaving(text, "name")...), linesHaving(text, "ns: ")...)
		}
		if bytes.Contains(text, []byte("NetworkPolicy")) {
			said = append(said, linesHaving(text, "53")...)
		}
		if bytes.Contains(text, []byte("containers:")) {
			said = append(append(said, linesBelow(text, "labels:", "ports:")...), imageNames(text)...)
		}
		if isPlan().MatchString(filepath.ToSlash(file)) {
			said = append(said, linesHaving(text, "version:")...)
		}
		return append(said, replicaLines(text)...)
	}
	return text
}

// replicaLines are the lines of a text that say how many replicas there are.
func replicaLines(text []byte) []byte {
	var lines []byte
	for _, at := range manyReplicas().FindAllIndex(text, -1) {
		lines = append(append(lines, bytes.TrimSpace(text[at[0]:at[1]])...), '\n')
	}
	return lines
}

// linesBelow are the lines of YAML with one of the fields, and those of their values.
func linesBelow(text []byte, fields ...string) []byte {
	var lines []byte
	inside := -1 // the column of the field
	for line := range bytes.Lines(text) {
		start := bytes.TrimLeft(line, " -")
		column := len(line) - len(start)
		if inside >= 0 && column <= inside && len(bytes.TrimSpace(start)) > 0 {
			inside = -1
		}
		has := slices.ContainsFunc(fields, func(field string) bool { return bytes.Contains(line, []byte(field)) })
		if has && inside < 0 {
			inside = column
		}
		if inside >= 0 {
			lines = append(lines, line...)
		}
	}
	return append(lines, '\n')
}

// linesHaving are the lines of a text that have a word.
func linesHaving(text []byte, word string) []byte {
	var lines []byte
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, []byte(word)) {
			lines = append(lines, line...)
		}
	}
	return append(lines, '\n')
}

// changedLines are the lines of a text that another one has not, both ways.
func changedLines(a, b []byte) []byte {
	count := map[string]int{}
	for line := range bytes.Lines(a) {
		count[string(bytes.TrimSpace(line))]++
	}
	for line := range bytes.Lines(b) {
		count[string(bytes.TrimSpace(line))]--
	}
	var changed []byte
	for _, text := range [...][]byte{a, b} {
		for line := range bytes.Lines(text) {
			if count[string(bytes.TrimSpace(line))] != 0 {
				changed = append(append(changed, bytes.TrimSpace(line)...), '\n')
			}
		}
	}
	return changed
}

// asksFor are the words that a script or a document would have about a finding, nil if
// none has a say in it.
func asksFor(f *finding.Finding) []string {
	if image, ok := rules.MovingImage(f); ok {
		return []string{image[strings.LastIndexByte(image, '/')+1:]}
	}
	if q, ok := newQuestion(f); ok && f.Severity >= finding.Warning {
		words := []string{q.name, q.key, q.word, q.form, q.group, q.lacking, q.chart, q.copied}
		if image, ok := rules.UnfilledImage(f); ok {
			words = append(words, image[strings.LastIndexByte(image, '/')+1:])
		}
		if q.read != "" {
			words = append(words, path.Base(q.read))
		}
		if f.Missing != nil || completable[f.Rule] {
			words = append(words, "go:embed")
		}
		return words
	}
	return nil
}
