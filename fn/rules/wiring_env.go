package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

const envFromDocs = "https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/#configure-all-key-value-pairs-in-a-configmap-as-container-environment-variables"

var envFromConflict = &Rule{
	Name:     "env-from-conflict",
	Severity: finding.Error,
	URL:      envFromDocs,
	Doc: "Two envFrom sources give a container the same variable with different values. " +
		"The later one in the list wins silently: editing the other changes nothing, and reordering the list changes what the program gets. " +
		"Values of Secrets are compared decoded and never shown. " +
		"Equal values, a placeholder that a later value takes the place of, and variables that an env entry sets anyway, are left alone; it is a warning where the earlier value is empty, where a placeholder takes the place of it, " +
		"or where a ConfigMap and a Secret that is filled at run time have the key both, and a note for other values that cannot be compared.",
	Run: func(p *Pass) error {
		shared := map[sourcePair]*sharedKeys{}
		for _, e := range wired.Of(p.Build).containers {
			latest := map[string]int{} // source by variable
			for i := range e.sources {
				for _, j := range rivalSources(e.sources[:i], &e.sources[i], latest) {
					p.checkEnvSources(e, &e.sources[j], &e.sources[i], shared)
				}
				if data := e.sources[i].data; data != nil {
					for _, key := range data.names {
						latest[e.sources[i].prefix+key] = i
					}
				}
			}
		}
		return nil
	},
}

// rivalSources are the sources in front of one, by index, that may have variables
// of it: all of them, or of very many those whose values are there until then.
func rivalSources(before []envSource, source *envSource, latest map[string]int) []int {
	const few = 32
	var rivals []int
	if len(before) <= few {
		for j := range before {
			rivals = append(rivals, j)
		}
		return rivals
	}
	if source.data == nil {
		return nil
	}
	for _, key := range source.data.names {
		if j, ok := latest[source.prefix+key]; ok {
			rivals = append(rivals, j)
		}
	}
	slices.Sort(rivals)
	return slices.Compact(rivals)
}

// sourcePair identifies two sources, whatever container they are in.
type sourcePair struct {
	first, second             *settings
	firstPrefix, secondPrefix string
}

// sharedKeys are the variables that two sources both set to something else.
type sharedKeys struct{ different, unfilled, emptied, unknown []string }

func (p *Pass) checkEnvSources(e *containerEnv, first, second *envSource, shared map[sourcePair]*sharedKeys) {
	if first.data == nil || second.data == nil || first.data == second.data {
		return
	}
	pair := sourcePair{first.data, second.data, first.prefix, second.prefix}
	keys := shared[pair]
	if keys == nil { // many containers take the same two
		keys = compareSources(first, second)
		shared[pair] = keys
	}
	unknown := finding.Note
	if first.data.object.Kind != second.data.object.Kind { // somebody keeps it in two places
		unknown = finding.Warning
	}
	for _, group := range [...]struct {
		names    []string
		severity finding.Severity
		how      string
	}{
		{keys.different, finding.Error, "with different values"},
		{keys.unfilled, finding.Warning, "with a placeholder in the latter"},
		{keys.emptied, finding.Warning, "which is empty in the former"},
		{keys.unknown, unknown, "with values that are made at run time"},
	} {
		names := slices.DeleteFunc(slices.Clone(group.names), func(name string) bool {
			return slices.ContainsFunc(e.entries, func(entry envEntry) bool { return entry.name == name })
		})
		if len(names) == 0 {
			continue
		}
		p.Report(e.owner, second.node,
			fmt.Sprintf("container %q takes %s from %s and from %s, %s; %s wins", e.container.Name, enumerate(names), first.data, second.data, group.how, second.data),
			AtMost(group.severity), Help("leave each key in one of them, or set it with an env entry, which wins over both"))
	}
}

func compareSources(first, second *envSource) *sharedKeys {
	keys := &sharedKeys{}
	fewer, other := first, second
	if len(second.data.names) < len(first.data.names) {
		fewer, other = second, first
	}
	for _, key := range fewer.data.names {
		name := fewer.prefix + key
		if other.get(name) == nil {
			continue
		}
		a, b := first.get(name), second.get(name)
		switch {
		case !a.known || !b.known:
			keys.unknown = append(keys.unknown, name)
		case a.text == b.text:
		case a.text == "":
			keys.emptied = append(keys.emptied, name)
		case isUnfilled(a.text): // the latter stands for it, or need not differ when it is filled in
		case isUnfilled(b.text):
			keys.unfilled = append(keys.unfilled, name)
		default:
			keys.different = append(keys.different, name)
		}
	}
	slices.Sort(keys.different)
	slices.Sort(keys.unfilled)
	slices.Sort(keys.emptied)
	slices.Sort(keys.unknown)
	return keys
}

