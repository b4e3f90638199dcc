package check

import (
	"bytes"
	"cmp"
	"io/fs"
	"iter"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// What rules say is not in a build is an error of theirs where the build is all there
// is, as it is for the function: somebody has written a configuration for it. Of any
// other tree nobody has said so, and what it lacks may be made by a script, a chart or
// an operator. There the level follows what the run shows, by the first row of evidence
// that holds; the levels are at most those of the rules. A row says why it holds, or "".
// Who names a tree is about to apply it, and has to know what else there has to be.
var evidence = []struct {
	level finding.Severity
	why   func(a *absence) string
}{
	{finding.Error, func(a *absence) string { return when(a.notInCluster, "the cluster does not have it either") }},
	{finding.Note, func(a *absence) string { return a.maker }},
	{finding.Note, func(a *absence) string {
		return when(a.running, "this is what a cluster said of an object that it had")
	}},
	// Flux gets it when somebody bootstraps it.
	{finding.Note, func(a *absence) string {
		return when(!a.asked && a.object.Kind == "GitRepository" && a.askers >= several, "several ask for it, so it is made elsewhere")
	}},
	// Drivers and controllers come with a class of their own.
	{finding.Note, func(a *absence) string {
		return when(!a.asked && a.more, "what is here is one class more, of what has one of that name")
	}},
	// A slip, whoever fills the namespace.
	{finding.Warning, func(a *absence) string {
		return when(a.near != "", a.near+" is here, and is called so but for a word")
	}},
	{finding.Note, func(a *absence) string { return a.filled }},
	{finding.Note, func(a *absence) string {
		return when(a.project, "this is the project of an operator, whose tools put it together")
	}},
	{finding.Note, func(a *absence) string {
		return when(!a.asked && a.packaged, "this is a package of kpt, which functions and controllers complete where it is used")
	}},
	{finding.Note, func(a *absence) string {
		return when(a.base, "this is a base, and nothing here builds an overlay of it")
	}},
	// A route to something that others run there, or what scales it.
	{finding.Note, func(a *absence) string {
		return when(!a.inhabited && (a.object.Kind == "Service" || a.scaled), "the tree has nothing that runs in this namespace")
	}},
	{finding.Note, func(a *absence) string {
		return when(a.certificate && a.certManager, "other certificates here are made by cert-manager")
	}},
	// Keys of servers and logins of people are kept out of repositories.
	{finding.Note, func(a *absence) string {
		return when(!a.asked && a.certificate && !a.certificates, "no certificate is kept here")
	}},
	{finding.Note, func(a *absence) string {
		return when(!a.asked && a.logins, "lists of logins are made by hand, with htpasswd")
	}},
	// Operators wait for what their resources name, and it is mostly made by hand.
	{finding.Note, func(a *absence) string {
		return when(!a.asked && a.custom && a.beside < enoughBeside, "whoever runs its operator may make it")
	}},
	{finding.Note, func(a *absence) string {
		return when(a.namespaces >= several, "several namespaces are to have it, and none does")
	}},
	// Who keeps no Secret in a repository makes all of them elsewhere.
	{finding.Note, func(a *absence) string {
		return when(!a.asked && a.object.Kind == "Secret" && a.noSecrets, "no Secret is kept here")
	}},
	// A part of something, or what is kept elsewhere on purpose. Of addresses of what
	// nobody runs there may be many in a repository that was read whole.
	{finding.Note, func(a *absence) string {
		return when(!a.asked && a.mostLack() && (a.object.Kind != "Service" || !a.whole), "more of its kind lack in this namespace than are here")
	}},
	// Others of its kind are here, many for each one that is not, and nothing in the
	// repository is made in another way or speaks of it.
	{finding.Error, func(a *absence) string {
		return when(a.whole && a.beside >= enoughBeside && a.beside >= enoughBeside*a.lacking && !a.elsewhere, "the others are here")
	}},
	{finding.Warning, func(*absence) string { return "nothing is known" }},
}

func when(holds bool, why string) string {
	if !holds {
		return ""
	}
	return why
}

const (
	several       = 3
	enoughBeside  = 3
	enoughObjects = 3
)

// absence is what a run shows about an object that one of its trees lacks.
type absence struct {
	object       finding.Resource
	notInCluster bool
	maker        string // what makes it by its name
	running      bool   // what asks for it is a copy of what a cluster had
	filled       string // what is deployed to its namespace from elsewhere
	project      bool   // the repository is of an operator
	packaged     bool   // what asks for it is in a package of kpt
	base         bool   // the tree is one that overlays of other repositories complete
	near         string // the name of one of its kind that has a word more or less
	inhabited    bool   // the tree has workloads or Services in its namespace
	scaled       bool   // it is a workload
	askers       int    // that miss it, in all trees
	more         bool   // it is a class, and one whose name goes on behind its own was meant
	certificate  bool   // it is the Secret of a server's certificate
	certificates bool   // the run has others
	logins       bool   // it is the Secret of who may log in at a route
	certManager  bool   // the run has resources that cert-manager reads
	custom       bool   // a custom resource asks for it, which is a ConfigMap or Secret
	namespaces   int    // that lack one of its kind and name
	lacking      int    // how many of its kind the tree lacks in its namespace
	beside       int    // how many the tree has there that references resolve to
	inRun        counts // the same of all trees, where the namespace is known
	whole        bool   // the run reads all of the repository
	noSecrets    bool   // the run has no Secret, and more than one lacks, or it has much else
	asked        bool   // the tree was named by itself
	elsewhere    bool   // something in the run or the repository may make it, or speaks of it
}

// counts say how many objects of a kind lack in a namespace, and how many are there.
type counts struct{ lacking, beside int }

// mostLack reports whether more of its kind lack in its namespace than are there: in the
// tree, or in all that the run has for that namespace.
func (a *absence) mostLack() bool {
	return a.lacking >= several && a.lacking > a.beside || a.inRun.lacking >= several && a.inRun.lacking > a.inRun.beside
}

// judge returns the level of an absence and why it has that.
func (a *absence) judge() (level finding.Severity, why string) {
	for i := range evidence {
		if why := evidence[i].why(a); why != "" {
			return evidence[i].level, why
		}
	}
	return finding.Error, ""
}

// surroundings are what a tree shows about what it lacks, of which nobody has said that
// it is whole.
type surroundings struct {
	rules.Absences
	makers      []maker
	namespaces  map[string]bool           // of what is here
	inhabited   map[string]bool           // those with workloads or Services, where something lacks, and those of add-ons
	running     map[finding.Resource]bool // copies of what a cluster had
	copied      map[calledIn]bool         // the same, of workloads
	certManager bool
	certificate bool // it has the Secret of a certificate
	base        bool
	encrypted   []map[string]bool // the keys of objects whose names SOPS has encrypted: https://getsops.io/docs/
}

// maker is a resource that has objects made that are not in its tree.
type maker struct {
	what      string // it is called so in messages
	self      finding.Resource
	name      string
	namespace string          // that they are made in, "" where nobody knows
	fills     bool            // they are many, and may be called anything
	named     bool            // they are called after it
	absent    bool            // it lacks itself, and their names begin with its own
	within    bool            // all of it is in the repository, as far as can be seen
	outside   bool            // it is manifests of another repository
	names     map[string]bool // that it has in it and may give them
	kind      string          // of what they are, "" for any
}

// aroundOf are the surroundings of what was found in a tree, nil where a configuration
// or the caller says how severe an absence is.
func (rep *Report) aroundOf(t *Tree, inv *inventory.Inventory, found *function.Found, cfg *config.ConfigPipeline, opts Options) *surroundings {
	if cfg != nil || opts.Unresolved != "" || found == nil {
		return nil
	}
	s := &surroundings{Absences: found.Absences, namespaces: map[string]bool{}, inhabited: map[string]bool{}, running: map[finding.Resource]bool{}, copied: map[calledIn]bool{}}
	s.base = len(s.Objects) > 0 && t.Root != "" && t.Base && rep.unfinished(t)
	for _, o := range inv.Objects() {
		if o.Node == nil || o.Local || o.Kind == "" {
			continue
		}
		if strings.HasPrefix(o.Name, "ENC[") {
			keys := map[string]bool{}
			for _, field := range [...]string{"data", "stringData"} {
				for key := range yamlnode.Fields(o.Get(field)) {
					keys[key.Value] = true
				}
			}
			s.encrypted = append(s.encrypted, keys)
			continue
		}
		s.namespaces[o.Namespace] = true
		if (len(s.Objects) > 0 || rules.IsAddOn(o.Namespace)) && (o.Kind == "Service" || len(o.Pods()) > 0) {
			s.inhabited[o.Namespace] = true
		}
		if len(s.Objects) > 0 {
			if isCopy(o) {
				s.running[o.Resource()] = true
				if len(o.Pods()) > 0 {
					s.copied[calledIn{o.Namespace, o.Name}] = true
				}
			}
		}
		s.certificate = s.certificate || keepsCertificate(o)
		s.certManager = s.certManager || o.Group == "cert-manager.io" || hasAnnotationOf(o, "cert-manager.io/")
		if m := makerOf(inv.Repository, o); m != nil {
			s.makers = append(s.makers, *m)
		}
		for _, kind := range [...]string{"Secret", "ConfigMap"} {
			if m := toldToMake(o, kind); m != nil {
				s.makers = append(s.makers, *m)
			}
		}
	}
	return s
}

// isWhole reports whether the tree was found by reading all of the repository that it is
// in.
func (t *Tree) isWhole() bool {
	dir, err := filepath.Abs(cmp.Or(t.Within, t.Root, t.Name))
	return err == nil && t.top() == dir
}

func hasAnnotationOf(o *inventory.Object, prefix string) bool {
	for key := range yamlnode.Fields(o.Annotations()) {
		if strings.HasPrefix(key.Value, prefix) {
			return true
		}
	}
	return false
}

// makerOf says what a resource has made, nil if that is nothing or all is known of it.
func makerOf(repository fs.FS, o *inventory.Object) *maker {
	if o.Kind == "Role" || o.Kind == "ClusterRole" {
		return writerOf(o)
	}
	if inventory.ByKubernetes(o.Group) {
		return nil
	}
	m := &maker{what: o.String(), self: o.Resource(), name: o.Name, namespace: o.Namespace, fills: true}
	said := o.Get("spec")
	switch o.GroupKind {
	case inventory.GroupKind{Group: "helm.toolkit.fluxcd.io", Kind: "HelmRelease"}:
		m.namespace = cmp.Or(yamlnode.GetString(o.Node, "spec", "targetNamespace"), m.namespace)
		said = o.Get("spec", "values")
	case inventory.GroupKind{Group: "helm.cattle.io", Kind: "HelmChart"}:
		m.namespace = cmp.Or(yamlnode.GetString(o.Node, "spec", "targetNamespace"), m.namespace)
	case inventory.GroupKind{Group: "argoproj.io", Kind: "Application"}, inventory.GroupKind{Group: "argoproj.io", Kind: "ApplicationSet"}:
		spec := said
		if o.Kind == "ApplicationSet" {
			spec = o.Get("spec", "template", "spec")
		}
		var more bool
		if m.namespace, m.fills, more = applies(repository, spec); !more {
			return nil
		}
		m.outside = !m.fills && m.namespace != "" && repository != nil && !appliesOwn(repository, spec)
		if m.fills {
			m.mayAll(o.Get("spec", "generators"), 0) // which charts and releases are called after
		}
	case inventory.GroupKind{Group: "kustomize.toolkit.fluxcd.io", Kind: "Kustomization"}:
		m.fills = false
		for _, v := range yamlnode.Fields(o.Get("spec", "postBuild", "substitute")) {
			m.may(yamlnode.String(v))
		}
		m.namespace = yamlnode.GetString(o.Node, "spec", "targetNamespace")
		if isFolder(repository, yamlnode.GetString(o.Node, "spec", "path")) {
			if len(m.names) == 0 {
				return nil
			}
			m.within = true
		}
		m.outside = !m.within && m.namespace != "" && repository != nil
		said = nil
	case inventory.GroupKind{Group: "operators.coreos.com", Kind: "Subscription"}:
	case inventory.GroupKind{Group: "kfdef.apps.kubeflow.org", Kind: "KfDef"}: // applies folders of other repositories
	default:
		if reference.Known(o.GroupKind) {
			return nil
		}
		m.fills, m.named = false, true
	}
	m.listen(said, 0)
	if reference.IsPlaceholderName(m.namespace) {
		m.namespace = ""
	}
	return m
}

// writerOf is a role that lets a program write objects of certain names, nil if it does
// not: a hook that makes a certificate, an operator.
func writerOf(o *inventory.Object) *maker {
	m := &maker{what: "a program with " + o.String(), self: o.Resource(), name: o.Name, namespace: o.Namespace, within: true}
	for _, rule := range yamlnode.Elements(o.Get("rules")) {
		has := func(field string, any ...string) bool {
			return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(rule, field)), func(n *yaml.Node) bool { return slices.Contains(any, yamlnode.String(n)) })
		}
		if !has("resources", "secrets", "configmaps") || !has("verbs", "update", "patch", "*") {
			continue
		}
		for _, n := range yamlnode.Elements(yamlnode.Get(rule, "resourceNames")) {
			m.may(yamlnode.String(n))
		}
	}
	if len(m.names) == 0 {
		return nil
	}
	return m
}

