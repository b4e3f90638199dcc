package adopt

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Left is something that somebody typed and that stays as it is.
type Left struct {
	// Where is the variable and what has it.
	Where, Variable string
	// Reason says why, never with a value.
	Reason string
}

// typed is one value that a connection is to compute.
type typed struct {
	owner     *inventory.Object    // the workload, or the ConfigMap
	container *inventory.Container // nil in a ConfigMap
	variable  string               // or the ConfigMap's key
	format    string
	carries   engine.Parts
	text      string
	secret    bool // it comes from a Secret
	server    bool // it is the server's own
	// meant is the text with the Service's name as it is in the build, where what
	// was typed is a name that it does not have any more.
	meant string
}

// candidate is what typed values have in common.
type candidate struct {
	engine      *engine.Engine
	service     *inventory.Object
	host        string // outside of the cluster, where there is no service
	port        int
	pods, tls   bool
	database    string
	parameters  map[string]string
	credentials config.Credentials
	// carries are the parts that some of the values state.
	carries engine.Parts
	values  []typed
	name    string
}

type recognizer struct {
	inv         *inventory.Inventory
	domain      string
	connections []*candidate
	left        []Left
	seen        map[string]bool // keys of ConfigMaps
}

// recognize finds the values of a build that connections can compute.
func recognize(inv *inventory.Inventory) ([]*candidate, []Left) {
	r := &recognizer{inv: inv, domain: (*config.Spec)(nil).GetClusterDomain(), seen: map[string]bool{}}
	var found []*candidate
	for _, o := range inv.Objects() {
		if o.Node == nil || o.Local {
			continue
		}
		for _, pod := range o.Pods() {
			for _, c := range pod.Containers {
				found = append(found, r.container(c)...)
			}
		}
	}
	// Those that say most come first: the others join them.
	slices.SortStableFunc(found, func(a, b *candidate) int { return cmp.Compare(bits(b.carries), bits(a.carries)) })
	for _, c := range found {
		r.join(c)
	}
	for _, c := range r.connections {
		r.addServer(c)
	}
	r.nameAll()
	return r.connections, r.left
}

func bits(p engine.Parts) int {
	n := 0
	for ; p != 0; p &= p - 1 {
		n++
	}
	return n
}

func (r *recognizer) leave(c *inventory.Container, name, reason string, args ...any) {
	l := Left{Where: c.Pod.Owner.Kind + " " + c.Pod.Owner.Name, Variable: name, Reason: fmt.Sprintf(reason, args...)}
	if !slices.Contains(r.left, l) {
		r.left = append(r.left, l)
	}
}

// container returns what is recognized in the environment of one container: a
// connection for each address.
func (r *recognizer) container(c *inventory.Container) []*candidate {
	env := environmentOf(r.inv, c)
	var found []*candidate
	for _, v := range env {
		if !v.known || v.text == "" || len(v.text) > 1000 || strings.ContainsAny(v.text, "\n\r") || strings.Contains(v.text, "{{") {
			continue
		}
		if strings.Contains(strings.TrimSpace(v.text), " ") && !strings.Contains(v.text, "=") {
			continue // a sentence
		}
		if conn := r.address(c, env, v); conn != nil {
			found = append(found, conn)
		}
	}
	return found
}

