package importer

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/compare"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// attempt is one try at a layout.
type attempt struct {
	p *planner

	renamed      []map[string]string // names in an environment → in the base
	labels       []labelMeans
	images       []map[string]string // references in an environment → in the base
	imageEntries [][]*yaml.Node
	replicas     map[*match]bool
	neutralized  map[*match][]string
	generated    map[*match]bool

	files       map[string]atomicfile.File
	secretFiles map[string][]string
	folders     map[*unit]*folder
	roots       [][]*yaml.Node // patches for whole environments
	notes       []string
	common      []int

	patched map[*match]bool
	wrong   []*match // whose objects are not what they were
}

// folder is the kustomizations of a unit.
type folder struct {
	base     *kustomization
	overlays []*kustomization
	names    map[*match]string
}

func (a *attempt) basePath(u *unit) string { return path.Join("base", u.name) }

func (a *attempt) overlayPath(env int, u *unit) string {
	return path.Join("overlays", a.p.envs[env].Name, u.name)
}

// attempt makes a layout and proves it.
func (p *planner) attempt() (*attempt, error) {
	for {
		a := &attempt{
			p: p, neutralized: map[*match][]string{}, generated: map[*match]bool{}, files: map[string]atomicfile.File{},
			secretFiles: map[string][]string{}, folders: map[*unit]*folder{}, patched: map[*match]bool{}, common: make([]int, len(p.envs)),
		}
		again, err := a.run()
		if !again {
			return a, err
		}
	}
}

// run reports whether something was found out that the next attempt can use.
func (a *attempt) run() (again bool, err error) {
	a.planNames()
	a.planLabels()
	a.planReplicas()
	a.planImages()
	for _, u := range a.p.units {
		if err := a.unit(u); err != nil {
			return false, err
		}
	}
	if err := a.writeKustomizations(); err != nil {
		return false, err
	}
	builds := make([]resmap.ResMap, len(a.p.envs))
	for env := range builds {
		if builds[env], err = a.build(env, false); err != nil {
			return false, err
		}
		if a.literals(env, builds[env]) {
			again = true
		}
	}
	if again {
		return true, nil
	}
	a.roots = make([][]*yaml.Node, len(a.p.envs))
	for env, built := range builds {
		if err := a.patches(env, built); err != nil {
			return false, err
		}
	}
	if a.tooLong() {
		return true, nil
	}
	if err := a.writeKustomizations(); err != nil {
		return false, err
	}
	return false, a.prove()
}

// planNames finds out what is called something else in the base.
func (a *attempt) planNames() {
	a.renamed = make([]map[string]string, len(a.p.envs))
	for i := range a.renamed {
		a.renamed[i] = map[string]string{}
	}
	for _, m := range a.p.matches {
		for i, o := range m.objects {
			if o == nil {
				continue
			}
			if name := a.nameIn(m, i); name != o.name && a.repaired(m, i) {
				a.renamed[i][o.name] = name
			}
		}
	}
}

// nameIn is what an object is called where it is written for an environment: as
// in the base, if it has one.
func (a *attempt) nameIn(m *match, env int) string {
	o := m.objects[env]
	switch {
	case a.p.affixed[env] && !keepsName(o):
		if s, ok := a.p.affixes[env].of(o.plainName()); ok {
			return s
		}
		return o.plainName()
	case m.shared() && !a.isSecret(m):
		return m.name
	}
	return o.plainName()
}

// repaired reports whether kustomize gives an object its name in an environment.
func (a *attempt) repaired(m *match, env int) bool {
	o := m.objects[env]
	return o.stem != "" || a.p.affixed[env] && !keepsName(o) || m.shared() && !a.isSecret(m) && (o.kind != "Namespace" || m.unit.fixed)
}

func (a *attempt) isSecret(m *match) bool {
	o := m.first()
	if o.kind != "Secret" || o.group != "" {
		return false
	}
	for _, o := range m.objects {
		if o != nil && (yamlnode.Get(o.node, "data") != nil || yamlnode.Get(o.node, "stringData") != nil) {
			return true
		}
	}
	return false
}

