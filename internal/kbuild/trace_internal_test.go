package kbuild

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
)

// placed is a scalar of a build with the place where it was written.
type placed struct {
	resource resourceName
	field    string
	value    string
	rec      provenance.Record
}

type resourceName struct{ apiVersion, kind, namespace, name string }

func nameOf(r *resource.Resource) resourceName {
	return resourceName{r.GetApiVersion(), r.GetKind(), r.GetNamespace(), r.GetName()}
}

// oracle changes places and looks what stock kustomize makes of it.
type oracle struct {
	files map[string]string // absolute paths
	dir   string
	cwd   string

	scalars, placed, wrong, moot int
	report                       func(format string, args ...any)
}

func (o *oracle) fsys(changed map[string]string) filesys.FileSystem {
	f := filesys.MakeFsInMemory()
	for name, text := range o.files {
		if c, ok := changed[name]; ok {
			text = c
		}
		_ = f.WriteFile(name, []byte(text))
	}
	return f
}

func stock(f filesys.FileSystem, dir string) (m resmap.ResMap, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	opts := krusty.MakeDefaultOptions()
	opts.Reorder = krusty.ReorderOptionUnspecified
	return krusty.MakeKustomizer(opts).Run(f, dir)
}

// scalarsOf builds dir and returns its scalars. ok is false where kustomize
// itself has to build it.
func (o *oracle) scalarsOf(t testing.TB) (all []placed, ok bool) {
	t.Helper()
	var trace provenance.Trace
	f := o.fsys(nil)
	result, err := Build(f, o.dir, Options{Trace: &trace, Command: []string{"/nonexistent"}})
	if err != nil {
		return nil, false
	}
	plain, err := stock(o.fsys(nil), o.dir)
	require.NoError(t, err)
	want, err := plain.AsYaml()
	require.NoError(t, err)
	m := result.Resources
	got, err := m.AsYaml()
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "a trace changed the build")
	for _, r := range m.Resources() {
		for field, n := range provenance.Scalars(r.YNode()) {
			rec := trace.Record(trace.Of(n))
			if rec.Known() && !filepath.IsAbs(rec.File) {
				rec.File = filepath.Join(o.cwd, rec.File)
			}
			all = append(all, placed{nameOf(r), field, n.Value, rec})
		}
	}
	return all, trace.Any()
}

// mutation is a change at a place, and the scalars that have to follow.
type mutation struct {
	place provenance.Place
	mark  string // what the text now has in it
	flip  string // or what it is now
	of    []placed
	file  string
	at    int // offset
	cut   int // bytes that are replaced
}

// mutate changes the text at a place into another one of its shape.
func (o *oracle) mutate(p provenance.Place, number int, of []placed) *mutation {
	text, ok := o.files[p.File]
	if !ok {
		return nil
	}
	lines := strings.SplitAfter(text, "\n")
	if p.Line > len(lines) {
		return nil
	}
	at := 0
	for _, l := range lines[:p.Line-1] {
		at += len(l)
	}
	for i := range []rune(lines[p.Line-1]) {
		if i == p.Column-1 {
			break
		}
	}
	at += len(string([]rune(lines[p.Line-1])[:p.Column-1]))
	m := &mutation{place: p, of: of, file: p.File, at: at, mark: fmt.Sprintf("zq%dx", number)}
	rest := text[at:]
	via := of[0].rec.Via
	for _, b := range []string{"true", "false"} {
		if strings.HasPrefix(rest, b) && (of[0].value == b) {
			m.cut, m.mark, m.flip = len(b), map[string]string{"true": "false", "false": "true"}[b], map[string]string{"true": "false", "false": "true"}[b]
			return m
		}
	}
	switch {
	case via == provenance.EnvFile || via == provenance.GeneratorFile:
	case strings.HasPrefix(rest, `\"`):
		m.at += 2
	case rest != "" && (rest[0] == '"' || rest[0] == '\''):
		m.at++
	case rest != "" && (rest[0] == '|' || rest[0] == '>'):
		line, after, _ := strings.Cut(rest, "\n")
		m.at += len(line) + 1 + len(after) - len(strings.TrimLeft(after, " \n"))
	case rest != "" && (rest[0] >= '0' && rest[0] <= '9') && isNumber(of[0].value):
		m.mark = "7"
	case rest != "" && (rest[0] == '-' || rest[0] == '~' || rest[0] == '.') && isNumber(of[0].value):
		return nil
	case strings.HasPrefix(rest, "null") || strings.HasPrefix(rest, "~"):
		return nil
	}
	return m
}

func isNumber(s string) bool {
	n := yaml.Node{Kind: yaml.ScalarNode, Value: s}
	tag := n.ShortTag()
	return tag == "!!int" || tag == "!!float"
}

