package check

import (
	"bytes"
	"iter"
	"regexp"
	"slices"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
)

// saidToBeSet makes notes of images with a placeholder, or a tag that moves, where a
// comment beside them says what puts another one in, and of addresses of localhost where one
// says that the port is forwarded to whoever opens them. In a kustomization it may be said
// once for all entries. It lowers what saidOf has a row for too.
func (rep *Report) saidToBeSet(outcomes []outcome) {
	sources := sourceLines{}
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || f.Severity <= finding.Note || f.Line == 0 {
				continue
			}
			if by, ok := saidOf[f.Rule]; ok {
				if lines := sources.of(rep, f.File); f.Severity > by.level && f.Line <= len(lines) && by.says(lines, f) {
					answer(f, by.help)
					f.Severity = min(f.Severity, by.level)
				}
				continue
			}
			says, help := saysWhoSets, "; a comment says that it is set later"
			if f.Rule == "localhost-port-not-served" {
				says, help = saysWhoForwards, "; a comment says who forwards the port"
			} else if _, left := rules.PlaceholderLeft(f); !left {
				if _, moving := rules.MovingImage(f); !moving {
					continue
				}
			}
			lines := sources.of(rep, f.File)
			if len(lines) < f.Line {
				continue
			}
			from, to := f.Line-1, f.Line
			for from > 0 && bytes.HasPrefix(bytes.TrimLeft(lines[from-1], " "), []byte("#")) {
				from--
			}
			if isKustomizationFile(f.File) {
				from, to = 0, len(lines)
			}
			for _, line := range lines[from:to] {
				if _, comment, ok := bytes.Cut(line, []byte("#")); ok && says(comment) {
					f.Severity = finding.Note
					f.Help += help
					break
				}
			}
		}
	}
}

// saidOf are rules about what a comment of the file may say that it is meant so, and the
// level that is left.
var saidOf = map[string]struct {
	says  func(lines [][]byte, f *finding.Finding) bool
	level finding.Severity
	help  string
}{
	"api-removed": {
		func(lines [][]byte, f *finding.Finding) bool { return saysOld(lines[:f.Line], groupOf(f)) },
		finding.Note, "a comment says that what serves it is that old",
	},
	"eviction-blocked": {
		func(lines [][]byte, f *finding.Finding) bool {
			return slices.ContainsFunc(documentAt(lines, f.Line-1), saysWhyBlocked)
		},
		finding.Note, "a comment says that it is meant to be so",
	},
	// A policy of the cluster lets all pods reach it.
	"egress-without-dns": {
		func(lines [][]byte, _ *finding.Finding) bool { return slices.ContainsFunc(lines, speaksOfDNS) },
		finding.Note, "a comment speaks of the DNS",
	},
	"env-overrides-config": {
		func(lines [][]byte, f *finding.Finding) bool { return bytes.Contains(lines[f.Line-1], []byte(" # ")) },
		finding.Warning, "a comment speaks of this value",
	},
}