// address reads one variable.
func (r *recognizer) address(c *inventory.Container, env []*variable, v *variable) *candidate {
	plain, refs := withoutReferences(v.text)
	at := host.Find(plain, host.Hint{Key: v.name})
	if len(at) == 0 {
		return nil
	}
	conn := &candidate{}
	meant := ""
	for i := range at {
		s, pod := r.service(at[i].Host, c.Pod.Owner.Namespace)
		if s == nil && len(at) == 1 {
			if s = r.renamed(at[i].Host, c.Pod.Owner.Namespace); s != nil {
				meant = restore(plain[:at[i].Offset]+s.Name+plain[at[i].Offset+len(at[i].Host):], refs)
			}
		}
		if s == nil || conn.service != nil && conn.service != s {
			return nil
		}
		conn.service, conn.pods = s, pod
	}
	switch {
	case yamlnode.GetString(conn.service.Node, "spec", "type") == "ExternalName":
		r.leave(c, v.name, "Service %s is an ExternalName: the connection would name what is behind it", conn.service.Name)
		return nil
	case len(at) > 1 && !conn.pods:
		r.leave(c, v.name, "it names Service %s more than once", conn.service.Name)
		return nil
	}
	t := typed{owner: c.Pod.Owner, container: c, variable: v.name, text: v.text, secret: v.kind == "Secret", meant: cmp.Or(meant, v.text)}
	var a engine.Address
	for _, e := range r.engines(v.name, conn.service, &at[0]) {
		if f, address, ok := roundTrip(e, plain, at); ok {
			conn.engine, t.format, a = e, f, address
			break
		}
	}
	if conn.engine == nil {
		e := r.engines(v.name, conn.service, &at[0])[0]
		f, address, ok := templateOf(e, plain, at)
		if !ok {
			r.leave(c, v.name, "its form is not one that %s connections have", e.Name)
			return nil
		}
		conn.engine, t.format, a = e, f, address
	}
	t.carries, _ = conn.engine.Carries(t.format)
	if engine.IsTemplate(t.format) && a.Username == nil && a.Password == nil {
		t.carries &^= engine.Username | engine.Password
	}
	conn.carries = t.carries &^ (engine.Hosts | engine.Ports)
	if conn.port = a.Hosts[0].Port; conn.port == 0 && t.carries&engine.Ports != 0 {
		_, scheme, _ := engine.ByScheme(at[0].Scheme)
		conn.port = scheme.Port
	}
	if t.carries&engine.Database != 0 {
		conn.database = restore(a.Database, refs)
		if conn.database != a.Database {
			r.leave(c, v.name, "the name of its database is put in when the container starts")
			return nil
		}
	}
	if t.carries&engine.Parameters != 0 {
		for k, p := range a.Parameters {
			if restore(p, refs) != p || t.secret && !known(conn.engine, k, p) {
				r.leave(c, v.name, "its parameters may not be known to everybody")
				return nil
			}
		}
		conn.parameters = a.Parameters
	}
	for k, p := range conn.parameters {
		if redact.HasCredential("x://h/?"+k+"="+p) || redact.HasCredential(k+"="+p) {
			r.leave(c, v.name, "one of its parameters is a secret")
			return nil
		}
	}
	if redact.HasCredential(t.format) || a.Username != nil && a.Password == nil && len(refs) == 0 && redact.HasCredential(v.text) {
		r.leave(c, v.name, "there is a secret in it, in a place that connections have none")
		return nil
	}
	if t.secret && engine.IsTemplate(t.format) && !publicTemplate(conn.engine, t.format) {
		r.leave(c, v.name, "its parameters may not be known to everybody")
		return nil
	}
	conn.tls = a.TLS
	if !r.userInfo(c, env, v, conn, a, refs) {
		return nil
	}
	if t.secret && conn.database != "" && (r.secretOnly(conn.database, databaseWords) || !saidOutsideSecrets(r.inv, conn.database)) {
		r.leave(c, v.name, "the name of its database stands in Secrets only, and a configuration holds nothing of a Secret")
		return nil
	}
	if v.kind == "ConfigMap" && conn.credentials.Secret == "" && v.from != nil {
		t.owner, t.container, t.variable = v.from, nil, v.key
	}
	conn.add(r, t)
	if a.Username == nil && a.Password == nil {
		r.group(c, env, v, conn)
	}
	return conn
}

// add adds a value, unless another container reads the same key.
func (c *candidate) add(r *recognizer, t typed) {
	if t.container == nil {
		key := t.owner.String() + "\x00" + t.variable
		if r.seen[key] {
			return
		}
		r.seen[key] = true
	}
	c.values = append(c.values, t)
}

// service finds the Service that a host name means, and whether it is a name of
// one of its pods.
func (r *recognizer) service(name, namespace string) (s *inventory.Object, pod bool) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	labels := strings.Split(strings.TrimSuffix(strings.TrimSuffix(name, "."+r.domain), ".svc"), ".")
	find := func(service, ns string) *inventory.Object {
		for _, o := range r.inv.Find(serviceKind, service) {
			if o.Node != nil && o.Namespace == ns {
				return o
			}
		}
		return nil
	}
	switch len(labels) {
	case 1:
		return find(labels[0], namespace), false
	case 2:
		if s = find(labels[0], labels[1]); s != nil && s.Namespace != "" {
			return s, false
		}
		if s = find(labels[1], namespace); s != nil && yamlnode.GetString(s.Node, "spec", "clusterIP") == "None" {
			return s, true
		}
	case 3:
		if s = find(labels[1], labels[2]); s != nil && s.Namespace != "" && yamlnode.GetString(s.Node, "spec", "clusterIP") == "None" {
			return s, true
		}
	}
	return nil, false
}

