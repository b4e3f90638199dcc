package check

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// unfilled begins what is read in place of a file that is not there: a key where that is
// a list of variables.
const unfilled = "KRM_VALIDATE_UNFILLED_"

// mostUnfilled bounds how many files may not be there, and how many keys of them are asked
// for one by one.
const mostUnfilled = 16

// later stands for a value of a file that is not there.
const later = "${UNFILLED}"

// checkUnfilled checks a kustomization that does not build since files which its
// generators read, or which are among its resources, are not there, such as an .env or a
// secrets.yaml that git ignores: whoever applies it has them. What is generated is there,
// and nobody knows which keys it has, nor what else there is. If the build fails for
// something else, it returns that, or what it was given.
func (rep *Report) checkUnfilled(ctx context.Context, t Tree, opts Options, b built, err error) (built, error) {
	var unread []Unread
	var lacking []finding.Finding
	on := opts.files()
	edited := maps.Clone(opts.Edited)
	if edited == nil {
		edited = map[string][]byte{}
	}
	opts.Edited = edited
	opts.Build.Cache = nil // what is in it was read without them
	var lacked []string
	var variables []string // files that generators read and that are not there
	keys := 0
	for next := err; len(unread) < mostUnfilled && keys < mostUnfilled; {
		var failure *kbuild.Failure
		if !errors.As(next, &failure) {
			break
		}
		file, text, rest := failure.Read, fmt.Sprintf("%s%d=1\n", unfilled, len(unread)+1), "the rest is checked without what is in it"
		if failure.Lacks != "" {
			file, text, rest = failure.Lacks, "# not there\n", "the rest is checked without it"
			lacked = append(lacked, file)
		}
		if entry := "\n" + failure.Takes + "="; file == "" && failure.Takes != "" && len(variables) > 0 {
			without := slices.IndexFunc(variables, func(v string) bool { return !strings.Contains(string(edited[v]), entry) })
			if without < 0 {
				err = next // none of them is for it
				break
			}
			file = variables[without]
			text = string(edited[file]) + entry[1:] + later + "\n"
			keys++
		} else if file == "" || edited[file] != nil {
			break
		} else {
			unread = append(unread, Unread{Name: t.Name, Err: fmt.Errorf("%w; %s", oneLine(t.awaited(on, next)), rest), Named: t.Named})
			if found := rep.failed(&t, on, failure); found != nil && !t.Named {
				lacking = append(lacking, *found)
			}
			if failure.Read != "" {
				variables = append(variables, file)
			}
		}
		edited[file] = []byte(text)
		files := kbuild.NewSnapshot(opts.files())
		var c built
		if c, next = rep.buildAndCheck(ctx, files, t, opts); next == nil && !c.function && (len(lacked) == 0 || len(c.resources) > 0) {
			files.Forget(slices.Concat(lacked, variables)...)
			rep.inputs, rep.Unread = append(rep.inputs, files), append(rep.Unread, unread...)
			c.aside = append(c.aside, lacking...)
			if len(lacked) > 0 {
				rep.spareLacked(&c, lacked)
			}
			if keys > 0 {
				c.findings = slices.DeleteFunc(c.findings, func(f finding.Finding) bool { return strings.Contains(f.Message, later) })
			}
			return c, nil
		} else if other := (*kbuild.Failure)(nil); len(lacked) == 0 && errors.As(next, &other) && other.Read == "" && (other.Takes == "" || len(variables) == 0) {
			err = next // which nobody has a file for
		}
	}
	return b, err
}

// spareLacked takes away what files that are not there may put right. One that is called
// so has Secrets in it, and of any other nobody knows.
func (rep *Report) spareLacked(c *built, lacked []string) {
	for _, file := range lacked {
		if !strings.Contains(strings.ToLower(filepath.Base(file)), "secret") {
			rep.about = nil
			c.findings = slices.DeleteFunc(c.findings, mayBeMended)
			if c.around != nil {
				c.around.Absences = rules.Absences{}
			}
			return
		}
	}
	secret := func(r *finding.Resource) bool { return r != nil && r.Kind == "Secret" }
	c.findings = slices.DeleteFunc(c.findings, func(f finding.Finding) bool { return secret(f.Missing) || secret(f.Wanted) })
	rep.about = slices.DeleteFunc(rep.about, func(f finding.Finding) bool { return f.Rule == "patch-target-missing" && f.Meant == "" })
}

// takeUnfilled takes away the keys that a generator made of files that are not there, and
// marks their values as something that is put in later.
func takeUnfilled(o *inventory.Object) {
	data := yamlnode.Get(o.Node, "data")
	if data == nil {
		return
	}
	for i := 0; i+1 < len(data.Content); {
		key, value := data.Content[i], data.Content[i+1]
		if strings.HasPrefix(key.Value, unfilled) {
			o.Fill()
			data.Content = slices.Delete(data.Content, i, i+2)
			continue
		}
		if text, err := base64.StdEncoding.DecodeString(value.Value); err == nil && strings.HasPrefix(string(text), unfilled) {
			value.Value = base64.StdEncoding.EncodeToString([]byte(later))
		} else if strings.HasPrefix(value.Value, unfilled) {
			value.Value = later
		}
		i += 2
	}
}
