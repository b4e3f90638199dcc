package apischema

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// kubernetesTable is what tools/apischema writes (make schemas): lines of
// tab-separated columns.
//
//	kind      group, version, kind, resource, scope, name of its type
//	life      group, version, kind, release it came in, release it went in, replacement
//	resource  group, name, verbs
//	type      name, fields
//	zones     names of time zones
//
// A field is name:type, where the type is a ! if the field is required, [ for
// each list it is (with the keys of its elements in brackets), { for each map,
// the letter of a [Type] or @ and the name of one, and = with the values that
// are allowed.
//
//go:embed kubernetes.txt.gz
var kubernetesTable []byte

// GroupVersionKind identifies a kind in one version.
type GroupVersionKind struct{ Group, Version, Kind string }

// APIVersion is group/version, or version for the core group.
func (k GroupVersionKind) APIVersion() string {
	if k.Group == "" {
		return k.Version
	}
	return k.Group + "/" + k.Version
}

// Kind is one version of a kind that Kubernetes serves.
type Kind struct {
	GroupVersionKind
	// Resource is its name in paths and in RBAC rules: deployments.
	Resource   string
	Namespaced bool
	*Schema
}

// Life says in which releases a version of a kind is served.
type Life struct {
	// Introduced and Removed are releases, 0.0 if they are not known.
	Introduced, Removed Release
	// Replacement is what to use instead, the zero value if there is nothing.
	Replacement GroupVersionKind
}

// Release is a release of Kubernetes, as in 1.37.
type Release struct{ Major, Minor int }

// Newest is the release that the table describes: tools/apischema writes it of
// that one, and a test compares the two.
var Newest = Release{1, 37}

// String is major.minor.
func (r Release) String() string { return strconv.Itoa(r.Major) + "." + strconv.Itoa(r.Minor) }

// Before reports whether r came before s.
func (r Release) Before(s Release) bool {
	return r.Major < s.Major || r.Major == s.Major && r.Minor < s.Minor
}

// ParseRelease reads 1.37, v1.37 or v1.37.2.
func ParseRelease(s string) (r Release, ok bool) {
	parts := strings.Split(strings.TrimPrefix(s, "v"), ".")
	if len(parts) < 2 {
		return r, false
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return Release{major, minor}, err1 == nil && err2 == nil && major >= 0 && minor >= 0
}

// Table are kinds and their schemas.
type Table struct {
	kinds  map[GroupVersionKind]*Kind
	life   map[GroupVersionKind]Life
	byKind map[string][]*Kind // in the order of the table
	groups map[string]bool
	lines  map[string]string // of the types, by name
	from   map[string]string // modules, by group/kind; only of operators

	mu    sync.Mutex
	types map[string]*Schema
}

// Kubernetes returns the table of Kubernetes' own kinds. It is read when it is
// first asked for.
var Kubernetes = sync.OnceValue(func() *Table { return newTable(decompress(kubernetesTable)) })

// decompress reads an embedded file, whose errors would be those of the build.
func decompress(data []byte) string {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func newTable(text string) *Table {
	t := &Table{
		kinds: map[GroupVersionKind]*Kind{}, life: map[GroupVersionKind]Life{}, byKind: map[string][]*Kind{},
		groups: map[string]bool{},
		lines:  make(map[string]string, 1024), types: map[string]*Schema{}, from: map[string]string{},
	}
	for line := range strings.SplitSeq(text, "\n") {
		what, rest, _ := strings.Cut(line, "\t")
		switch what {
		case "type":
			name, fields, _ := strings.Cut(rest, "\t")
			t.lines[name] = fields
		case "kind":
			c := strings.Split(rest, "\t")
			k := &Kind{GroupVersionKind: GroupVersionKind{c[0], c[1], c[2]}, Resource: c[3], Namespaced: c[4] == "Namespaced"}
			k.Schema = t.typeOf(c[5])
			t.kinds[k.GroupVersionKind] = k
			t.byKind[k.Kind] = append(t.byKind[k.Kind], k)
			t.groups[k.Group] = true
		case "from":
			c := strings.Split(rest, "\t")
			t.from[c[0]+"/"+c[1]] = c[2]
		case "life":
			c := strings.Split(rest, "\t")
			var l Life
			l.Introduced, _ = ParseRelease(c[3])
			l.Removed, _ = ParseRelease(c[4])
			if r := strings.Split(c[5], " "); len(r) == 3 {
				l.Replacement = GroupVersionKind{r[0], r[1], r[2]}
			}
			t.life[GroupVersionKind{c[0], c[1], c[2]}] = l
		}
	}
	return t
}

// timeZones returns the names of the time zones, sorted. It is not of Table, which
// few look into for them.
var timeZones = sync.OnceValue(func() []string {
	_, rest, _ := strings.Cut(decompress(kubernetesTable), "\nzones\t")
	rest, _, _ = strings.Cut(rest, "\n")
	return strings.Split(rest, "\t")
})

// servedGroups are the groups that have resources of Kubernetes' own.
var servedGroups = sync.OnceValue(func() map[string]bool {
	groups := map[string]bool{}
	for _, in := range resources() {
		for _, g := range in {
			groups[g] = true
		}
	}
	return groups
})

// resources returns the groups that have a resource, by its name, for rules of
// Roles. Like timeZones it is not of Table.
var resources = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for line := range strings.SplitSeq(decompress(kubernetesTable), "\n") {
		if c := strings.Split(line, "\t"); c[0] == "resource" {
			all[c[2]] = append(all[c[2]], c[1])
		}
	}
	return all
})