// renamed finds the Service that a name without a namespace was the name of,
// before kustomize put a prefix to it: nothing rewrites text.
func (r *recognizer) renamed(name, namespace string) *inventory.Object {
	var found *inventory.Object
	for _, o := range r.inv.FindPrevious(serviceKind, strings.ToLower(name)) {
		if o.Node == nil || o.Namespace != namespace {
			continue
		}
		if found != nil {
			return nil
		}
		found = o
	}
	return found
}

// engines are what may be behind a Service, the surest first.
func (r *recognizer) engines(variable string, s *inventory.Object, o *host.Occurrence) []*engine.Engine {
	var all []*engine.Engine
	add := func(e *engine.Engine, ok bool) {
		if ok && !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	byScheme, _, hasScheme := engine.ByScheme(o.Scheme)
	if hasScheme && byScheme.Protocol != "http" && byScheme.Name != "tcp" {
		add(byScheme, true)
	}
	for _, e := range r.behind(s) {
		add(e, true)
	}
	add(byScheme, hasScheme)
	if o.Scheme != "" && len(all) > 0 {
		return all
	}
	for _, e := range engine.All() {
		add(e, slices.ContainsFunc(e.Variables, func(word string) bool { return strings.HasPrefix(strings.ToUpper(variable), word+"_") }))
	}
	for _, p := range yamlnode.Elements(s.Get("spec", "ports")) {
		for _, word := range []string{yamlnode.GetString(p, "appProtocol"), yamlnode.GetString(p, "name")} {
			word, _, _ = strings.Cut(strings.TrimPrefix(word, "tcp-"), "-")
			for _, e := range engine.All() {
				add(e, word != "" && (slices.Contains(e.PortNames, word) || e.Name == word))
			}
		}
		for _, e := range engine.All() {
			port := strconv.Itoa(e.Port)
			add(e, e.Port > 1024 && e.Port != 8080 && yamlnode.GetString(p, "port") == port)
		}
	}
	tcp, ok := engine.Lookup("tcp")
	add(tcp, ok)
	return all
}

// behind are the engines of the images of the pods that a Service selects.
func (r *recognizer) behind(s *inventory.Object) []*engine.Engine {
	var all []*engine.Engine
	for _, pod := range r.podsOf(s) {
		for _, c := range pod.Containers {
			if e, ok := engine.ByImage(yamlnode.GetString(c.Node, "image")); ok && c.Type == inventory.AppContainer {
				all = append(all, e)
			}
		}
	}
	return all
}

func (r *recognizer) podsOf(s *inventory.Object) []*inventory.Pod {
	if s == nil {
		return nil
	}
	selector := s.Get("spec", "selector")
	if selector == nil || len(selector.Content) == 0 {
		return nil
	}
	var all []*inventory.Pod
	for _, o := range r.inv.Objects() {
		if o.Node == nil || o.Namespace != s.Namespace {
			continue
		}
	pods:
		for _, pod := range o.Pods() {
			for k, v := range yamlnode.Fields(selector) {
				if yamlnode.GetString(pod.Labels(), k.Value) != v.Value {
					continue pods
				}
			}
			all = append(all, pod)
		}
	}
	return all
}

// roundTrip finds the format of an engine that reads a text and writes it again
// as it is.
func roundTrip(e *engine.Engine, text string, at []host.Occurrence) (string, engine.Address, bool) {
	names := slices.Clone(e.FormatNames())
	common := func(name string) bool { return name == "hostport" || name == "host" }
	if at[0].Offset == 0 {
		slices.SortStableFunc(names, func(a, b string) int {
			switch {
			case common(a) && !common(b):
				return -1
			case common(b) && !common(a):
				return 1
			}
			return 0
		})
	}
	if scheme, _, ok := strings.Cut(text, "://"); ok {
		if _, driver, ok := strings.Cut(scheme, "+"); ok {
			for _, name := range e.FormatNames() {
				names = append(names, name+"+"+driver)
			}
		}
	}
	for _, name := range names {
		if slices.Contains([]string{"port", "username", "password", "database"}, name) {
			continue
		}
		a, err := e.Parse(name, text)
		if err != nil || len(a.Hosts) != len(at) {
			continue
		}
		if e.Name == "http" && a.Database != "" {
			continue // a path is no database
		}
		same := true
		if carries, _ := e.Carries(name); carries&engine.Ports != 0 && at[0].Port == 0 && !portless(e, at[0].Scheme) {
			continue // what is computed has a port
		}
		for i := range at {
			same = same && strings.EqualFold(strings.TrimSuffix(a.Hosts[i].Host, "."), at[i].Host) && (a.Hosts[i].Port == at[i].Port || at[i].Port == 0 && a.Hosts[i].Port == usualPort(e, at[i].Scheme))
		}
		out, err := e.Format(name, a)
		if err == nil && same && out.String() == text {
			return name, a, true
		}
	}
	return "", engine.Address{}, false
}

// portless reports whether a URL without a port means the usual one.
func portless(e *engine.Engine, scheme string) bool {
	other, s, ok := engine.ByScheme(scheme)
	return ok && s.Port != 0 || other == e && e.Name == "http"
}

// usualPort is the port of a URL that has none.
func usualPort(e *engine.Engine, scheme string) int {
	if _, s, ok := engine.ByScheme(scheme); ok {
		if s.TLS && e.TLSPort != 0 && s.Port == 0 {
			return e.TLSPort
		}
		return cmp.Or(s.Port, e.Port)
	}
	return e.Port
}

// templateOf is a text as a template: what an address is made of is put in, the
// rest stays.
func templateOf(e *engine.Engine, text string, at []host.Occurrence) (string, engine.Address, bool) {
	o := &at[0]
	if len(at) > 1 {
		return "", engine.Address{}, false
	}
	a := engine.Address{Hosts: []engine.HostPort{{Host: o.Host, Port: o.Port}}}
	end := o.Offset + len(o.Host)
	put := "{{ .Host }}"
	if o.Port != 0 {
		digits := strconv.Itoa(o.Port)
		switch {
		case o.PortOffset == end+1 && text[end] == ':':
			put, end = "{{ .HostPort }}", o.PortOffset+len(digits)
		case o.PortOffset > end && strings.HasPrefix(text[o.PortOffset:], digits):
			put += text[end:o.PortOffset] + "{{ .Port }}"
			end = o.PortOffset + len(digits)
		}
	}
	rest := text[end:]
	before := text[:o.Offset]
	read := engine.ReadTyped("", text, true)
	switch {
	case len(read) > 1:
		return "", engine.Address{}, false
	case len(read) == 1:
		t := read[0]
		if len(t.Faults) > 0 || t.HasPassword && (t.Keywords != nil || t.Form != "" || t.UserEnd == 0 || t.UserEnd > o.Offset) {
			return "", engine.Address{}, false
		}
		if user, password, ok := t.UserInfo(text); ok && t.UserEnd > 0 {
			info := ""
			if user != "" {
				a.Username, info = engine.Literal(user), "{{ .Username | userinfo }}"
			}
			if t.HasPassword {
				a.Password = engine.Literal(password)
				info += ":{{ .Password | userinfo }}"
			}
			before = text[:t.UserStart] + info + text[t.UserEnd:o.Offset]
		}
		if t.Database != "" {
			if tail, ok := strings.CutPrefix(rest, "/"+t.Database); ok && (tail == "" || tail[0] == '?') {
				a.Database, rest = t.Database, "/{{ .Database }}"+tail
			}
		}
	case strings.Contains(before, "@"):
		return "", engine.Address{}, false
	}
	return before + put + rest, a, true
}

// expansion is a $(VAR) that the kubelet expands.
var expansion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$\(([A-Za-z_][-._A-Za-z0-9]*)\)`) })

// known reports whether a parameter and its value are ones that anybody could have
// written: those of the engine's documentation, switches and numbers.
func known(e *engine.Engine, name, value string) bool {
	if value == "true" || value == "false" || name == "authSource" && value == e.AuthDatabase {
		return true
	}
	if n, err := strconv.Atoi(value); err == nil && n < 100000 {
		return true
	}
	return slices.ContainsFunc(e.Values, func(v engine.ParameterValues) bool {
		return v.Name == name && slices.Contains(v.Values, value)
	})
}

// withoutReferences puts a word in the place of each $(VAR), so that URLs can be
// read.
func withoutReferences(text string) (string, map[string]string) {
	refs := map[string]string{}
	return expansion().ReplaceAllStringFunc(text, func(ref string) string {
		word := fmt.Sprintf("krmref%02dref", len(refs))
		refs[word] = ref
		return word
	}), refs
}

func restore(text string, refs map[string]string) string {
	for word, ref := range refs {
		text = strings.ReplaceAll(text, word, ref)
	}
	return text
}

// userInfo finds the Secret's keys for the user info of an address.
func (r *recognizer) userInfo(c *inventory.Container, env []*variable, v *variable, conn *candidate, a engine.Address, refs map[string]string) bool {
	user, _ := a.Username.Value()
	password, _ := a.Password.Value()
	if a.Username == nil && a.Password == nil {
		return true
	}
	cred := &conn.credentials
	fromRef := func(text string) *variable {
		m := expansion().FindStringSubmatch(restore(text, refs))
		if m == nil || m[0] != restore(text, refs) {
			return nil
		}
		for _, other := range env {
			if other.name == m[1] {
				return other
			}
		}
		return nil
	}
	if ref := fromRef(user); ref != nil {
		switch {
		case ref.kind == "Secret":
			cred.Secret, cred.UsernameKey = secretName(ref), ref.key
		case ref.known:
			cred.Username = ref.text
		}
		if cred.UsernameKey == "" && cred.Username == "" {
			r.leave(c, v.name, "what its user name comes from is not in this build")
			return false
		}
	} else if restore(user, refs) != user {
		r.leave(c, v.name, "its user name is put together when the container starts")
		return false
	}
	if a.Password == nil {
		if a.Username != nil && cred.UsernameKey == "" && cred.Username == "" {
			if v.kind == "Secret" {
				r.leave(c, v.name, "its user name stands in a Secret, and a configuration holds nothing of a Secret")
				return false
			}
			cred.Username = user
		}
		return true
	}
	ref := fromRef(password)
	switch {
	case ref != nil && ref.kind == "Secret":
		if cred.UsernameKey != "" && cred.Secret != secretName(ref) {
			r.leave(c, v.name, "its user name and its password come from two Secrets")
			return false
		}
		cred.Secret, cred.PasswordKey = secretName(ref), ref.key
	case ref != nil && ref.known:
		password = ref.text
	case restore(password, refs) != password:
		r.leave(c, v.name, "its password is put together when the container starts")
		return false
	}
	if cred.PasswordKey == "" {
		s, key := r.secretWith(c, env, conn.service, password)
		if s == nil || cred.UsernameKey != "" && s.BaseName() != cred.Secret {
			r.leave(c, v.name, "its password is typed, and no Secret of the build in its namespace has it under a key of its own: put it into one, then let a connection compute %s", v.name)
			return false
		}
		cred.Secret, cred.PasswordKey = s.BaseName(), key
		if cred.UsernameKey == "" && cred.Username == "" && user != "" {
			cred.UsernameKey = keyWith(s, user, userWords, key)
		}
	}
	if a.Username != nil && cred.UsernameKey == "" && cred.Username == "" && user != "" {
		if v.kind == "Secret" {
			if s := r.inv.Lookup(secretKind, c.Pod.Owner.Namespace, cred.Secret, true, c.Pod.Owner); s != nil {
				cred.UsernameKey = keyWith(s, user, userWords, cred.PasswordKey)
			}
			if cred.UsernameKey == "" && !r.stated(user, userWords) && !slices.Contains(conn.engine.Server.DefaultUsers, user) {
				r.leave(c, v.name, "its user name has no key of its own in Secret %s", cred.Secret)
				return false
			}
		}
		if cred.UsernameKey == "" {
			cred.Username = user
		}
	}
	return true
}

func secretName(v *variable) string {
	if v.from != nil {
		return v.from.BaseName()
	}
	return v.ref
}

// secretWith finds the Secret in the container's namespace that has a value under
// a key that says that it is a password: the container's own, then the server's,
// then any if there is one only.
func (r *recognizer) secretWith(c *inventory.Container, env []*variable, service *inventory.Object, password string) (*inventory.Object, string) {
	if password == "" {
		return nil, ""
	}
	ns := c.Pod.Owner.Namespace
	var near []*inventory.Object
	addAll := func(env []*variable) {
		for _, v := range env {
			if v.kind == "Secret" && v.from != nil && v.from.Namespace == ns && !slices.Contains(near, v.from) {
				near = append(near, v.from)
			}
		}
	}
	addAll(env)
	for _, pod := range r.podsOf(service) {
		for _, sc := range pod.Containers {
			addAll(environmentOf(r.inv, sc))
		}
	}
	for _, s := range near {
		if key := keyWith(s, password, passwordWords, ""); key != "" {
			return s, key
		}
	}
	var found *inventory.Object
	for _, s := range r.inv.OfKind(secretKind) {
		if s.Node == nil || s.Namespace != ns || slices.Contains(near, s) {
			continue
		}
		if keyWith(s, password, passwordWords, "") != "" {
			if found != nil {
				return nil, ""
			}
			found = s
		}
	}
	if found == nil {
		return nil, ""
	}
	return found, keyWith(found, password, passwordWords, "")
}

// keyWith is the key of a Secret with a value, whose name says what it is. Of
// several it is the one that begins as another key does.
func keyWith(s *inventory.Object, value string, words []string, other string) string {
	best, score := "", -1
	for _, key := range s.Content().Keys {
		text, ok := valueOf(s, key)
		if !ok || text != value {
			continue
		}
		if !endsIn(key, words) {
			continue
		}
		same := 0
		for same < len(key) && same < len(other) && key[same] == other[same] {
			same++
		}
		if same > score {
			best, score = key, same
		}
	}
	return best
}

// secretOnly reports whether a text is the value of a Secret, and stands nowhere
// else as what it is: under a name that ends in one of the words. One that Secrets
// have under such names only may stand anywhere else.
func (r *recognizer) secretOnly(text string, words []string) bool {
	isValue, other, elsewhere := false, false, false
	for _, o := range r.inv.Objects() {
		if o.Node == nil {
			continue
		}
		if o.Kind != "Secret" {
			elsewhere = elsewhere || contains(o.Node, text)
			continue
		}
		for _, key := range o.Content().Keys {
			if v, ok := valueOf(o, key); ok && v == text {
				isValue = true
				other = other || !endsIn(key, words)
			}
		}
	}
	return isValue && (other || !elsewhere) && !r.stated(text, words)
}

// saidOutsideSecrets reports whether a text stands in an object other than a Secret.
func saidOutsideSecrets(inv *inventory.Inventory, text string) bool {
	return slices.ContainsFunc(inv.Objects(), func(o *inventory.Object) bool {
		return o.Kind != "Secret" && contains(o.Node, text)
	})
}

var action = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{\{[^{}]*\}\}`) })