// unit writes the resources of a unit and notes what its kustomizations say.
func (a *attempt) unit(u *unit) error {
	f := &folder{base: &kustomization{}, names: fileNames(u.matches)}
	a.folders[u] = f
	for env := range a.p.envs {
		f.overlays = append(f.overlays, &kustomization{namespace: u.namespace(env)})
	}
	for _, m := range u.matches {
		if err := a.object(f, m); err != nil {
			return err
		}
	}
	u.inBase = len(u.namespaces) > 1
	for _, k := range f.overlays {
		u.inBase = u.inBase && k.namespace != "" && k.namespace == f.overlays[0].namespace && len(k.resources)+len(k.configMaps)+len(k.secrets)+len(k.patches) == 0
	}
	if u.inBase {
		f.base.namespace = f.overlays[0].namespace
		for _, k := range f.overlays {
			k.namespace = ""
		}
	}
	for env, k := range f.overlays {
		if len(k.configMaps)+len(k.secrets)+len(k.resources)+len(f.base.resources)+len(f.base.configMaps) == 0 || k.namespace == "" {
			continue
		}
		// A namespace of which there is nothing in an environment.
		if !slices.ContainsFunc(u.matches, func(m *match) bool { return m.objects[env] != nil }) {
			k.namespace = ""
		}
	}
	return nil
}