// isUnfilled reports whether a value still has a placeholder.
func isUnfilled(text string) bool {
	word, _ := findPlaceholder(text)
	return word != ""
}

// enumerate is "A", "A and B", or "A, B, C and 4 more".
func enumerate(names []string) string {
	const most = 5
	switch n := len(names); {
	case n == 1:
		return names[0]
	case n > most:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n-most)
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

var envOverridesConfig = &Rule{
	Name:     "env-overrides-config",
	Severity: finding.Error,
	Advises:  true,
	URL:      envFromDocs,
	Doc: "An env entry gives a variable another value than the ConfigMap or Secret that the container takes with envFrom. " +
		"The entry wins silently: editing the ConfigMap changes nothing. " +
		"Equal values, and entries that extend the value, as in $(JAVA_OPTS) -Xmx1g, are left alone, and so is what several workloads take where not all of them give the same other value, or another container of the pod takes as it is: that is a default. It is a warning where several workloads give the same other value, one of the two is empty, or the entry is put together of other variables, as no value of a ConfigMap is, " +
		"and a note where a patch of an overlay has added the entry to what a base says.",
	Run: func(p *Pass) error {
		for _, e := range wired.Of(p.Build).containers {
			if len(e.sources) == 0 {
				continue
			}
			for i := range e.entries {
				p.checkOverride(e, i)
			}
		}
		return nil
	},
}

func (p *Pass) checkOverride(e *containerEnv, i int) {
	entry := &e.entries[i]
	below, at := e.fromSources(entry.name)
	if below == nil || !below.known || entry.name == "" {
		return
	}
	source := &e.sources[at]
	if entry.ref() && entry.data == source.data || !entry.ref() && strings.Contains(yamlnode.String(entry.node), "$("+entry.name+")") {
		return
	}
	own := e.entry(i)
	if !own.known || own.text == below.text || configOverrides.Of(p.Build).isDefault(source.data, entry.name) || p.takenBeside(e, source, entry.name) {
		return
	}
	opts := []Option{SecretLine(), Says(finding.About{What: overrides, Name: strings.TrimPrefix(entry.name, source.prefix), Object: source.data.object.Name, Of: source.data.object.Kind}),
		Help("take the variable out of one of them; where this container is meant to differ, give it a ConfigMap of its own")}
	several := configOverrides.Of(p.Build).others[overridden{source.data, entry.name}].count > 1                           // somebody wrote it again and again
	if several || own.text == "" || below.text == "" || !entry.ref() && len(expansions(yamlnode.String(entry.node))) > 0 { // which a ConfigMap cannot have
		opts = append(opts, AtMost(finding.Warning))
	}
	with := ""
	if entry.ref() {
		with = fmt.Sprintf(" with that of %s", entry.data)
	}
	p.Report(e.owner, entry.node,
		fmt.Sprintf("container %q: env overrides the value of %s in %s%s, and they differ", e.container.Name, entry.name, source.data, with), opts...)
}

// takenBeside reports whether another container of the pod takes the variable as the source
// has it: then the two are meant to differ.
func (p *Pass) takenBeside(e *containerEnv, source *envSource, name string) bool {
	envs := containerEnvs.Of(p.Build)
	return slices.ContainsFunc(e.container.Pod.Containers, func(c *inventory.Container) bool {
		other := envs[c]
		return other != nil && other != e && slices.ContainsFunc(other.sources, func(s envSource) bool { return s.data == source.data && s.prefix == source.prefix }) &&
			!slices.ContainsFunc(other.entries, func(entry envEntry) bool { return entry.name == name })
	})
}

// overrides is what is said of an entry that takes the place of what envFrom gives.
const overrides = "overrides"

// Overridden returns the object, without a namespace, and the key whose value a finding
// says has another one put in its place, nil if it is about something else.
func Overridden(f *finding.Finding) (object *finding.Resource, key string) {
	if about := f.Said(); f.Rule == envOverridesConfig.Name && about.What == overrides {
		return &finding.Resource{APIVersion: "v1", Kind: about.Of, Name: about.Object}, about.Name
	}
	return nil, ""
}

// sharedSettings are ConfigMaps and Secrets that containers take all variables of.
type sharedSettings struct {
	takers map[*settings]int // workloads
	others map[overridden]*override
}

// overridden is a variable of one of them.
type overridden struct {
	data *settings
	name string
}

// override is what workloads give a variable instead.
type override struct {
	last  *inventory.Object
	count int // workloads
	text  string
	many  bool // they differ, or are not known
}

// isDefault reports whether one value is for several workloads, of which some keep it or
// each has its own: who changes it means those that have none.
func (s *sharedSettings) isDefault(data *settings, name string) bool {
	o := s.others[overridden{data, name}]
	return s.takers[data] > 1 && o != nil && (o.count < s.takers[data] || o.many)
}

// configOverrides are the variables that workloads take from ConfigMaps and Secrets and give
// another value.
var configOverrides = NewFact(func(b *Build) *sharedSettings {
	s := &sharedSettings{takers: map[*settings]int{}, others: map[overridden]*override{}}
	last := map[*settings]*inventory.Object{}
	for _, e := range wired.Of(b).containers {
		for i := range e.sources {
			if data := e.sources[i].data; data != nil && last[data] != e.owner {
				last[data] = e.owner
				s.takers[data]++
			}
		}
		for i := range e.entries {
			below, at := e.fromSources(e.entries[i].name)
			if below == nil {
				continue
			}
			own, key := e.entry(i), overridden{e.sources[at].data, e.entries[i].name}
			if own.known && own.text == below.text {
				continue
			}
			o := s.others[key]
			if o == nil {
				o = &override{text: own.text}
				s.others[key] = o
			}
			if o.last != e.owner {
				o.last = e.owner
				o.count++
			}
			o.many = o.many || !own.known || own.text != o.text
		}
	}
	return s
})

var variableNotExpandedInData = &Rule{
	Name:     "variable-not-expanded-in-data",
	Severity: finding.Error,
	Advises:  true,
	URL:      "https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/",
	Doc: "A value in a ConfigMap or Secret that containers read as a variable has $(NAME) in it, which nothing expands. " +
		"The kubelet expands $(NAME) only where it stands in the pod itself, in env, command and args; the program gets the text $(NAME). " +
		"It is a warning where no container that reads the value has a variable NAME, and in a whole file that is read as one variable. Keys that are only mounted are left alone.",
	Run: func(p *Pass) error {
		type place struct {
			data *settings
			key  string
		}
		var places []place
		readers := map[place][]*containerEnv{}
		read := func(e *containerEnv, at place) {
			if readers[at] == nil {
				places = append(places, at)
			}
			readers[at] = append(readers[at], e)
		}
		for _, e := range wired.Of(p.Build).containers {
			for i := range e.sources {
				if s := e.sources[i].data; s != nil {
					for _, key := range s.expanding {
						read(e, place{s, key})
					}
				}
			}
			for i := range e.entries {
				if entry := &e.entries[i]; entry.data != nil && slices.Contains(entry.data.expanding, entry.key()) {
					read(e, place{entry.data, entry.key()})
				}
			}
		}
		for _, at := range places {
			p.reportNotExpanded(at.data, at.key, readers[at])
		}
		return nil
	},
}

func (p *Pass) reportNotExpanded(data *settings, key string, readers []*containerEnv) {
	text, _ := data.value(key)
	names := expansions(text)
	severity := finding.Warning
	for _, e := range readers {
		for _, name := range names {
			if e.get(name) != nil {
				severity = finding.Error
			}
		}
	}
	if strings.Contains(strings.TrimRight(text, "\n"), "\n") {
		// A file in a variable: a script has $(…) of its own.
		if names = knownNames(names, readers); len(names) == 0 || isScript(text) {
			return
		}
		severity = finding.Warning
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for i, name := range names {
		names[i] = "$(" + name + ")"
	}
	value, _ := data.object.Content().Get(key)
	p.Report(data.object, value.Node,
		fmt.Sprintf("key %q holds %s, and nothing expands that in a %s", key, enumerate(names), data.object.Kind), AtMost(severity), SecretLine(),
		Help("write the value into the env of the container, behind the variables it uses: there the kubelet expands $(NAME)"))
}

// isScript reports whether a text is a shell's, which has $(…) of its own.
func isScript(text string) bool {
	for _, word := range [...]string{"#!", "echo ", "exec ", "export ", "if [", "set -", "&&", " | "} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// knownNames are those that are variables of one of the readers.
func knownNames(names []string, readers []*containerEnv) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return !slices.ContainsFunc(readers, func(e *containerEnv) bool { return e.get(name) != nil })
	})
}