// publicTemplate reports whether what a template has around its actions is what
// anybody could have written: a scheme, and parameters that are known.
func publicTemplate(e *engine.Engine, format string) bool {
	rest := action().ReplaceAllString(format, "")
	if scheme, after, ok := strings.Cut(rest, "://"); ok {
		if _, _, known := engine.ByScheme(scheme); !known {
			return false
		}
		rest = after
	}
	rest, query, _ := strings.Cut(rest, "?")
	if strings.Trim(rest, ":/@,") != "" {
		return false
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return false
	}
	for name, all := range values {
		for _, v := range all {
			if !known(e, name, v) {
				return false
			}
		}
	}
	return true
}

// stated reports whether a variable or a key of a ConfigMap whose name ends in one
// of the words has a text for its value.
func (r *recognizer) stated(text string, words []string) bool {
	found := false
	eachContainer(r.inv, func(c *inventory.Container) {
		for _, v := range environmentOf(r.inv, c) {
			found = found || v.kind != "Secret" && v.known && v.text == text && endsIn(v.name, words)
		}
	})
	for _, o := range r.inv.OfKind(configMapKind) {
		if o.Node == nil {
			continue
		}
		for _, key := range o.Content().Keys {
			v, ok := valueOf(o, key)
			found = found || ok && v == text && endsIn(key, words)
		}
	}
	return found
}