// toldToMake is a workload whose programs are told the name of an object of a kind, nil if
// none is: --ca-secret-name of what renews a certificate for others.
func toldToMake(o *inventory.Object, kind string) *maker {
	m := &maker{what: o.String() + ", whose program is told its name,", self: o.Resource(), name: o.Name, namespace: o.Namespace, within: true, kind: kind}
	is := func(setting string) bool {
		return strings.HasSuffix(strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(setting)), strings.ToLower(kind)+"name")
	}
	for _, pod := range o.Pods() {
		for _, c := range pod.Containers {
			told := false // by the argument before
			for _, field := range [...]string{"command", "args"} {
				for _, arg := range yamlnode.Elements(yamlnode.Get(c.Node, field)) {
					flag, value, ok := strings.Cut(yamlnode.String(arg), "=")
					switch {
					case ok && is(flag):
						m.may(value)
					case told:
						m.may(flag)
					}
					told = !ok && strings.HasPrefix(flag, "-") && is(flag)
				}
			}
			for _, env := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
				if is(yamlnode.GetString(env, "name")) {
					m.may(yamlnode.GetString(env, "value"))
				}
			}
		}
	}
	if len(m.names) == 0 {
		return nil
	}
	return m
}

// may remembers a name that something may be made by.
func (m *maker) may(name string) {
	const longest = 253
	if len(name) < 2 || len(name) > longest || strings.ContainsAny(name, " /:${}\n") {
		return
	}
	if m.names == nil {
		m.names = map[string]bool{}
	}
	m.names[name] = true
}