var whyBlocked = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:single[- ](?:replica|instance|pod|node)|(?:one|1|only) replica|singleton|by design|on purpose|intentional\w*|deliberate\w*|(?:block|forbid|disallow)s? (?:all |any |every )?(?:voluntary )?(?:eviction|(?:node )?drain|disruption)|prevents? (?:node |automatic )?drain|(?:no|zero) (?:voluntary )?(?:evictions?|disruptions?)\b|before (?:a )?(?:drain|maintenance)|drain\w* (?:\w+ ){0,3}?(?:manual|by hand))`)
})

// saysWhyBlocked reports whether a line has a comment that says that a budget is to allow no
// eviction.
func saysWhyBlocked(line []byte) bool {
	_, comment, ok := bytes.Cut(line, []byte("#"))
	return ok && whyBlocked().Match(comment)
}

func speaksOfDNS(line []byte) bool {
	_, comment, ok := bytes.Cut(line, []byte("#"))
	return ok && hasWord(bytes.ToLower(comment), "dns")
}

// saidToBeWrong makes notes of what a comment at its place, or above it, says is wrong on
// purpose, and of all in a resource that says of itself that it is to be refused.
func (rep *Report) saidToBeWrong(outcomes []outcome) {
	sources := sourceLines{}
	wrong := map[string][]span{} // documents that say so of themselves, by the file
	wrongIn := func(file string, lines [][]byte) []span {
		found, ok := wrong[file]
		if !ok {
			for doc := range documents(lines) {
				if isToBeRefused(lines[doc.from:doc.to]) {
					found = append(found, doc)
				}
			}
			wrong[file] = found
		}
		return found
	}
	for i := range outcomes {
		o := &outcomes[i]
		if o.around == nil { // of which somebody has said what is meant: ignores are for that
			continue
		}
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || f.Severity <= finding.Note || f.Line == 0 {
				continue
			}
			lines := sources.of(rep, f.File)
			if len(lines) < f.Line {
				continue
			}
			above := lines[commentAbove(lines, f.Line-1):f.Line]
			if at := entryOf(lines, f.Line-1); at < f.Line-1 {
				above = slices.Concat(lines[commentAbove(lines, at):at], above)
			}
			switch {
			case slices.ContainsFunc(above, isWrongOnPurpose), slices.ContainsFunc(above, isDeadPort):
				answer(f, "a comment says that it is meant to be so")
			case slices.ContainsFunc(wrongIn(f.File, lines), func(doc span) bool { return doc.has(f.Line - 1) }):
				answer(f, "the resource says that it is to be refused")
			default:
				continue
			}
			f.Severity = finding.Note
		}
	}
}

// commentAbove is where the comment begins that is above a line, that line if there is none.
func commentAbove(lines [][]byte, at int) int {
	for at > 0 && bytes.HasPrefix(bytes.TrimLeft(lines[at-1], " "), []byte("#")) {
		at--
	}
	return at
}

// entryOf is where the entry of a list begins that a line is a field of, the line itself if it
// is none, or far below.
func entryOf(lines [][]byte, at int) int {
	const most = 8 // lines
	column := len(lines[at]) - len(bytes.TrimLeft(lines[at], " "))
	for i := at - 1; i >= max(0, at-most); i-- {
		text := bytes.TrimLeft(lines[i], " ")
		indent := len(lines[i]) - len(text)
		switch {
		case len(text) == 0 || indent >= column:
		case indent == column-2 && bytes.HasPrefix(text, []byte("- ")):
			return i
		default:
			return at
		}
	}
	return at
}

var (
	onPurpose = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:intentional(?:ly)?|deliberate(?:ly)?|purposely|purposefully|on purpose)\b|\b(?:invalid|wrong|misspelt|misspelled|incorrect|bad|non-?existent|unknown)(?: on purpose| by design)|^\s*(?:this is )?(?:an? )?(?:invalid|non-?existent)[.!]?\s*$`)
	})
	// deadPort is a port that is said to lead nowhere.
	deadPort = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\bports? (?:(?:is|are) not|isn't|aren't) (?:open|exposed|listening|listened on)\b.*\b(?:50[234]|fails?|refused)\b|\bthis port (?:is not|isn't) open on\b|\bport (?:does not do anything|doesn't do anything|does nothing|is a dummy)\b`)
	})
	refused = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)(?:^\W*|\b(?:this|which|it|that|pod|deployment|service|resource|object|manifest|request|apply) )(?:will|should|must|is expected to|expected to|supposed to) (?:fail|crash|(?:be|get) (?:rejected|denied|refused|blocked))\b`)
	})
	// aboutOthers is what a policy refuses, and not the policy itself.
	aboutOthers = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:traffic|connections|packets|requests|access|clients?|users?|pods|everything|anything|all|others?)\b`)
	})
	condition = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:if|unless|when|until|without|otherwise|or|else|not)\b`)
	})
	// mistaken is what a comment calls a resource that is wrong on purpose as a whole: one
	// may be meant to have a single replica, too.
	mistaken = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:invalid|wrong|broken|incorrect|bad|misconfigur\w*|misspel\w*|fail\w*|crash\w*|reject\w*|errors?|insecure|vulnerab\w*|violat\w*|non-?existent|mistakes?|bugs?|typos?|mismatch\w*)\b`)
	})
	// toBeRefused is an annotation or a label for what a test expects of a resource.
	toBeRefused = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^\s+["']?[\w./-]*expect[\w./-]*["']?:\s*["']?(?:should[- ]?(?:be[- ]?)?)?(?:reject|fail|den(?:y|ied)|invalid|refuse|block)\w*["']?\s*$`)
	})
)

// isWrongOnPurpose reports whether a line has a comment that says so of what is beside it. What
// fails under a condition is not meant to.
func isWrongOnPurpose(line []byte) bool {
	_, comment, ok := bytes.Cut(line, []byte("#"))
	return ok && (onPurpose().Match(comment) || refused().Match(comment) && !aboutOthers().Match(comment)) &&
		!condition().Match(comment) && !bytes.Contains(comment, []byte("krm-validate:"))
}