func endsIn(name string, words []string) bool {
	n := normal(name)
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasSuffix(n, w) })
}

func contains(n *yaml.Node, text string) bool {
	if n == nil {
		return false
	}
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, text) {
		return true
	}
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return contains(c, text) })
}

// group adds the variables that stand beside an address: its port, and the user
// name, password and database for it.
func (r *recognizer) group(c *inventory.Container, env []*variable, v *variable, conn *candidate) {
	stem, ok := stemOf(v.name)
	if !ok {
		return
	}
	formats := conn.engine.FormatNames()
	place := func(other *variable, format string, part engine.Parts) {
		t := typed{owner: c.Pod.Owner, container: c, variable: other.name, text: other.text, meant: other.text, format: format, carries: part, secret: other.kind == "Secret"}
		if other.kind == "ConfigMap" && other.from != nil {
			t.owner, t.container, t.variable = other.from, nil, other.key
		}
		conn.add(r, t)
	}
	if p := beside(env, stem, portWords); p != nil && p.known && p.kind != "Secret" {
		if n, err := strconv.Atoi(strings.TrimSpace(p.text)); err == nil && n > 0 && (conn.port == 0 || conn.port == n) && p.text == strconv.Itoa(n) {
			conn.port = n
			place(p, "port", engine.Ports)
		}
	}
	if slices.Contains(formats, "database") {
		words := databaseWords
		if conn.engine.Server.DatabaseName() != "database" || len(conn.engine.Server.Databases) == 0 {
			words = words[1:] // a NAME beside it may be that of anything else
		}
		d := beside(env, stem, words)
		if d != nil && d != v && d.known && d.kind != "Secret" && d.text != "" && !strings.ContainsAny(d.text, "$ ") && (conn.database == d.text || conn.carries&engine.Database == 0) {
			conn.database = d.text
			conn.carries |= engine.Database
			place(d, "database", engine.Database)
		}
	}
	if !slices.Contains(formats, "username") || conn.carries&(engine.Username|engine.Password) != 0 {
		return // or the address says that there are none
	}
	user, password := beside(env, stem, userWords), beside(env, stem, passwordWords)
	cred := config.Credentials{}
	kept := password != nil && password.kind == "Secret" // or it is typed too, and half of it is no credentials
	if v.kind == "ConfigMap" {
		// A key of a Secret says what it is where it is read: to list that for each
		// workload beside the ConfigMap would compute nothing.
		password = nil
		if user != nil && user.kind == "Secret" {
			user = nil
		}
	}
	if password != nil && password.kind == "Secret" && password.entry {
		cred.Secret, cred.PasswordKey = secretName(password), password.key
	}
	if user != nil && user.kind == "Secret" && user.entry && (cred.Secret == "" || cred.Secret == secretName(user)) {
		cred.Secret, cred.UsernameKey = secretName(user), user.key
	}
	if kept && user != nil && user.kind != "Secret" && user.known && user.text != "" && !strings.ContainsAny(user.text, "$ ") {
		cred.Username = user.text
	}
	if password != nil && password.kind == "" && password.known && password.text != "" && !strings.Contains(password.text, "$(") {
		r.leave(c, password.name, "it is a password in plain text: put it into a Secret")
	}
	if cred == (config.Credentials{}) {
		return
	}
	conn.credentials = cred
	if cred.UsernameKey != "" || cred.Username != "" {
		conn.carries |= engine.Username
		place(user, "username", engine.Username)
	}
	if cred.PasswordKey != "" {
		conn.carries |= engine.Password
		place(password, "password", engine.Password)
	}
}