// mayAll remembers all values in a part of a resource.
func (m *maker) mayAll(n *yaml.Node, depth int) {
	const deep = 50
	if n = yamlnode.Resolve(n); n == nil || depth > deep {
		return
	}
	m.may(yamlnode.String(n))
	for _, v := range yamlnode.Fields(n) {
		m.mayAll(v, depth+1)
	}
	for _, e := range yamlnode.Elements(n) {
		m.mayAll(e, depth+1)
	}
}

// listen remembers the keys and names in a part of a resource that it may give to what
// it makes, without those of what it refers to.
func (m *maker) listen(n *yaml.Node, depth int) {
	const deep = 50
	if n = yamlnode.Resolve(n); n == nil || depth > deep {
		return
	}
	for key, v := range yamlnode.Fields(n) {
		if asks(key.Value) {
			continue
		}
		m.may(key.Value)
		if lower := strings.ToLower(key.Value); m.named || lower == "name" || strings.HasSuffix(lower, "override") {
			m.may(yamlnode.String(v))
		}
		m.listen(v, depth+1)
	}
	for _, e := range yamlnode.Elements(n) {
		m.listen(e, depth+1)
	}
}

// asks reports whether a key is of what has to be there: secretKeyRef, envFrom,
// existingSecret, host.
func asks(key string) bool {
	lower := strings.ToLower(key)
	for _, end := range [...]string{"ref", "refs", "from", "secret", "secretname", "claimname", "host", "hostname", "address", "addr", "url", "endpoint", "server", "service", "servicename"} {
		if strings.HasSuffix(lower, end) {
			return true
		}
	}
	return strings.HasPrefix(lower, "existing")
}

