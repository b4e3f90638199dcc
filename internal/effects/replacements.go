package effects

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/utils"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

// delimited is a field of which a replacement writes one part.
type delimited struct {
	file      string
	target    []any // the entry of the target
	field     int   // under its fieldPaths
	res       *resource.Resource
	path      string
	node      *kyaml.RNode
	before    string
	delimiter string
	index     int
}

// written is one replacement, with the place where it is written.
type written struct {
	file  string
	entry []any
	types.Replacement
}

// replacementsOf reads the replacements of a kustomization, and those in the
// files that it names.
func replacementsOf(s *kbuild.Step) []written {
	var all []written
	for i, field := range s.Kustomization.Replacements {
		if field.Path == "" {
			all = append(all, written{s.File, []any{"replacements", i}, field.Replacement})
			continue
		}
		file := filepath.Join(filepath.Dir(s.File), field.Path)
		text, err := s.Read(file)
		if err != nil {
			continue
		}
		var several []types.Replacement
		var one types.Replacement
		if kyaml.Unmarshal(text, &several) == nil {
			for j := range several {
				all = append(all, written{file, []any{j}, several[j]})
			}
		} else if kyaml.Unmarshal(text, &one) == nil {
			all = append(all, written{file, nil, one})
		}
	}
	return all
}