// join puts a connection to those that are known, or makes it part of one that
// says the same as far as it says anything.
func (r *recognizer) join(c *candidate) {
	if len(c.values) == 0 {
		return
	}
	for _, other := range r.connections {
		if other.takes(c) {
			other.merge(c)
			return
		}
	}
	r.connections = append(r.connections, c)
}

func (c *candidate) takes(d *candidate) bool {
	if c.engine != d.engine || c.service != d.service || c.host != d.host || c.pods != d.pods || c.tls != d.tls || c.port != d.port && c.port != 0 && d.port != 0 {
		return false
	}
	both := c.carries & d.carries
	x, y := c.credentials, d.credentials
	switch {
	case both&engine.Database != 0 && c.database != d.database,
		both&engine.Parameters != 0 && !maps.Equal(c.parameters, d.parameters),
		both&engine.Username != 0 && (x.Username != y.Username || x.UsernameKey != y.UsernameKey),
		both&engine.Password != 0 && x.PasswordKey != y.PasswordKey,
		x.Secret != "" && y.Secret != "" && x.Secret != y.Secret,
		x.Username != "" && y.UsernameKey != "", y.Username != "" && x.UsernameKey != "":
		return false
	}
	return true
}

func (c *candidate) merge(d *candidate) {
	c.port = cmp.Or(c.port, d.port)
	c.database = cmp.Or(c.database, d.database)
	if c.parameters == nil {
		c.parameters = d.parameters
	}
	x, y := &c.credentials, &d.credentials
	x.Secret, x.Username = cmp.Or(x.Secret, y.Secret), cmp.Or(x.Username, y.Username)
	x.UsernameKey, x.PasswordKey = cmp.Or(x.UsernameKey, y.UsernameKey), cmp.Or(x.PasswordKey, y.PasswordKey)
	c.carries |= d.carries
	for _, t := range d.values {
		if !slices.ContainsFunc(c.values, func(have typed) bool {
			return have.owner == t.owner && have.container == t.container && have.variable == t.variable
		}) {
			c.values = append(c.values, t)
		}
	}
}