// applies says where an Argo CD Application deploys something to, whether that is of a
// chart, and whether it is something else than manifests of the repository that it is in.
func applies(repository fs.FS, spec *yaml.Node) (namespace string, chart, more bool) {
	sources := yamlnode.Elements(yamlnode.Get(spec, "sources"))
	if source := yamlnode.Get(spec, "source"); source != nil {
		sources = append(slices.Clip(sources), source)
	}
	for _, source := range sources {
		dir := path.Clean(strings.Trim(yamlnode.GetString(source, "path"), "/"))
		chart = chart || yamlnode.Get(source, "chart") != nil || yamlnode.Get(source, "helm") != nil
		if !isFolder(repository, dir) {
			more = true
		} else if _, err := fs.Stat(repository, path.Join(dir, "Chart.yaml")); err == nil {
			chart = true
		}
	}
	return yamlnode.GetString(spec, "destination", "namespace"), chart, more || chart
}

// appliesOwn reports whether a generator fills in the folder below one of the repository:
// apps/{{path.basename}}, or all of it.
func appliesOwn(repository fs.FS, spec *yaml.Node) bool {
	for _, source := range slices.Concat(yamlnode.Elements(yamlnode.Get(spec, "sources")), []*yaml.Node{yamlnode.Get(spec, "source")}) {
		before, _, ok := strings.Cut(yamlnode.GetString(source, "path"), "{{")
		if ok && isFolder(repository, before[:strings.LastIndexByte(before, '/')+1]) {
			return true
		}
	}
	return false
}

// isFolder reports whether a path of a repository's is one of its folders.
func isFolder(repository fs.FS, dir string) bool {
	dir = path.Clean(strings.Trim(dir, "/"))
	if repository == nil || !fs.ValidPath(dir) {
		return false
	}
	info, err := fs.Stat(repository, dir)
	return err == nil && info.IsDir()
}