func isDeadPort(line []byte) bool {
	_, comment, ok := bytes.Cut(line, []byte("#"))
	return ok && deadPort().Match(comment)
}

// isToBeRefused reports whether a document, or a comment before its first field, says so of
// all of it.
func isToBeRefused(doc [][]byte) bool {
	head := true
	for i, text := range doc {
		head = head && (len(bytes.TrimSpace(text)) == 0 || text[0] == '#' || i == 0 && bytes.HasPrefix(text, []byte("---")))
		if head && isWrongOnPurpose(text) && (mistaken().Match(text) || refused().Match(text)) || !head && bytes.Contains(text, []byte("xpect")) && toBeRefused().Match(text) {
			return true
		}
	}
	return false
}

// saidToBeMade makes notes of what lacks, or is in another namespace only, where a comment
// beside what asks for it says that somebody makes it, or one of the document says who adds
// an object of that kind.
func (rep *Report) saidToBeMade(outcomes []outcome) {
	sources := sourceLines{}
	each := func(f func(o *outcome, f *finding.Finding, object *finding.Resource)) {
		for i := range outcomes {
			o := &outcomes[i]
			for j := range o.findings {
				found := &o.findings[j]
				if _, set := o.set[found.Rule]; set || o.around == nil || found.Severity <= finding.Note {
					continue
				}
				switch {
				case found.Missing != nil:
					f(o, found, found.Missing)
				case isApart(found):
					f(o, found, found.Wanted)
				}
			}
		}
	}
	type lacking struct {
		in     *outcome // another part of a run may not have the others
		object finding.Resource
	}
	said := map[lacking]bool{}
	adds := map[string][]addition{} // by the file
	saysWhoAdds := func(f *finding.Finding, lines [][]byte, kind string) bool {
		all, ok := adds[f.File]
		if !ok {
			all = addingIn(lines)
			adds[f.File] = all
		}
		return slices.ContainsFunc(all, func(a addition) bool { return a.kind == kind && a.has(f.Line-1) })
	}
	each(func(o *outcome, f *finding.Finding, object *finding.Resource) {
		if lines := sources.of(rep, f.File); f.Line > 0 && f.Line <= len(lines) && !said[lacking{o, *object}] {
			from := f.Line - 1
			for from > 0 && bytes.HasPrefix(bytes.TrimLeft(lines[from-1], " "), []byte("#")) {
				from--
			}
			said[lacking{o, *object}] = slices.ContainsFunc(lines[from:f.Line], saysWhoMakes) || saysWhoAdds(f, lines, object.Kind)
			switch {
			case slices.ContainsFunc(lines[from:f.Line], saysPlaceholder):
				answer(f, "a comment says that it is a placeholder")
				f.Severity = finding.Note
			case (f.Rule == "scale-target-not-found" || f.Rule == "service-not-found") && saysInCase(documentAt(lines, f.Line-1)):
				answer(f, "a comment says that it is for a case")
				f.Severity = finding.Note
			}
		}
	})
	each(func(o *outcome, f *finding.Finding, object *finding.Resource) {
		if said[lacking{o, *object}] {
			f.Severity, f.Help = finding.Note, "a comment says that somebody makes it"
		}
	})
}

// sourceLines are the lines of the files that findings are in: many may be in one.
type sourceLines map[string][][]byte

func (s sourceLines) of(rep *Report, file string) [][]byte {
	lines, ok := s[file]
	if !ok {
		lines = bytes.Split(rep.Sources[file], []byte("\n"))
		s[file] = lines
	}
	return lines
}

var (
	whoSets = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:ci|cd|pipelines?|workflows?|github actions?|gitlab|jenkins|skaffold|tilt|kustomize|argo ?cd|image[- ]updater|flux|scripts?|makefile)\b`)
	})
	setting = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:overwr\w+|overrid\w+|replace[sd]?|update[sd]?|set|sets|inject\w*|substitut\w*|fill\w*|bump\w*|patche[sd]|pin\w*)\b`)
	})
)

// saysWhoForwards reports whether a comment says that an address is for a browser beside
// kubectl port-forward.
func saysWhoForwards(comment []byte) bool {
	return bytes.Contains(comment, []byte("port-forward")) || bytes.Contains(bytes.ToLower(comment), []byte("browser"))
}

