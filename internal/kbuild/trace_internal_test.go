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
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// placed is a scalar of a build with the place where it was written.
type placed struct {
	resource resourceName
	field    string
	value    string
	rec      provenance.Record
	made     bool // the resource is a generator's
	asked    bool // the function's configuration asks for it
}

type resourceName struct{ apiVersion, kind, namespace, name string }

func nameOf(r *resource.Resource) resourceName {
	return resourceName{r.GetApiVersion(), r.GetKind(), r.GetNamespace(), r.GetName()}
}

// oracle changes places and looks what stock kustomize makes of it.
type oracle struct {
	fsys filesys.FileSystem
	dir  string
	cwd  string
	most int // places that are judged, 0 for all
	seed uint64

	function bool // is part of the build
	figures
	report func(format string, args ...any)
}

// figures count scalars: those that are written nowhere, those with a place,
// those whose place was judged, or could not be, and the wrong ones.
type figures struct{ scalars, unwritten, placed, judged, moot, wrong int }

func (f *figures) add(other figures) {
	f.scalars += other.scalars
	f.unwritten += other.unwritten
	f.placed += other.placed
	f.judged += other.judged
	f.moot += other.moot
	f.wrong += other.wrong
}

func (f *figures) String() string {
	return fmt.Sprintf("%d scalars, %d of them written somewhere, %d placed (%.2f %%); %d judged, %d that could not be, %d wrong",
		f.scalars, f.scalars-f.unwritten, f.placed, f.share(), f.judged, f.moot, f.wrong)
}

// share is that of scalars with a place among those that are written, in percent.
func (f *figures) share() float64 {
	return 100 * float64(f.placed) / float64(max(f.scalars-f.unwritten, 1))
}

func (f *figures) verdict(t testing.TB, name string) {
	t.Helper()
	t.Logf("%s: %s", name, f)
	assert.Zero(t, f.wrong, "wrong places")
	assert.GreaterOrEqual(t, f.share(), 99.5, "too few places")
}

// changedFiles is a file system in which some files say something else.
type changedFiles struct {
	filesys.FileSystem
	texts map[string]string
}

func (c changedFiles) ReadFile(path string) ([]byte, error) {
	if text, ok := c.texts[path]; ok {
		return []byte(text), nil
	}
	return c.FileSystem.ReadFile(path)
}