// weighAbsences gives what is not in a tree the level that the run has evidence for.
// What scripts and documents say is known by then, and what charts they install.
func (rep *Report) weighAbsences(outcomes []outcome, spoken map[*finding.Finding]speech, notInCluster map[finding.Resource]bool, charts *installed) {
	certManager, certificates := false, false
	namespaces := map[finding.Resource]int{} // that lack it, by kind and name
	counted := map[finding.Resource]bool{}
	inRun := map[finding.Resource]counts{} // by kind and namespace
	wanted := map[string]bool{}            // names of what lacks
	askers := map[finding.Resource]int{}
	apart := false // something is in another namespace only
	for i := range outcomes {
		s := outcomes[i].around
		if s == nil {
			continue
		}
		certManager, certificates = certManager || s.certManager, certificates || s.certificate
		for object := range s.Objects {
			if !counted[object] {
				counted[object] = true
				namespaces[finding.Resource{Kind: object.Kind, Name: object.Name}]++
			}
		}
		for j := range outcomes[i].findings {
			f := &outcomes[i].findings[j]
			if f.Missing != nil && f.Severity > finding.Note {
				askers[*f.Missing]++
				wanted[f.Missing.Name] = true
			}
			apart = apart || isApart(f)
		}
	}
	if len(wanted) == 0 && !apart {
		return
	}
	makers := &makersBy{wanted: wanted}
	makers.add(charts.makers)
	for i := range outcomes {
		if s := outcomes[i].around; s != nil {
			makers.add(s.makers)
			makers.add(absentMakers(outcomes[i].findings))
		}
	}
	if apart {
		installedApart(outcomes, makers)
	}
	known := map[finding.Resource]absence{} // what the makers say
	sources := sourceLines{}
	packaged := packages{}
	others := &neighbours{outcomes: outcomes}
	others.meet()
	noSecrets := !slices.ContainsFunc(outcomes, func(o outcome) bool { return o.have.keepSecrets() })
	secrets := map[string]bool{}
	for object := range counted {
		if object.Kind == "Secret" {
			secrets[object.Name] = true
		}
		if object.Namespace != "" && !others.has(&object) {
			object.Name = ""
			of := inRun[object]
			of.lacking++
			inRun[object] = of
		}
	}
	for i := range outcomes {
		if s := outcomes[i].around; s != nil {
			for group, n := range s.Company {
				of := inRun[group]
				of.beside += n // overlays that share it count it each
				inRun[group] = of
			}
		}
	}
	for i := range outcomes {
		o := &outcomes[i]
		s := o.around
		if s == nil {
			continue
		}
		lacking := map[finding.Resource]int{}
		for object := range s.Objects {
			object.Name = ""
			lacking[object]++
		}
		whole := o.tree.isWhole()
		for j := range o.findings {
			f := &o.findings[j]
			if f.Missing == nil || f.Severity <= finding.Note {
				continue
			}
			a, asked := known[*f.Missing]
			if custom := !inventory.ByKubernetes(groupOf(f)); custom || !asked {
				a = absence{object: *f.Missing}
				a.ask(makers, f.Resource)
				if !custom { // which is no maker itself
					known[*f.Missing] = a
				}
			}
			group := finding.Resource{Kind: f.Missing.Kind, Namespace: f.Missing.Namespace}
			a.lacking, a.beside, a.whole, a.asked = lacking[group], s.Company[group], whole, o.tree.Named
			a.inRun, a.noSecrets = inRun[group], noSecrets && (len(secrets) > 1 || len(others.by) >= enoughObjects)
			a.inhabited = s.inhabited[group.Namespace]
			if group.Namespace != "" {
				a.beside += s.Company[finding.Resource{Kind: group.Kind}]
				a.inRun.beside += inRun[finding.Resource{Kind: group.Kind}].beside
				a.inhabited = a.inhabited || s.inhabited[""] && !rules.IsAddOn(group.Namespace)
			}
			a.notInCluster = notInCluster[*f.Missing]
			says := spoken[f]
			if says.workload != "" && others.runs(says.workload) {
				says.maker = ""
			}
			if says.maker != "" {
				a.maker = says.maker
			} else if other := others.having(i, f); other >= 0 && a.maker == "" {
				a.maker = "it is in " + outcomes[other].tree.Name
			} else {
				a.elsewhere, a.project = a.elsewhere || says.elsewhere, says.project
			}
			if a.maker == "" {
				a.maker = others.ofProduct(&a)
			}
			if f.Missing.Kind == "Secret" && a.maker == "" && s.mayEncrypt(keyBeside(sources.of(rep, f.File), f.Line)) {
				a.maker = "the names of some of its Secrets are encrypted"
			}
			if f.Missing.Kind == "Service" && a.maker == "" && s.Objects[finding.Resource{Kind: "Secret", Namespace: f.Missing.Namespace, Name: f.Missing.Name}] {
				a.maker = "a Secret of its name lacks too, and a release of a chart has both"
			}
			a.running, a.base, a.certManager = s.running[f.Resource] || f.Missing.Kind == "Service" && s.copied[calledIn{f.Missing.Namespace, f.Missing.Name}], s.base, certManager
			a.namespaces = namespaces[finding.Resource{Kind: f.Missing.Kind, Name: f.Missing.Name}]
			a.scaled = f.Rule == "scale-target-not-found"
			a.certificate, a.certificates, a.logins = isCertificate(f), certificates, isLogins(f)
			a.packaged = packaged.of(f.File)
			a.custom = (f.Missing.Kind == "Secret" || f.Missing.Kind == "ConfigMap") && !inventory.ByKubernetes(groupOf(f))
			if a.near = others.near(f.Missing); (strings.HasSuffix(f.Missing.Kind, "Class") || f.Missing.Kind == "Service" && a.filled != "") && strings.HasPrefix(a.near, f.Missing.Name+"-") {
				a.near = "" // one more class of a driver that comes with its own, or the Service of a part of what a chart makes
			}
			a.askers = askers[*f.Missing]
			a.more = strings.HasSuffix(f.Missing.Kind, "Class") && len(f.Suggestions) == 1 && strings.HasPrefix(f.Suggestions[0], f.Missing.Name+"-")
			level, why := a.judge()
			switch {
			case level >= f.Severity:
				continue
			case level == finding.Warning && a.near != "" && len(f.Suggestions) == 0:
				f.Suggestions = []string{a.near}
				fallthrough
			case level == finding.Warning:
				f.Help += "; with --unresolved=error it is an error"
			case f.Help != "":
				f.Help = why + "; " + f.Help
			default:
				f.Help = why
			}
			f.Severity = level
		}
	}
}