// shows reports whether a value is what a mutation makes of an old one.
func (m *mutation) shows(p placed, n *yaml.Node) bool {
	value := n.Value
	switch {
	case m.flip != "":
		return value == m.flip
	case m.mark == "7":
		return value != p.value && strings.Contains(value, "7")
	case strings.Contains(value, m.mark):
		return true
	}
	decoded, err := base64.StdEncoding.DecodeString(value)
	return err == nil && strings.Contains(string(decoded), m.mark)
}

// check builds with mutations and says how many of their scalars follow. When
// there is no build, or a resource is not found, the mutations are tried apart.
func (o *oracle) check(ms []*mutation) {
	if len(ms) == 0 {
		return
	}
	changed := map[string]string{}
	byFile := map[string][]*mutation{}
	for _, m := range ms {
		byFile[m.file] = append(byFile[m.file], m)
	}
	for file, own := range byFile {
		slices.SortFunc(own, func(a, b *mutation) int { return b.at - a.at })
		text := o.files[file]
		for _, m := range own {
			text = text[:m.at] + m.mark + text[m.at+m.cut:]
		}
		changed[file] = text
	}
	result, err := stock(o.fsys(changed), o.dir)
	if err != nil {
		o.split(ms, err)
		return
	}
	index := map[resourceName]*resource.Resource{}
	for _, r := range result.Resources() {
		index[nameOf(r)] = r
	}
	var again []*mutation
	for _, m := range ms {
		for _, p := range m.of {
			want := p.resource
			r := index[want]
			if r == nil && len(ms) == 1 {
				r = renamedResource(result, p, m)
			}
			if r == nil {
				if len(ms) > 1 {
					again = append(again, m)
					break
				}
				o.moot++
				o.report("moot: %s: %v %s", describePlace(m), p.resource, p.field)
				continue
			}
			n, whole := fieldpath.Parse(p.field).Follow(r.YNode())
			if whole && m.shows(p, n) || !whole && m.flip == "false" && p.field == "immutable" {
				continue
			}
			if len(ms) > 1 {
				again = append(again, m)
				break
			}
			// The element may have moved: a list is in another order with another key.
			if anywhere(r, p, m) {
				continue
			}
			o.wrong++
			got := "nothing"
			if whole {
				got = n.Value
			}
			o.report("wrong: %s: %v %s = %q, with %s it is %q", describePlace(m), p.resource, p.field, p.value, m.mark, got)
		}
	}
	for _, m := range again {
		o.check([]*mutation{m})
	}
}

func describePlace(m *mutation) string {
	return fmt.Sprintf("%s:%d:%d (%s)", m.place.File, m.place.Line, m.place.Column, m.of[0].rec.Via)
}

func (o *oracle) split(ms []*mutation, err error) {
	if len(ms) == 1 {
		o.moot += len(ms[0].of)
		o.report("moot: %s: %v %s: %v", describePlace(ms[0]), ms[0].of[0].resource, ms[0].of[0].field, firstLine(err))
		return
	}
	o.check(ms[:len(ms)/2])
	o.check(ms[len(ms)/2:])
}

func firstLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	if len(text) > 200 {
		text = text[:200]
	}
	return text
}

// renamedResource finds a resource whose own name was changed.
func renamedResource(m resmap.ResMap, p placed, mut *mutation) *resource.Resource {
	var found *resource.Resource
	for _, r := range m.Resources() {
		n, whole := fieldpath.Parse(p.field).Follow(r.YNode())
		if whole && mut.shows(p, n) && (r.GetKind() == p.resource.kind || p.field == "kind") {
			found = r
		}
	}
	return found
}

// anywhere reports whether a value is in the same list, elsewhere.
func anywhere(r *resource.Resource, p placed, m *mutation) bool {
	pattern := stripIndexes(p.field)
	if pattern == p.field {
		return false
	}
	for field, n := range provenance.Scalars(r.YNode()) {
		if stripIndexes(field) == pattern && m.shows(p, n) {
			return true
		}
	}
	return false
}

func stripIndexes(field string) string {
	var b strings.Builder
	for i := 0; i < len(field); i++ {
		if field[i] == '[' && i+1 < len(field) && field[i+1] >= '0' && field[i+1] <= '9' {
			for field[i] != ']' {
				i++
			}
			b.WriteString("[]")
			continue
		}
		b.WriteByte(field[i])
	}
	return b.String()
}