// replacements reports targets that select nothing and elements that are added to
// lists by mistake, and watches the fields of which only a part is replaced.
func (r *Recorder) replacements(s *kbuild.Step) (done func()) {
	var fields []delimited
	for _, rep := range replacementsOf(s) {
		selected := map[int][]*resource.Resource{}
		others := false // some targets select something
		for j, target := range rep.Targets {
			if target == nil || target.Select == nil {
				continue
			}
			if rs, err := s.Select(*target.Select); err == nil {
				selected[j] = rs
				others = others || len(rs) > 0
			}
		}
		for j, target := range rep.Targets {
			rs, ok := selected[j]
			if !ok {
				continue
			}
			entry := append(slices.Clone(rep.entry), "targets", j)
			if len(rs) == 0 {
				r.replacementTarget(s, rep.file, *target.Select, entry, others)
			}
			o := target.Options
			for _, res := range rs {
				switch {
				case o == nil:
				case o.Create:
					r.addedElements(rep.file, res, target, entry)
				case o.Delimiter != "":
					fields = append(fields, partsOf(rep.file, res, target, entry)...)
				}
			}
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return func() {
		for i := range fields {
			r.comparePart(&fields[i])
		}
	}
}

const silentTarget = "kustomize skips such a target without a word"

// replacementTarget reports a target that selects nothing: where others of the
// replacement do, it may be for a part that this build leaves out.
func (r *Recorder) replacementTarget(s *kbuild.Step, file string, target types.Selector, entry []any, others bool) {
	message := "the replacement changes nothing: its target " + described(&target) + "selects no resource"
	entry = append(entry, "select")
	if r.nearSelector(s, ReplacementMisplaced, file, &target, entry, message, silentTarget) || target.Name == "" || isPattern(target.Name) || target.LabelSelector != "" {
		return
	}
	if s.Kustomization.Kind != types.ComponentKind {
		severity := finding.Warning
		if others || r.commentedOut(s.File, target.Name) {
			severity = finding.Note
		}
		r.report(ReplacementMisplaced, severity, file, append(entry, "name"), message, help(silentTarget))
	}
}

// addedElements reports elements that create adds to a list beside one of nearly
// that name, which was meant.
func (r *Recorder) addedElements(file string, res *resource.Resource, target *types.TargetSelector, entry []any) {
	for k, path := range target.FieldPaths {
		parts := utils.SmarterPathSplitter(path, ".")
		for i, part := range parts {
			key, value, ok := strings.Cut(strings.Trim(part, "[]"), "=")
			if !ok || part[0] != '[' {
				continue
			}
			found, err := res.Pipe(&kyaml.PathMatcher{Path: slices.Clone(parts[:i])})
			if err != nil || found == nil {
				break
			}
			lists, err := found.Elements()
			if err != nil || len(lists) != 1 {
				break
			}
			elements, err := lists[0].Elements()
			if err != nil {
				break
			}
			var names []string
			for _, e := range elements {
				if n := e.Field(key); n != nil && n.Value != nil {
					names = append(names, n.Value.YNode().Value)
				}
			}
			if slices.Contains(names, value) {
				continue
			}
			near, severity := closest(value, names), finding.Error
			if parts[i-1] == "env" {
				// One more variable is as good as one that is there.
				near, severity = slices.DeleteFunc(near, func(name string) bool { return otherVariable(value, name) }), finding.Warning
			}
			if len(near) > 0 {
				r.report(ReplacementMisplaced, severity, file, append(slices.Clone(entry), "fieldPaths", k),
					fmt.Sprintf("the replacement adds an element with %s %s to %s of %s %s, and changes none that is there", key, value, strings.Join(parts[:i], "."), res.GetKind(), res.GetName()), meant(near...),
					help("options.create makes what a path does not find"))
			}
			break
		}
	}
}

// otherVariable reports whether names of variables that are near are those of
// two: HTTP_PROXY and HTTPS_PROXY, NODE_IP and NODE_ID, MIN_SIZE and MAX_SIZE.
func otherVariable(a, b string) bool {
	as, bs := strings.Split(a, "_"), strings.Split(b, "_")
	if len(as) != len(bs) {
		return true // by a word
	}
	for i := range as {
		x, y := strings.ToLower(as[i]), strings.ToLower(bs[i])
		if x != y && (max(len(x), len(y)) < 3 || x+"s" == y || y+"s" == x) {
			return true
		}
	}
	return !suggest.Close(strings.ReplaceAll(a, "_", "-"), strings.ReplaceAll(b, "_", "-"))
}

func partsOf(file string, res *resource.Resource, target *types.TargetSelector, entry []any) []delimited {
	var fields []delimited
	for k, path := range target.FieldPaths {
		matcher := &kyaml.PathMatcher{Path: utils.SmarterPathSplitter(path, ".")}
		found, err := res.Pipe(matcher)
		if err != nil || found == nil {
			continue
		}
		elements, err := found.Elements()
		if err != nil {
			continue
		}
		for _, n := range elements {
			fields = append(fields, delimited{file, entry, k, res, path, n, n.YNode().Value, target.Options.Delimiter, target.Options.Index})
		}
	}
	return fields
}

// comparePart reports a part that was written over although another one was
// meant: the svc of a Service's DNS name, one beside a placeholder that is still
// there, or one without which the value is no image or address any more.
func (r *Recorder) comparePart(d *delimited) {
	after := d.node.YNode().Value
	old, now := strings.Split(d.before, d.delimiter), strings.Split(after, d.delimiter)
	if d.before == after {
		return
	}
	written, added := "", d.index < 0 || d.index >= len(old)
	if !added {
		if len(old) != len(now) || old[d.index] == now[d.index] {
			return
		}
		written = old[d.index]
	}
	place := -1
	for i, part := range old {
		if i != d.index && isPlaceholder(part) && !isPlaceholder(written) {
			place = i
		}
	}
	lostZone := inZone(d.before) && !inZone(after)
	if lostZone && place < 0 {
		if i := slices.Index(old, "svc"); d.delimiter == "." && i > 0 {
			place = i - 1
		}
	}
	counted := fmt.Sprintf("parts are counted from 0 between %q", d.delimiter)
	field := fmt.Sprintf("%s of %s %s", d.path, d.res.GetKind(), d.res.GetName())
	entry := append(slices.Clone(d.target), "options", "index")
	if r.node(d.file, "", entry) == nil {
		entry = append(slices.Clone(d.target), "options", "delimiter")
	}
	switch {
	case place >= 0 && added:
		r.report(ReplacementMisplaced, finding.Error, d.file, entry,
			fmt.Sprintf("the replacement adds a part to %s: %s, and part %d is the one that was meant", field, counted, place), meant(fmt.Sprint(place)))
	case place >= 0:
		what := fmt.Sprintf("part %d", d.index)
		if lostZone {
			what = fmt.Sprintf("%q, part %d", written, d.index)
		}
		r.report(ReplacementMisplaced, finding.Error, d.file, entry,
			fmt.Sprintf("the replacement writes over %s of %s: %s, and part %d is the one that was meant", what, field, counted, place), meant(fmt.Sprint(place)))
	case isPlaceholder(written) || d.inSecret():
	default:
		form := formOf(d.path, d.before)
		if form == nil || form.fits(d.before, after) {
			return
		}
		value := after
		if !added {
			value = now[d.index]
		}
		if reference.IsPlaceholder(value) {
			return // what it stands for may fit
		}
		var fitting []string
		for i := range old {
			parts := slices.Clone(old)
			if parts[i] = value; i != d.index && form.fits(d.before, strings.Join(parts, d.delimiter)) {
				fitting = append(fitting, fmt.Sprint(i))
			}
		}
		switch {
		case len(fitting) > 1 && form.name == "image":
			fitting = fitting[len(fitting)-1:] // the tag
		case len(fitting) != 1:
			fitting = nil
		}
		r.report(ReplacementMisplaced, finding.Error, d.file, entry,
			fmt.Sprintf("the replacement writes over part %d of %s, and what is left is no %s: %s", d.index, field, form.name, counted), meant(fitting...))
	}
}

// inSecret reports whether the value is one that no message may tell of.
func (d *delimited) inSecret() bool { return d.res.GetKind() == "Secret" }

// form is what a value is that a part is replaced in.
type form struct {
	name string
	// of says which values have the form; path is that of the field.
	of func(path, text string) bool
	// fits reports whether a value still has the form after a replacement.
	fits func(before, after string) bool
}

var forms = []form{
	{"image", func(path, text string) bool {
		return strings.HasSuffix(path, "image") && imagePattern().MatchString(text)
	},
		func(_, after string) bool { return imagePattern().MatchString(after) }},
	{"URL", func(_, text string) bool { return urlPattern().MatchString(text) },
		func(before, after string) bool {
			// http://web:8080/path: the port stays one, and something is before ://
			return urlPattern().MatchString(after) && (portOf(before) == "" || isDigits(portOf(after)))
		}},
	{"address", func(_, text string) bool {
		host, _, _ := strings.Cut(text, ":") // 1000:1000 is a user and a group
		return addressPattern().MatchString(text) && strings.Trim(host, "0123456789") != ""
	},
		func(_, after string) bool { return addressPattern().MatchString(after) }},
}

// imagePattern: https://pkg.go.dev/github.com/distribution/reference#pkg-overview
var imagePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$`)
})

var urlPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+:-]*://[^\s/:@]+(:[^\s/@]*)?(/\S*)?$`)
})

var addressPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:[0-9]{2,5}$`)
})

// portOf is what stands for the port in a URL that urlPattern fits.
func portOf(text string) string {
	if m := urlPattern().FindStringSubmatch(text); m != nil {
		return strings.TrimPrefix(m[1], ":")
	}
	return ""
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func formOf(path, text string) *form {
	for i := range forms {
		if forms[i].of(path, text) {
			return &forms[i]
		}
	}
	return nil
}

// inZone reports whether a host is in the DNS zone of Services.
func inZone(text string) bool { return strings.Contains(text+".", ".svc.") }

// isPlaceholder reports whether a part of a value stands for one that is to be
// written.
func isPlaceholder(part string) bool {
	if len(part) < 2 {
		return false
	}
	letters := strings.Trim(part, "_-<>$(){}")
	return letters != "" && strings.ToUpper(letters) == letters && strings.ToLower(letters) != letters && strings.Trim(letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == ""
}