// mayEncrypt reports whether one of the objects whose names are encrypted may be a Secret
// with a key, or with keys that nobody says. SOPS encrypts values, and no keys.
func (s *surroundings) mayEncrypt(key string) bool {
	return slices.ContainsFunc(s.encrypted, func(keys map[string]bool) bool { return key == "" || keys[key] || len(keys) == 0 })
}

// keyBeside returns the key that is asked for where a line has the name of a Secret, "" if
// none is beside it.
func keyBeside(lines [][]byte, line int) string {
	if line < 1 || line > len(lines) {
		return ""
	}
	indent := func(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " ")) }
	for _, at := range [...]int{line - 1, line - 2, line} {
		if at < 0 || at >= len(lines) || indent(lines[at]) != indent(lines[line-1]) {
			continue
		}
		if m := keyAsked().FindSubmatch(lines[at]); m != nil {
			return string(m[1])
		}
	}
	return ""
}

var keyAsked = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|[ {,])key: *["']?([\w.-]+)`) })

// packages are the folders that are in packages of kpt, or are not, once somebody has asked:
// https://kpt.dev/reference/schema/kptfile/
type packages map[string]bool

// of reports whether a file is in one.
func (p packages) of(file string) bool {
	const highest = 3 // folders above
	dir := filepath.Dir(filepath.FromSlash(file))
	is, known := p[dir]
	if known || file == "" {
		return is
	}
	for at, n := dir, 0; n <= highest && !is; at, n = filepath.Dir(at), n+1 {
		if is = isFile(filepath.Join(at, kptfile)); filepath.Dir(at) == at {
			break
		}
	}
	p[dir] = is
	return is
}

const kptfile = "Kptfile"

// isApart reports whether a finding is that an object is in another namespace only.
func isApart(f *finding.Finding) bool {
	return f.Missing == nil && f.Wanted != nil && f.Meant == "" && f.Wanted.Namespace != "" && f.Severity > finding.Note
}

// installedApart makes notes of those that a release of their name in their own namespace
// makes, or manifests of another repository: another environment has its own.
func installedApart(outcomes []outcome, makers *makersBy) {
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || o.around == nil || !isApart(f) {
				continue
			}
			if m := makers.charts[calledIn{f.Wanted.Namespace, f.Wanted.Name}]; m != nil {
				f.Severity = finding.Note
				f.Help = m.what + " has more deployed to this namespace than is in the tree, and is called so"
			} else if m := makers.outside[f.Wanted.Namespace]; m != nil {
				f.Severity = finding.Note
				f.Help = m.what + " has another repository deployed to this namespace"
			} else if f.Wanted.Kind == "Service" && rules.IsAddOn(f.Wanted.Namespace) && !slices.ContainsFunc(outcomes, func(o outcome) bool { return o.around != nil && o.around.inhabited[f.Wanted.Namespace] }) {
				f.Severity = finding.Note
				f.Help = "it is the namespace of an add-on, of which nothing is here"
			}
		}
	}
}

// grantedElsewhere makes notes of accounts that a role is granted to and that are in the
// namespace of another environment: shop-dev beside shop. Nothing fails for want of them.
func grantedElsewhere(outcomes []outcome) {
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || o.around == nil || !isGrantedElsewhere(f) {
				continue
			}
			if !slices.ContainsFunc(outcomes, func(o outcome) bool { return o.around != nil && o.around.namespaces[f.Wanted.Namespace] }) {
				f.Severity = finding.Note
				f.Help = "nothing of that environment is here"
			}
		}
	}
}

// isGrantedElsewhere reports whether a finding is about an account that a role is granted to
// in the namespace of an environment.
func isGrantedElsewhere(f *finding.Finding) bool {
	return isApart(f) && strings.HasPrefix(f.Field, "subjects[") && ofEnvironment(f.Wanted.Namespace)
}

// ofEnvironment reports whether a namespace is called after something else and an
// environment.
func ofEnvironment(namespace string) bool {
	first, rest, ok := strings.Cut(namespace, "-")
	if !ok {
		return false
	}
	last := rest[strings.LastIndexByte(rest, '-')+1:]
	return slices.Contains(environments, first) || slices.Contains(environments, last)
}

// isCertificate reports whether the Secret of a server's certificate is missing.
func isCertificate(f *finding.Finding) bool {
	return f.Missing.Kind == "Secret" && (strings.Contains(f.Field, "tls") || strings.Contains(f.Field, "certificateRefs") || strings.HasSuffix(f.Missing.Name, "-tls"))
}