// stock is kustomize's build, with the function as a process if it is part of it.
func (o *oracle) stock(changed map[string]string) (resmap.ResMap, error) {
	fsys := changedFiles{o.fsys, changed}
	if o.function {
		result, err := newBuilder(fsys, Options{Secrets: &redact.Secrets{}}).stock(o.dir)
		if err != nil {
			return nil, err
		}
		return result.Resources, nil
	}
	return stock(fsys, o.dir)
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

// scalarsOf builds dir and returns its scalars. ok is false where it does not
// build.
func (o *oracle) scalarsOf(t testing.TB) (all []placed, ok bool) {
	t.Helper()
	var trace provenance.Trace
	result, err := Build(o.fsys, o.dir, Options{Trace: &trace, InProcess: function.RunNodes})
	if err != nil {
		return nil, false
	}
	o.function = len(result.Runs) > 0
	plain, err := o.stock(nil)
	require.NoError(t, err)
	require.NoError(t, restoreManagedBy(plain))
	want, err := plain.AsYaml()
	require.NoError(t, err)
	m := result.Resources
	got, err := m.AsYaml()
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "a trace changed the build")
	for _, r := range m.Resources() {
		name := trace.Of(yamlnode.Path(r.YNode(), "metadata", "name"))
		made := name == 0 || slices.ContainsFunc(trace.History(name), func(r provenance.Record) bool { return r.Via == provenance.Generator })
		for field, n := range provenance.Scalars(r.YNode()) {
			rec := trace.Record(trace.Of(n))
			if rec.Known() && !filepath.IsAbs(rec.File) {
				rec.File = filepath.Join(o.cwd, rec.File)
			}
			asked := slices.ContainsFunc(trace.History(trace.Of(n)), func(r provenance.Record) bool { return r.Via == provenance.Function })
			all = append(all, placed{nameOf(r), field, n.Value, rec, made, asked})
		}
	}
	return all, true
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
	content, err := o.fsys.ReadFile(p.File)
	if err != nil {
		return nil
	}
	text := string(content)
	lines := strings.SplitAfter(text, "\n")
	if p.Line > len(lines) {
		return nil
	}
	at := 0
	for _, l := range lines[:p.Line-1] {
		at += len(l)
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
	case strings.HasPrefix(rest, "-") && isNumber(of[0].value):
		m.at, m.mark = m.at+1, "7"
	case rest != "" && rest[0] == '.' && isNumber(of[0].value):
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
		content, err := o.fsys.ReadFile(file)
		if err != nil {
			o.split(ms, err)
			return
		}
		text := string(content)
		for _, m := range own {
			text = text[:m.at] + m.mark + text[m.at+m.cut:]
		}
		changed[file] = text
	}
	result, err := o.stock(changed)
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
			if whole && m.shows(p, n) || !whole && m.flip == "false" && p.field == "immutable" || !whole && p.rec.Via == provenance.Metadata {
				o.judged++ // kustomize leaves out an immutable that is false, and what is not asked for
				continue
			}
			if len(ms) > 1 {
				again = append(again, m)
				break
			}
			// The element may have moved: a list is in another order with another key.
			o.judged++
			if anywhere(r, p, m) || p.asked && o.asks(m, p) {
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

// asks reports whether a value of the function's is another one, or not there,
// without the entry of its configuration that begins at a place.
func (o *oracle) asks(m *mutation, p placed) bool {
	content, err := o.fsys.ReadFile(m.file)
	if err != nil {
		return false
	}
	lines := strings.SplitAfter(string(content), "\n")
	from := m.place.Line - 1
	to := from + 1
	for to < len(lines) && len(lines[to])-len(strings.TrimLeft(lines[to], " ")) >= m.place.Column {
		to++
	}
	result, err := o.stock(map[string]string{m.file: strings.Join(append(slices.Clone(lines[:from]), lines[to:]...), "")})
	if err != nil {
		return strings.Contains(err.Error(), "no resource matches") || strings.Contains(err.Error(), "connection") // what needs the value misses it
	}
	for _, r := range result.Resources() {
		if nameOf(r) == p.resource {
			n, whole := fieldpath.Parse(p.field).Follow(r.YNode())
			return !whole || n.Value != p.value
		}
	}
	return true
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

// prove checks the places of every scalar of a build, or of some. It reports
// whether there is a build.
func (o *oracle) prove(t testing.TB) bool {
	t.Helper()
	all, ok := o.scalarsOf(t)
	if !ok {
		return false
	}
	byPlace := map[provenance.Place][]placed{}
	for _, p := range all {
		o.scalars++
		switch {
		case p.rec.Known():
			o.placed++
			byPlace[p.rec.Place] = append(byPlace[p.rec.Place], p)
		case unwritten(p):
			o.unwritten++
		default:
			o.report("unknown: %v %s = %q", p.resource, p.field, p.value)
		}
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
	if o.most > 0 && len(ms) > o.most {
		rand.New(rand.NewPCG(o.seed, 2)).Shuffle(len(ms), func(i, j int) { ms[i], ms[j] = ms[j], ms[i] })
		ms = ms[:o.most]
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
	return true
}

// unwritten reports whether a scalar is written nowhere: kustomize makes it.
func unwritten(p placed) bool {
	return p.value == "" || p.value == "null" || p.made && slices.Contains([]string{"apiVersion", "kind", "type"}, p.field)
}

func newOracle(t testing.TB, fsys filesys.FileSystem, dir string) *oracle {
	t.Helper()
	cwd, err := os.Getwd()
	require.NoError(t, err)
	o := &oracle{fsys: fsys, dir: dir, cwd: cwd}
	o.report = func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !strings.HasPrefix(text, "moot") || os.Getenv("MOOT") != "" {
			t.Logf("%s: %s", dir, text)
		}
	}
	return o
}

func number(t testing.TB, env string, otherwise uint64) uint64 {
	t.Helper()
	if os.Getenv(env) == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(os.Getenv(env), 10, 32)
	require.NoError(t, err, env)
	return n
}

// TestPlacesAreExact changes the text at each place that a build of a random
// tree names, and builds with kustomize: the value has to follow. PLACES_TREES
// says how many.
func TestPlacesAreExact(t *testing.T) {
	var total figures
	for seed := range number(t, "PLACES_TREES", 12) {
		files := map[string]string{}
		for name, text := range randomPlainTree(seed) {
			files["/"+name] = text
		}
		o := newOracle(t, inMemory(t, files), "/top")
		if _, err := o.stock(nil); err != nil {
			continue
		}
		o.prove(t)
		total.add(o.figures)
	}
	total.verdict(t, "random trees")
}

// TestPlacesOfRepository does the same for the kustomizations of this
// repository, or of those in PLACES. Of each it judges PLACES_MOST places (0:
// all), which PLACES_SEED draws.
func TestPlacesOfRepository(t *testing.T) {
	t.Setenv(realFunction, "1")
	own, err := filepath.Abs("../..")
	require.NoError(t, err)
	roots := []string{own}
	if more := os.Getenv("PLACES"); more != "" {
		roots = filepath.SplitList(more)
	}
	for _, root := range roots {
		t.Run(filepath.Base(root), func(t *testing.T) { placesBelow(t, root) })
	}
}

func placesBelow(t *testing.T, root string) {
	dirs := kustomizationsBelow(t, root)
	var total figures
	built := 0
	for _, dir := range dirs {
		o := newOracle(t, filesys.MakeFsOnDisk(), dir)
		o.most, o.seed = int(number(t, "PLACES_MOST", 10)), number(t, "PLACES_SEED", 1)
		if o.prove(t) {
			built++
		}
		total.add(o.figures)
	}
	total.verdict(t, fmt.Sprintf("%d of %d kustomizations", built, len(dirs)))
}

// kustomizationsBelow returns the directories with a kustomization file.
func kustomizationsBelow(t *testing.T, root string) (dirs []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if err == nil && !d.IsDir() && isKustomization(path) {
			dirs = append(dirs, filepath.Dir(path))
		}
		return err
	}))
	slices.Sort(dirs)
	return slices.Compact(dirs)
}