// object writes one object, into the base or into the overlays.
func (a *attempt) object(f *folder, m *match) error {
	u := m.unit
	if a.isSecret(m) {
		for env, o := range m.objects {
			if o != nil {
				if err := a.secret(f.overlays[env], m, o); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if ok, err := a.configMap(f, m); ok || err != nil {
		return err
	}
	if !m.shared() {
		for env, o := range m.objects {
			if o == nil {
				continue
			}
			n := a.view(m, o)
			setString(yamlnode.Get(n, "metadata"), "name", a.nameIn(m, env))
			if err := a.write(path.Join(a.overlayPath(env, u), f.names[m]), n, o); err != nil {
				return err
			}
			f.overlays[env].resources = append(f.overlays[env].resources, f.names[m])
		}
		return nil
	}
	var views []*yaml.Node
	for env, o := range m.objects {
		if o == nil {
			f.overlays[env].patches = append(f.overlays[env].patches, a.deletion(m))
			continue
		}
		a.common[env]++
		views = append(views, a.view(m, o))
		if a.replicas[m] {
			if r := yamlnode.Path(o.node, "spec", "replicas"); !yamlnode.IsNull(r) {
				count := clone(r)
				entry := yamlnode.NewMapping(text("name"), text(m.name), text("count"), count)
				entry.HeadComment = comment(yamlnode.Get(o.node, "spec"), "replicas")
				f.overlays[env].replicas = append(f.overlays[env].replicas, entry)
			}
		}
		if !a.p.affixed[env] && o.plainName() != m.name && !(o.kind == "Namespace" && !u.fixed) {
			f.overlays[env].patches = append(f.overlays[env].patches, a.renaming(m, o))
		}
	}
	if err := a.write(path.Join(a.basePath(u), f.names[m]), a.merger(m).merge(nil, views), m.first()); err != nil {
		return err
	}
	f.base.resources = append(f.base.resources, f.names[m])
	return nil
}

func (a *attempt) merger(m *match) *merger {
	out := &merger{o: m.first()}
	for env, o := range m.objects {
		if o != nil {
			out.tokens = append(out.tokens, tokensOf(a.p.envs[env].Name))
		}
	}
	return out
}

// comment is the comment in front of a field.
func comment(n *yaml.Node, field string) string {
	for k := range yamlnode.Fields(n) {
		if k.Value == field {
			return k.HeadComment
		}
	}
	return ""
}

func (a *attempt) write(name string, n *yaml.Node, o *object) error {
	b, err := encodeObject(n, o)
	if err != nil {
		return err
	}
	a.files[name] = atomicfile.File{Content: b, Perm: 0o644}
	return nil
}

// target selects an object in the kustomization that its unit has.
func target(m *match) *yaml.Node {
	t := mapping("kind", m.first().kind, "name", regexpQuote(m.name))
	if m.unit.fixed && m.unit.name == "" && m.first().namespace != "" && !clusterScoped(m.first()) {
		for _, other := range m.unit.matches {
			if other != m && other.name == m.name && other.first().kind == m.first().kind {
				add(t, "namespace", text(m.first().namespace))
				break
			}
		}
	}
	if m.first().group != "" {
		for _, other := range m.unit.matches {
			if other.name == m.name && other.first().kind == m.first().kind && other.first().group != m.first().group {
				add(t, "group", text(m.first().group))
				break
			}
		}
	}
	return t
}

// regexpQuote is a name as a selector's regular expression; a dot is left alone,
// which matches itself.
func regexpQuote(name string) string {
	if strings.ContainsAny(name, `\+*?()|[]{}^$`) {
		return regexp.QuoteMeta(name)
	}
	return name
}

// renaming is the patch that gives an object the name that it has in an
// environment; kustomize repairs what refers to it.
func (a *attempt) renaming(m *match, o *object) *yaml.Node {
	op := mapping("op", "replace", "path", "/metadata/name", "value", o.plainName())
	patch, _ := patchText(yamlnode.NewSequence(op))
	return yamlnode.NewMapping(text("target"), target(m), text("patch"), patch)
}

func (a *attempt) deletion(m *match) *yaml.Node {
	n := a.identity(m, m.first())
	n.Content = append([]*yaml.Node{text("$patch"), text("delete")}, n.Content...)
	patch, _ := patchText(n)
	return yamlnode.NewMapping(text("patch"), patch)
}

// identity are the fields by which a patch finds its object.
func (a *attempt) identity(m *match, o *object) *yaml.Node {
	meta := mapping("name", m.name)
	if ns := yamlnode.GetString(o.node, "metadata", "namespace"); (m.unit.fixed || m.unit.inBase) && ns != "" {
		add(meta, "namespace", text(ns))
	}
	return yamlnode.NewMapping(text("apiVersion"), text(apiVersionOf(o)), text("kind"), text(o.kind), text("metadata"), meta)
}

// writeKustomizations writes all kustomizations as they are now.
func (a *attempt) writeKustomizations() error {
	put := func(dir string, k *kustomization) error {
		b, err := k.encode()
		if err != nil {
			return err
		}
		a.files[path.Join(dir, "kustomization.yaml")] = atomicfile.File{Content: b, Perm: 0o644}
		return nil
	}
	whole := len(a.p.units) == 1 && a.p.units[0].name == ""
	roots := make([]*kustomization, len(a.p.envs))
	for env := range roots {
		roots[env] = &kustomization{}
	}
	for _, u := range a.p.units {
		f := a.folders[u]
		based := len(f.base.resources)+len(f.base.configMaps) > 0
		if based {
			if err := put(a.basePath(u), f.base); err != nil {
				return err
			}
		}
		for env, k := range f.overlays {
			out := *k
			there := slices.ContainsFunc(u.matches, func(m *match) bool { return m.objects[env] != nil })
			up := strings.Repeat("../", strings.Count(a.overlayPath(env, u), "/")+1)
			if based && there {
				out.resources = append([]string{up + a.basePath(u)}, k.resources...)
			} else if based {
				out = kustomization{}
			}
			switch {
			case whole:
				roots[env] = &out
			case len(out.resources) == 1 && based && there && !out.says():
				roots[env].resources = append(roots[env].resources, "../../"+a.basePath(u))
			case there:
				if err := put(a.overlayPath(env, u), &out); err != nil {
					return err
				}
				roots[env].resources = append(roots[env].resources, u.name)
			}
		}
	}
	for env, k := range roots {
		if a.p.affixed[env] {
			k.prefix, k.suffix = a.p.affixes[env].prefix, a.p.affixes[env].suffix
		}
		k.images = a.imageEntries[env]
		for i := range a.labels {
			if e := a.labels[i].entry(env); e != nil {
				k.labels = append(k.labels, e)
			}
		}
		if a.roots != nil {
			k.patches = append(a.roots[env], k.patches...)
		}
		if err := put("overlays/"+a.p.envs[env].Name, k); err != nil {
			return err
		}
	}
	return nil
}

// build builds the overlay of an environment in memory.
func (a *attempt) build(env int, stock bool) (resmap.ResMap, error) {
	fsys := filesys.MakeFsInMemory()
	for name, f := range a.files {
		if err := fsys.WriteFile("/"+name, f.Content); err != nil {
			return nil, err
		}
	}
	opts := kbuild.Options{Secrets: a.p.opts.Hidden}
	dir := "/overlays/" + a.p.envs[env].Name
	var m resmap.ResMap
	var err error
	if stock {
		m, err = kbuild.Stock(fsys, dir, opts)
	} else {
		var result *kbuild.Result
		if result, err = kbuild.Build(fsys, dir, opts); err == nil {
			m = result.Resources
		}
	}
	if err != nil {
		for m := range a.patched {
			a.wrong = append(a.wrong, m)
		}
		return nil, &UnequalError{Env: a.p.envs[env].Name, Err: err}
	}
	return m, nil
}

// key finds an object of an environment in a build.
func key(group, kind, namespace, name string) string {
	if kind == "ConfigMap" || kind == "Secret" {
		if m := hashed().FindStringSubmatch(name); m != nil {
			name = m[1]
		}
	}
	return group + "\x00" + kind + "\x00" + namespace + "\x00" + name
}

func byKey(m resmap.ResMap) map[string]*yaml.Node {
	all := map[string]*yaml.Node{}
	for _, r := range m.Resources() {
		all[key(r.GetGvk().Group, r.GetKind(), r.GetNamespace(), r.GetName())] = r.YNode()
	}
	return all
}

func (o *object) key() string { return key(o.group, o.kind, o.namespace, o.name) }

// literals finds the names that kustomize did not repair: they are no references,
// and stay what they are in the first environment.
func (a *attempt) literals(env int, built resmap.ResMap) (found bool) {
	all := byKey(built)
	for _, m := range a.p.matches {
		o := m.objects[env]
		if o == nil || len(a.neutralized[m]) == 0 {
			continue
		}
		got := all[o.key()]
		if got == nil {
			continue
		}
		differences(o, nil, o.node, got, func(p []string, want, got *yaml.Node) {
			at := strings.Join(p, "/")
			for _, n := range a.neutralized[m] {
				if (n == at || strings.HasPrefix(n, at+"/")) && !m.literal[n] {
					m.literal[n] = true
					found = true
				}
			}
		})
	}
	return found
}

// patches adds what is left between a build and its input.
func (a *attempt) patches(env int, built resmap.ResMap) error {
	all := byKey(built)
	groups := make([][]*patchGroup, len(a.p.units))
	kinds, units := map[string]int{}, map[string]int{}
	for i, u := range a.p.units {
		byKey := map[string]*patchGroup{}
		for _, m := range u.matches {
			o := m.objects[env]
			if o == nil {
				continue
			}
			kinds[o.group+"/"+o.kind]++
			if a.generated[m] || a.isSecret(m) {
				continue
			}
			got := all[o.key()]
			if got == nil {
				a.wrong = append(a.wrong, m)
				continue
			}
			public, _ := a.p.known.without(o.node)
			g := a.patch(m, o, got, public)
			if g == nil || m.how == apart {
				continue
			}
			a.patched[m] = true
			if first := byKey[g.key]; first != nil {
				first.matches = append(first.matches, m)
				continue
			}
			byKey[g.key] = g
			groups[i] = append(groups[i], g)
			units[g.key]++
		}
	}
	members := map[string]int{}
	for _, list := range groups {
		for _, g := range list {
			members[g.key] += len(g.matches)
		}
	}
	lifted := map[string]bool{}
	for i, u := range a.p.units {
		k := a.folders[u].overlays[env]
		renames := k.patches // after what finds objects by their names in the base
		k.patches = nil
		for _, g := range groups[i] {
			// What all objects of a kind are to have is said once.
			everywhere := units[g.key] > 1 && members[g.key] == kinds[g.kind]
			if everywhere && lifted[g.key] {
				continue
			}
			entry, err := a.entry(env, u, g, everywhere)
			if err != nil {
				return err
			}
			if everywhere {
				lifted[g.key] = true
				a.roots[env] = append(a.roots[env], entry)
				continue
			}
			k.patches = append(k.patches, entry)
		}
		for _, m := range u.matches {
			o := m.objects[env]
			if o == nil || a.generated[m] || a.isSecret(m) {
				continue
			}
			if public, found := a.p.known.without(o.node); found {
				entry, err := a.secretPatch(env, m, o, public)
				if err != nil {
					return err
				}
				k.patches = append(k.patches, entry)
			}
		}
		k.patches = append(k.patches, renames...)
	}
	return nil
}

// patchGroup is one patch for all objects that it fits.
type patchGroup struct {
	key     string
	kind    string
	body    *yaml.Node // without identity, or a list of operations
	json    bool
	matches []*match
}

// patch is what makes want of an object.
func (a *attempt) patch(m *match, o *object, have, want *yaml.Node) *patchGroup {
	if equal(o, nil, want, have) {
		return nil
	}
	g := &patchGroup{kind: o.group + "/" + o.kind, matches: []*match{m}}
	if m.how == merged {
		if body, ok := strategic(o, nil, have, want); ok && body != nil {
			g.body = body
			return g.keyed()
		}
	}
	g.json = true
	g.body = yamlnode.NewSequence(operations("", have, want)...)
	return g.keyed()
}

func (g *patchGroup) keyed() *patchGroup {
	b, err := manifest.Encode(g.body)
	if err != nil {
		b = fmt.Appendf(nil, "%p", g)
	}
	g.key = fmt.Sprint(g.kind, g.json, "\x00", string(b))
	return g
}

// entry writes a patch: short ones into the kustomization, others into a file.
func (a *attempt) entry(env int, u *unit, g *patchGroup, everywhere bool) (*yaml.Node, error) {
	m := g.matches[0]
	body := g.body
	if !g.json {
		id := a.identity(m, m.objects[env])
		if len(g.matches) > 1 || everywhere {
			id = yamlnode.NewMapping(text("apiVersion"), text(apiVersionOf(m.objects[env])), text("kind"), text(m.first().kind), text("metadata"), mapping("name", "any"))
		}
		for i := 0; i+1 < len(body.Content); i += 2 {
			if k := body.Content[i].Value; k == "metadata" {
				meta := yamlnode.Get(id, "metadata")
				meta.Content = append(meta.Content, body.Content[i+1].Content...)
			} else if k != "apiVersion" && k != "kind" {
				id.Content = append(id.Content, body.Content[i], body.Content[i+1])
			}
		}
		body = id
	}
	e := yamlnode.NewMapping()
	switch {
	case everywhere:
		add(e, "target", mapping("kind", m.first().kind))
	case len(g.matches) > 1:
		t := mapping("kind", m.first().kind)
		ofKind := 0
		for _, other := range u.matches {
			if other.objects[env] != nil && other.first().kind == m.first().kind {
				ofKind++
			}
		}
		if ofKind > len(g.matches) {
			var names []string
			for _, other := range g.matches {
				names = append(names, regexpQuote(other.name))
			}
			add(t, "name", text(strings.Join(names, "|")))
		}
		add(e, "target", t)
	case g.json:
		add(e, "target", target(m))
	}
	if n := lines(body); g.json && n <= 12 || n <= 8 || everywhere {
		patch, err := patchText(body)
		if err != nil {
			return nil, err
		}
		add(e, "patch", patch)
		return e, nil
	}
	b, err := manifest.Encode(body)
	if err != nil {
		return nil, err
	}
	name := "patches/" + a.folders[u].names[m]
	a.files[path.Join(a.overlayPath(env, u), name)] = atomicfile.File{Content: b, Perm: 0o644}
	e.Content = append([]*yaml.Node{text("path"), text(name)}, e.Content...)
	return e, nil
}

// tooLong gives up what is longer as a base with patches than as files of its own.
func (a *attempt) tooLong() (found bool) {
	for _, m := range a.p.matches {
		if !a.patched[m] || !m.shared() || len(m.objects) < 2 {
			continue
		}
		cost, own := 0, 0
		base := a.files[path.Join(a.basePath(m.unit), a.folders[m.unit].names[m])].Content
		cost += strings.Count(string(base), "\n")
		for env, o := range m.objects {
			if o == nil {
				continue
			}
			own += lines(o.node)
			for _, e := range a.folders[m.unit].overlays[env].patches {
				if yamlnode.GetString(e, "target", "name") == m.name && yamlnode.GetString(e, "target", "kind") == o.kind || strings.HasSuffix(yamlnode.GetString(e, "path"), "/"+a.folders[m.unit].names[m]) {
					cost += lines(e)
					if p := yamlnode.GetString(e, "path"); p != "" {
						cost += strings.Count(string(a.files[path.Join(a.overlayPath(env, m.unit), p)].Content), "\n")
					}
				}
			}
		}
		if cost > own {
			m.how = apart
			found = true
		}
	}
	return found
}

// prove builds every environment, by our builder and by kustomize's own, and
// compares with what it was made of.
func (a *attempt) prove() error {
	for env, e := range a.p.envs {
		for _, stock := range []bool{false, true} {
			built, err := a.build(env, stock)
			if err != nil {
				return err
			}
			all := byKey(built)
			before, after := &inventory.Inventory{Finished: true}, &inventory.Inventory{Finished: true}
			wrong := false
			fail := func(want, got *yaml.Node) {
				wrong = true
				if want != nil {
					before.Add(want, inventory.Source{})
				}
				if got != nil {
					after.Add(got, inventory.Source{})
				}
			}
			for _, m := range a.p.matches {
				o := m.objects[env]
				if o == nil {
					continue
				}
				got := all[o.key()]
				delete(all, o.key())
				if a.isSecret(m) && a.p.opts.Secrets == ExternalSecrets {
					if got != nil {
						fail(nil, got)
					}
					continue
				}
				want := o.node
				if a.isSecret(m) && got != nil {
					want, got = compare.Secret(want), compare.Secret(got)
				}
				if got == nil || !equal(o, nil, want, got) {
					fail(want, got)
					a.wrong = append(a.wrong, m)
				}
			}
			for k, got := range all {
				if a.p.opts.Secrets == ExternalSecrets && strings.Contains(k, "\x00ExternalSecret\x00") {
					continue
				}
				fail(nil, got)
			}
			if wrong {
				return &UnequalError{Env: e.Name, Changes: compare.Builds(before, after)}
			}
		}
	}
	return nil
}

// plan is the attempt as a plan.
func (a *attempt) plan() *Plan {
	out := &Plan{Files: a.files, SecretFiles: a.secretFiles, Notes: a.notes}
	if len(a.secretFiles) > 0 {
		out.Ignored = []string{"/overlays/**/secrets/"}
	}
	for env, e := range a.p.envs {
		out.Environments = append(out.Environments, Outcome{Name: e.Name, Objects: len(e.objects), Common: a.common[env]})
	}
	return out
}