// keepsCertificate reports whether an object is the Secret of a certificate, or makes one.
func keepsCertificate(o *inventory.Object) bool {
	switch o.Kind {
	case "Secret":
		return yamlnode.GetString(o.Node, "type") == "kubernetes.io/tls"
	case "SealedSecret", "ExternalSecret":
		return cmp.Or(yamlnode.GetString(o.Node, "spec", "template", "type"), yamlnode.GetString(o.Node, "spec", "target", "template", "type")) == "kubernetes.io/tls"
	}
	return false
}

// isLogins reports whether the Secret is missing that an Ingress has people log in by:
// https://kubernetes.github.io/ingress-nginx/examples/auth/basic/
func isLogins(f *finding.Finding) bool {
	return f.Missing.Kind == "Secret" && strings.HasSuffix(f.Field, `/auth-secret"]`)
}

// absentMakers are the resources that a tree lacks and that have others made: who keeps
// a Kafka elsewhere has its Services and Secrets there too.
func absentMakers(findings []finding.Finding) []maker {
	var makers []maker
	seen := map[finding.Resource]bool{}
	for i := range findings {
		m := findings[i].Missing
		if m == nil || seen[*m] {
			continue
		}
		if seen[*m] = true; !reference.MadeBy(m.Kind) || slices.Contains(apischema.Kubernetes().AllKinds(), m.Kind) || len(m.Name) < 2 {
			continue
		}
		makers = append(makers, maker{what: m.Kind + " " + m.Name + ", which is not here either,", self: *m, name: m.Name, namespace: m.Namespace, absent: true, within: true})
	}
	return makers
}

// neighbours are the trees of a run, by what they have.
type neighbours struct {
	outcomes []outcome
	by       map[finding.Resource][]int  // kind, namespace and name
	named    map[finding.Resource][]int  // kind and name
	affixed  map[finding.Resource]string // what has it but for the first or the last word of its name
}

// having returns a tree that has what f misses in another one, -1 if none has: a part of
// the files of the same folder, since who applies a lesson or a fix may have applied the
// one before; files that say no namespace; or, where f says no namespace, a tree of any
// that is no alternative.
func (n *neighbours) having(own int, f *finding.Finding) int {
	if n.outcomes[own].have == nil {
		return -1
	}
	n.meet()
	if n.outcomes[own].tree.Root == "" && n.by[*f.Missing] != nil {
		return holding(n.by[*f.Missing], func(i int) bool { return n.outcomes[i].tree.Root == "" && i != own })
	}
	if f.Missing.Namespace != "" {
		anywhere := finding.Resource{Kind: f.Missing.Kind, Name: f.Missing.Name} // whoever applies it says where
		return holding(n.by[anywhere], func(i int) bool { return n.outcomes[i].tree.Root == "" && i != own })
	}
	same := n.named[finding.Resource{Kind: f.Resource.Kind, Name: f.Resource.Name}]
	return holding(n.named[*f.Missing], func(i int) bool { return !slices.Contains(same, i) })
}

// has reports whether a tree has an object.
func (n *neighbours) has(object *finding.Resource) bool {
	n.meet()
	return n.by[*object] != nil
}

// runs reports whether a tree has a Deployment of a name.
func (n *neighbours) runs(name string) bool {
	n.meet()
	return n.named[finding.Resource{Kind: "Deployment", Name: name}] != nil
}

// meet looks what the trees have.
func (n *neighbours) meet() {
	if n.by != nil {
		return
	}
	n.by, n.named, n.affixed = holdersOf(n.outcomes), map[finding.Resource][]int{}, map[finding.Resource]string{}
	for object, at := range n.by {
		name := object.Name
		for _, part := range nearly(name) {
			if object.Name = part; part == rules.WithoutHash(name) {
				continue // what kustomize generates where something else is built
			}
			if before := n.affixed[object]; before == "" || name < before {
				n.affixed[object] = name
			}
		}
		object.Namespace, object.Name = "", name
		n.named[object] = append(n.named[object], at...)
	}
	for _, at := range n.named {
		slices.Sort(at)
	}
}

// near returns the name of an object of the kind and in the namespace of one that is
// missing, which has a word more at its beginning or end, or less; "" if there is none.
func (n *neighbours) near(missing *finding.Resource) string {
	n.meet()
	for _, part := range nearly(missing.Name) {
		object := *missing
		object.Name = part
		if n.by[object] != nil {
			return part
		}
	}
	return n.affixed[*missing]
}

// nearly returns a name without its first and without its last word, where enough is left
// to tell it from others.
func nearly(name string) (parts []string) {
	const short = 3
	if i := strings.IndexByte(name, '-'); i >= 0 && len(name)-i-1 > short {
		parts = append(parts, name[i+1:])
	}
	if i := strings.LastIndexByte(name, '-'); i > short {
		parts = append(parts, name[:i])
	}
	return parts
}