// saysPlaceholder reports whether a line has a comment that calls what is there one.
func saysPlaceholder(line []byte) bool {
	_, comment, ok := bytes.Cut(line, []byte("#"))
	return ok && hasWord(bytes.ToLower(comment), "placeholder")
}

// inCase is how a comment says that a resource is for those who have something.
var inCase = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\bif (?:[\w-]+ ){0,4}(?:implemented|used|using|deployed|enabled|available|exists?)\b|\b(?:when|once) (?:[\w-]+ ){0,4}(?:implemented|deployed|enabled)\b`)
})

// saysInCase reports whether a comment before the first field of a document says so of it.
func saysInCase(doc [][]byte) bool {
	for _, line := range doc {
		text := bytes.TrimSpace(line)
		switch {
		case bytes.HasPrefix(text, []byte("#")):
			if inCase().Match(text) {
				return true
			}
		case len(text) > 0 && !bytes.HasPrefix(text, []byte("---")):
			return false
		}
	}
	return false
}

var saidMade = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\bbootstrap(?:ped|s)? (?:secrets?|scripts?|jobs?|process|steps?|phase|by|with|via)\b|\b(?:by|during|at|see) (?:the )?bootstrap\b|\bcreate secret\b|\b(?:created?|made|provisioned|generated|injected|copied|replicated|mirrored|synced|managed|comes|populated)\s+(?:\w+\s+){0,2}?(?:by|via|with|from|using|out|manually|separately|elsewhere|externally|in advance|beforehand)\b|\bby hand\b|\bmanual(?:ly)?\b|\bout[- ]of[- ]band\b|\bpre-?(?:created|existing|provisioned)\b`)
})

// saysWhoMakes reports whether a line has a comment that says that somebody makes what it
// names.
func saysWhoMakes(line []byte) bool {
	_, comment, ok := bytes.Cut(line, []byte("#"))
	return ok && saidMade().Match(comment) && !bytes.Contains(comment, []byte("krm-validate:")) // which says it of a finding
}

// whoAdds is how a comment says who makes an object, up to its kind.
var whoAdds = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:adds|creates|provides|provisions|installs|owns|supplies) (?:(?:the|this|that|its|a) )?([A-Z][\w-]*)`)
})

// addition is what a comment of a document says of the kind of an object that somebody adds.
type addition struct {
	span
	kind string
}

// addingIn are the comments of a file that say who adds an object.
func addingIn(lines [][]byte) (all []addition) {
	for doc := range documents(lines) {
		for _, line := range lines[doc.from:doc.to] {
			if _, comment, ok := bytes.Cut(line, []byte("#")); ok {
				for _, m := range whoAdds().FindAllSubmatch(comment, -1) {
					all = append(all, addition{doc, string(m[1])})
				}
			}
		}
	}
	return all
}

// span is the part of a file that a document has: its first line, with what separates it
// from the one before, and the line behind its last.
type span struct{ from, to int }

func (s span) has(line int) bool { return s.from <= line && line < s.to }

// documents yields the documents of a file.
func documents(lines [][]byte) iter.Seq[span] {
	return func(yield func(span) bool) {
		from := 0
		for to := 1; to <= len(lines); to++ {
			if to < len(lines) && !bytes.HasPrefix(lines[to], []byte("---")) {
				continue
			}
			if !yield(span{from, to}) {
				return
			}
			from = to
		}
	}
}

// documentAt are the lines of the document that a line is in.
func documentAt(lines [][]byte, at int) [][]byte {
	from, to := min(at, len(lines)), min(at, len(lines))
	for from > 0 && !bytes.HasPrefix(lines[from-1], []byte("---")) {
		from--
	}
	for to < len(lines) && !bytes.HasPrefix(lines[to], []byte("---")) {
		to++
	}
	return lines[from:to]
}

// saysWhoSets reports whether a comment names what sets something.
func saysWhoSets(comment []byte) bool { return whoSets().Match(comment) && setting().Match(comment) }

// old is how comments say that something is of an earlier time.
var old = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:ancient|legacy|old|older|outdated)\b`)
})

// saysOld reports whether a comment of a document before a place calls the operator that
// serves an API group old: it is served there then.
func saysOld(lines [][]byte, group string) bool {
	for _, line := range slices.Backward(lines) {
		if bytes.HasPrefix(line, []byte("---")) {
			break
		}
		if comment, ok := bytes.CutPrefix(bytes.TrimLeft(line, " "), []byte("#")); ok && old().Match(comment) && isOfGroup(comment, group) {
			return true
		}
	}
	return false
}