// addServer lets the server's own variable for the database it creates be
// computed too: then its name is written once.
func (r *recognizer) addServer(c *candidate) {
	if c.database == "" || len(c.engine.Server.Databases) == 0 {
		return
	}
	for _, pod := range r.podsOf(c.service) {
		for _, ctr := range pod.Containers {
			if e, ok := engine.ByImage(yamlnode.GetString(ctr.Node, "image")); !ok || e.Protocol != c.engine.Protocol {
				continue
			}
			for _, v := range environmentOf(r.inv, ctr) {
				if v.known && v.text == c.database && v.kind != "Secret" && slices.Contains(c.engine.Server.Databases, v.name) {
					t := typed{owner: pod.Owner, container: ctr, variable: v.name, text: v.text, meant: v.text, format: "database", carries: engine.Database, server: true}
					if v.kind == "ConfigMap" && v.from != nil {
						t.owner, t.container, t.variable = v.from, nil, v.key
					}
					if t.container == nil && r.seen[t.owner.String()+"\x00"+t.variable] {
						continue
					}
					c.merge(&candidate{values: []typed{t}})
				}
			}
		}
	}
}

// nameAll gives each connection a name of its own: that of the Service, and what
// makes it another one than the others.
func (r *recognizer) nameAll() {
	slices.SortStableFunc(r.connections, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(a.service.BaseName(), b.service.BaseName()), cmp.Compare(a.port, b.port), cmp.Compare(a.database, b.database))
	})
	taken := map[string]bool{}
	of := map[string]int{}
	for _, c := range r.connections {
		of[c.service.BaseName()]++
	}
	for _, c := range r.connections {
		base := c.service.BaseName()
		var candidates []string
		if database := strings.Trim(notInName().ReplaceAllString(strings.ToLower(c.database), "-"), "-."); database != "" && of[base] > 1 {
			candidates = append(candidates, base+"-"+database)
		}
		candidates = append(candidates, base)
		if c.port != 0 {
			candidates = append(candidates, base+"-"+strconv.Itoa(c.port))
		}
		for i := 2; i < 100; i++ {
			candidates = append(candidates, fmt.Sprintf("%s-%d", base, i))
		}
		for _, name := range candidates {
			if !taken[name] {
				c.name, taken[name] = name, true
				break
			}
		}
	}
}