// makersBy are what the trees of a run have made, by what they may be asked for.
type makersBy struct {
	wanted  map[string]bool // the names that are asked for
	all     []*maker
	beyond  map[string]bool     // namespaces that more is made in than is in the repository
	filling map[string]*maker   // by namespace, the first
	called  map[calledIn][]int  // those whose objects are called after them
	charts  map[calledIn]*maker // those that fill the namespace, by the name of the release
	release map[string]*maker   // the same, by the name of the release alone
	outside map[string]*maker   // manifests of another repository, by namespace
	naming  map[string][]int    // by the names in them that are wanted
}

// calledIn is the name of what has something made in a namespace.
type calledIn struct{ namespace, name string }

func (by *makersBy) add(makers []maker) {
	if by.beyond == nil {
		by.beyond, by.filling, by.called, by.naming, by.charts = map[string]bool{}, map[string]*maker{}, map[calledIn][]int{}, map[string][]int{}, map[calledIn]*maker{}
		by.release, by.outside = map[string]*maker{}, map[string]*maker{}
	}
	for i := range makers {
		m, at := &makers[i], len(by.all)
		by.all = append(by.all, m)
		if !m.within {
			by.beyond[m.namespace] = true
		}
		if m.fills && by.filling[m.namespace] == nil {
			by.filling[m.namespace] = m
		}
		if m.fills && m.name != "" {
			by.charts[calledIn{m.namespace, m.name}] = m
			if by.release[m.name] == nil {
				by.release[m.name] = m
			}
		}
		if m.outside {
			by.outside[m.namespace] = m
		}
		if m.named || m.absent {
			key := calledIn{m.namespace, m.name}
			by.called[key] = append(by.called[key], at)
		}
		for name := range m.names {
			if by.wanted[name] {
				by.naming[name] = append(by.naming[name], at)
			}
		}
	}
}

// released is the release of a chart that the name of an object begins with which says no
// namespace: whoever applies it says where, and may have the release there.
func (by *makersBy) released(object *finding.Resource) *maker {
	for i := range object.Name {
		if object.Namespace == "" && object.Name[i] == '-' && by.release[object.Name[:i]] != nil {
			return by.release[object.Name[:i]]
		}
	}
	return nil
}

// first is the first of what fills a namespace, nil if nothing does.
func (by *makersBy) first() *maker {
	if at := slices.IndexFunc(by.all, func(m *maker) bool { return m.fills }); at >= 0 {
		return by.all[at]
	}
	return nil
}

// ask asks whether something that is made may be the object, which from has named. The
// first that says so is told of.
func (a *absence) ask(makers *makersBy, from finding.Resource) {
	a.elsewhere = makers.beyond[a.object.Namespace] || makers.beyond[""]
	if m := makers.filling[a.object.Namespace]; m != nil {
		a.filled = m.what + " has more deployed to this namespace than is in the tree"
	} else if m := makers.released(&a.object); m != nil {
		a.filled = m.what + " may be deployed to the same namespace, and is called so"
	} else if m := makers.first(); m != nil && a.object.Kind == "ClusterRole" {
		a.filled = m.what + " may have it made, or another one"
	}
	first := len(makers.all)
	may := func(at int) bool {
		m := makers.all[at]
		here := m.namespace == "" || m.namespace == a.object.Namespace
		return here && m.absent && m.self.Kind != a.object.Kind && isOfRelease(a.object.Name, m.name) ||
			here && m.named && calledAfter(a.object.Name, m.name) ||
			m.names[a.object.Name] && (m.kind == "" || m.kind == a.object.Kind) && m.self != from && (here || isDistinct(a.object.Name))
	}
	ask := func(list []int) {
		if at := holding(list, may); at >= 0 {
			first = min(first, at)
		}
	}
	ask(makers.naming[a.object.Name])
	if len(makers.called) > 0 {
		for part := range partsOf(a.object.Name) {
			ask(makers.called[calledIn{a.object.Namespace, part}])
			ask(makers.called[calledIn{"", part}])
		}
	}
	if first < len(makers.all) {
		a.maker = makers.all[first].what + " may make it"
	}
}

// partsOf are the words of a name that stand side by side, and are what a name may be
// called after.
func partsOf(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for start := 0; start <= len(name); start++ {
			if start > 0 && name[start-1] != '-' {
				continue
			}
			for end := start; end <= len(name); end++ {
				if (end == len(name) || name[end] == '-') && !yield(name[start:end]) {
					return
				}
			}
		}
	}
}

// isDistinct reports whether a name is hardly that of several things: it is more than
// one word.
func isDistinct(name string) bool { return strings.ContainsAny(name, "-._") }

// calledAfter reports whether a name is another one with words before or behind it, or
// none. Short ones are in too many names.
func calledAfter(name, other string) bool {
	const short = 2
	rest, ok := strings.CutPrefix(name, other)
	return ok && (rest == "" || rest[0] == '-') || len(other) > short && strings.Contains("-"+name+"-", "-"+other+"-")
}
