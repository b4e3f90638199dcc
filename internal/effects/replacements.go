package effects

import (
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/utils"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// delimited is a field of which a replacement writes one part.
type delimited struct {
	entry     []any
	res       *resource.Resource
	path      string
	node      *kyaml.RNode
	before    string
	delimiter string
	index     int
}

// replacements reports targets that select nothing, and watches the fields of
// which only a part is replaced.
func (r *Recorder) replacements(s *kbuild.Step) (done func()) {
	var fields []delimited
	for i, rep := range s.Kustomization.Replacements {
		for j, target := range rep.Targets {
			if rep.Path != "" || target == nil || target.Select == nil {
				continue
			}
			entry := []any{"replacements", i, "targets", j}
			rs, err := s.Select(*target.Select)
			if err != nil {
				continue
			}
			if len(rs) == 0 {
				r.replacementTarget(s, *target.Select, entry)
			}
			if o := target.Options; o != nil && o.Delimiter != "" && !o.Create {
				for _, res := range rs {
					fields = append(fields, partsOf(res, target, entry)...)
				}
			}
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return func() {
		for i := range fields {
			r.comparePart(s, &fields[i])
		}
	}
}

func (r *Recorder) replacementTarget(s *kbuild.Step, target types.Selector, entry []any) {
	if target.Name == "" || strings.ContainsAny(target.Name, `*+?|()[]\^$.{`) || target.LabelSelector != "" {
		return
	}
	var names []string
	s.Each(func(res *resource.Resource) {
		if target.Kind == "" || res.GetKind() == target.Kind {
			names = append(names, res.GetName())
		}
	})
	near := closest(target.Name, names)
	if len(near) == 0 && s.Kustomization.Kind == types.ComponentKind {
		return
	}
	severity := finding.Warning
	if len(near) > 0 {
		severity = finding.Error
	}
	r.report(ReplacementMisplaced, severity, s.File, append(entry, "select", "name"),
		fmt.Sprintf("the replacement changes nothing: its target %s selects no resource", strings.TrimSpace(target.Kind+" "+target.Name)), meant(near...),
		help("kustomize skips such a target without a word"))
}

func partsOf(res *resource.Resource, target *types.TargetSelector, entry []any) []delimited {
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
			fields = append(fields, delimited{append(slices.Clone(entry), "fieldPaths", k), res, path, n, n.YNode().Value, target.Options.Delimiter, target.Options.Index})
		}
	}
	return fields
}

// comparePart reports a part that was written over although another one was
// meant: the svc of a Service's DNS name, or one beside a placeholder that is
// still there.
func (r *Recorder) comparePart(s *kbuild.Step, d *delimited) {
	after := d.node.YNode().Value
	old, now := strings.Split(d.before, d.delimiter), strings.Split(after, d.delimiter)
	if d.before == after || len(old) != len(now) || d.index < 0 || d.index >= len(old) || old[d.index] == now[d.index] {
		return
	}
	written := old[d.index]
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
	if place < 0 {
		return
	}
	what := fmt.Sprintf("part %d", d.index)
	if lostZone {
		what = fmt.Sprintf("%q, part %d", written, d.index)
	}
	r.report(ReplacementMisplaced, finding.Error, s.File, append(slices.Clone(d.entry[:4]), "options", "index"),
		fmt.Sprintf("the replacement writes over %s of %s of %s %s: parts are counted from 0 between %q, and part %d is the one that was meant", what, d.path, d.res.GetKind(), d.res.GetName(), d.delimiter, place),
		meant(fmt.Sprint(place)))
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