// Lookup returns a kind in one version, or nil.
func (t *Table) Lookup(k GroupVersionKind) *Kind { return t.kinds[k] }

// Versions returns the groups and versions that have a kind of this name.
func (t *Table) Versions(kind string) []*Kind { return t.byKind[kind] }

// Life returns when a version of a kind is served. It knows versions that are
// gone, too.
func (t *Table) Life(k GroupVersionKind) (Life, bool) {
	l, ok := t.life[k]
	return l, ok
}

// HasGroup reports whether a group is one of the table.
func (t *Table) HasGroup(group string) bool { return t.groups[group] }

// Kinds returns the names of the kinds in a group.
func (t *Table) Kinds(group string) []string {
	var names []string
	for k := range t.kinds {
		if k.Group == group && !slices.Contains(names, k.Kind) {
			names = append(names, k.Kind)
		}
	}
	slices.Sort(names)
	return names
}

// AllKinds returns the names of all kinds.
func (t *Table) AllKinds() []string { return slices.Sorted(maps.Keys(t.byKind)) }

// typeOf returns the schema of a type of the table. Its fields are read when
// they are first asked for.
func (t *Table) typeOf(name string) *Schema {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.types[name]
	if s == nil {
		s = &Schema{Type: Object, Name: name, expand: t.expand}
		t.types[name] = s
	}
	return s
}

func (t *Table) expand(s *Schema) {
	line := t.lines[s.Name]
	s.fields = make([]Field, 0, strings.Count(line, "\t")+1)
	for spec := range strings.SplitSeq(line, "\t") {
		name, code, ok := strings.Cut(spec, ":")
		if !ok {
			s.Open = s.Open || spec == "*"
			continue
		}
		f := Field{Name: name}
		code, f.Required = strings.CutPrefix(code, "!")
		code, values, enum := strings.Cut(code, "=")
		if enum {
			f.Enum = strings.Split(values, "|")
		}
		f.Schema = t.parse(code)
		s.fields = append(s.fields, f)
	}
	applyRows(s)
}

// basic are the schemas of types that are only a letter.
var basic = func() (all [128]*Schema) {
	for _, c := range "arsbilnyqotu" {
		all[c] = &Schema{Type: Type(c)}
	}
	return all
}()

func (t *Table) parse(code string) *Schema {
	switch code[0] {
	case '@':
		return t.typeOf(code[1:])
	case '{':
		return &Schema{Type: Map, Elem: t.parse(code[1:])}
	case '[':
		s := &Schema{Type: List}
		rest := code[1:]
		if rest[0] == '(' {
			keys, after, _ := strings.Cut(rest[1:], ")")
			if rest, s.Set = after, keys == ""; !s.Set {
				s.Keys = strings.Split(keys, ",")
			}
		}
		s.Elem = t.parse(rest)
		return s
	}
	return basic[code[0]]
}