// prove checks the places of every scalar of a build, or of some.
func (o *oracle) prove(t testing.TB, most int) {
	t.Helper()
	all, ok := o.scalarsOf(t)
	if !ok {
		return
	}
	byPlace := map[provenance.Place][]placed{}
	for _, p := range all {
		o.scalars++
		if !p.rec.Known() {
			if !unwritten(p) {
				o.report("unknown: %v %s = %q", p.resource, p.field, p.value)
			}
			continue
		}
		o.placed++
		byPlace[p.rec.Place] = append(byPlace[p.rec.Place], p)
	}
	var ms []*mutation
	for place, of := range byPlace {
		if m := o.mutate(place, len(ms)+1, of); m != nil {
			ms = append(ms, m)
		} else {
			o.moot += len(of)
		}
	}
	slices.SortFunc(ms, func(a, b *mutation) int {
		return strings.Compare(fmt.Sprint(a.place), fmt.Sprint(b.place))
	})
	if most > 0 && len(ms) > most {
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(ms), func(i, j int) { ms[i], ms[j] = ms[j], ms[i] })
		ms = ms[:most]
	}
	// What names things is changed alone: it changes what is found.
	var alone, together []*mutation
	for _, m := range ms {
		if slices.ContainsFunc(m.of, func(p placed) bool {
			return strings.HasPrefix(p.field, "metadata.name") || p.field == "kind" || p.field == "apiVersion" || strings.HasSuffix(p.field, "name") || strings.HasSuffix(p.field, "namespace")
		}) {
			alone = append(alone, m)
		} else {
			together = append(together, m)
		}
	}
	o.check(together)
	for _, m := range alone {
		o.check([]*mutation{m})
	}
}

// unwritten reports whether a scalar is written nowhere: kustomize makes it.
func unwritten(p placed) bool {
	generated := p.resource.kind == "ConfigMap" || p.resource.kind == "Secret"
	return p.value == "" || p.value == "null" ||
		generated && slices.Contains([]string{"apiVersion", "kind", "type", "immutable"}, p.field) ||
		strings.Contains(p.field, "config.kubernetes.io")
}

// filesBelow reads a directory of the disk.
func filesBelow(t testing.TB, root, as string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() || info.Size() > 4<<20 {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		files[filepath.Join(as, rel)] = string(text)
		return err
	})
	require.NoError(t, err)
	return files
}

func newOracle(t testing.TB, files map[string]string, dir string) *oracle {
	t.Helper()
	cwd, err := os.Getwd()
	require.NoError(t, err)
	return &oracle{files: files, dir: dir, cwd: cwd, report: t.Logf}
}

// TestPlacesAreExact changes the text at each place that a build of a random
// tree names, and builds with kustomize: the value has to follow.
func TestPlacesAreExact(t *testing.T) {
	trees := uint64(12)
	if n, err := strconv.ParseUint(os.Getenv("PLACES_TREES"), 10, 32); err == nil {
		trees = n
	}
	total := &oracle{}
	for seed := range trees {
		files := map[string]string{}
		for name, text := range randomPlainTree(seed) {
			files["/"+name] = text
		}
		if _, err := stock((&oracle{files: files}).fsys(nil), "/top"); err != nil {
			continue
		}
		o := newOracle(t, files, "/top")
		o.report = func(format string, args ...any) {
			if text := fmt.Sprintf(format, args...); !strings.HasPrefix(text, "moot") || os.Getenv("MOOT") != "" {
				t.Logf("seed %d: %s", seed, text)
			}
		}
		o.prove(t, 0)
		total.add(o)
	}
	total.verdict(t)
}

func (o *oracle) add(other *oracle) {
	o.scalars += other.scalars
	o.placed += other.placed
	o.wrong += other.wrong
	o.moot += other.moot
}

func (o *oracle) verdict(t testing.TB) {
	t.Helper()
	t.Logf("%d scalars, %d placed, %d wrong, %d of them cannot be judged", o.scalars, o.placed, o.wrong, o.moot)
	assert.Zero(t, o.wrong)
}

// TestPlacesOfRepository does the same for kustomizations on the disk: those of
// this repository, or below the directories in PLACES.
func TestPlacesOfRepository(t *testing.T) {
	roots := []string{"../.."}
	if more := os.Getenv("PLACES"); more != "" {
		roots = filepath.SplitList(more)
	}
	for _, root := range roots {
		total := &oracle{}
		files := filesBelow(t, root, "/repository")
		var dirs []string
		for name := range files {
			if isKustomization(name) {
				dirs = append(dirs, filepath.Dir(name))
			}
		}
		slices.Sort(dirs)
		built := 0
		for _, dir := range dirs {
			if _, err := stock((&oracle{files: files}).fsys(nil), dir); err != nil {
				continue
			}
			o := newOracle(t, files, dir)
			o.report = func(format string, args ...any) {
				if text := fmt.Sprintf(format, args...); !strings.HasPrefix(text, "moot") || os.Getenv("MOOT") != "" {
					t.Logf("%s: %s", dir, text)
				}
			}
			built++
			o.prove(t, 60)
			total.add(o)
		}
		t.Logf("%s: %d of %d kustomizations", root, built, len(dirs))
		total.verdict(t)
	}
}