// config is the connection as a ConfigPipeline has it.
func (c *candidate) config(inv *inventory.Inventory) config.Connection {
	out := config.Connection{
		Engine: c.engine.Name, Database: c.database, Parameters: c.parameters, TLS: c.tls,
	}
	if c.service == nil {
		out.Host = &config.HostTarget{Name: c.host, Port: c.portText()}
		return c.addSinks(inv, out)
	}
	out.Service = &config.ServiceTarget{Name: c.service.BaseName(), Pods: c.pods}
	out.Service.Namespace = namespaceFor(inv, serviceKind, c.service)
	if ports := yamlnode.Elements(c.service.Get("spec", "ports")); len(ports) > 1 && c.port != 0 {
		for _, p := range ports {
			if yamlnode.GetString(p, "port") == strconv.Itoa(c.port) {
				out.Service.Port = cmp.Or(yamlnode.GetString(p, "name"), strconv.Itoa(c.port))
			}
		}
	}
	return c.addSinks(inv, out)
}

// addSinks adds the credentials, and where the values go.
func (c *candidate) addSinks(inv *inventory.Inventory, out config.Connection) config.Connection {
	if c.credentials != (config.Credentials{}) {
		cred := c.credentials
		out.Credentials = &cred
	}
	type place struct {
		owner     *inventory.Object
		container string
	}
	index := map[place]int{}
	for _, t := range c.values {
		p := place{owner: t.owner}
		if t.container != nil && !onlyContainer(t.container) {
			p.container = t.container.Name
		}
		i, ok := index[p]
		if !ok {
			i = len(out.Into)
			index[p] = i
			s := config.Sink{Variables: map[string]string{}}
			if t.container == nil {
				s.ConfigMap = &config.ConfigMapTarget{Name: t.owner.BaseName(), Namespace: namespaceFor(inv, configMapKind, t.owner)}
			} else {
				s.Workload = &config.WorkloadSelector{Kind: t.owner.Kind, Name: t.owner.BaseName(), Namespace: namespaceFor(inv, t.owner.GroupKind, t.owner), Container: p.container}
			}
			out.Into = append(out.Into, s)
		}
		out.Into[i].Variables[t.variable] = t.format
	}
	return out
}

// namespaceFor is the namespace that tells an object from another of its name, ""
// if there is no other.
func namespaceFor(inv *inventory.Inventory, gk inventory.GroupKind, o *inventory.Object) string {
	same := 0
	for _, other := range inv.OfKind(gk) {
		if other.Node != nil && other.BaseName() == o.BaseName() {
			same++
		}
	}
	if same < 2 {
		return ""
	}
	if len(o.Previous) > 0 && o.Previous[0].Namespace != "" {
		return o.Previous[0].Namespace
	}
	return o.Namespace
}

// onlyContainer reports whether a container is the only one that variables go
// into when none is named.
func onlyContainer(c *inventory.Container) bool {
	n := 0
	for _, other := range c.Pod.Containers {
		if other.Type == inventory.AppContainer {
			n++
		}
	}
	return n == 1 && c.Type == inventory.AppContainer
}
