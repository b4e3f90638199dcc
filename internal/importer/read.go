package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Input is where the manifests of an environment are.
type Input struct {
	Env string
	// Paths are files and folders; - is standard input.
	Paths []string
}

// Environment is the manifests of one environment.
type Environment struct {
	Name string
	// Lines is how many lines of YAML they had.
	Lines int
	// Cleaned says what was taken off, and how often.
	Cleaned map[string]int
	// Dropped are objects and documents that are left out, with why.
	Dropped []string
	// Notes are about an environment that was made of another one.
	Notes []string

	objects []*object
}

// object is one object of an environment.
type object struct {
	env        int
	node       *yaml.Node
	head, foot string // comments of its document
	text       []byte // of its document, if it is as it came
	file       string
	line       int

	group, kind, namespace, name string
	stem                         string // the name without a generator's hash, "" if it has none
}

func (o *object) String() string {
	if o.namespace == "" {
		return o.kind + " " + o.name
	}
	return o.kind + " " + o.namespace + "/" + o.name
}

func (o *object) place() string { return fmt.Sprintf("%s:%d", o.file, o.line) }

// plainName is the name without a hash.
func (o *object) plainName() string {
	if o.stem != "" {
		return o.stem
	}
	return o.name
}

// Read reads the manifests of environments. Where several inputs name one folder,
// its files belong to the environment that is in their names, and to all of them
// if none is.
func Read(inputs []Input, stdin io.Reader, hidden *redact.Secrets) ([]*Environment, error) {
	users := map[string]int{}
	names := make([]string, len(inputs))
	for i, in := range inputs {
		names[i] = in.Env
		for _, p := range in.Paths {
			users[filepath.Clean(p)]++
		}
	}
	var envs []*Environment
	var sources [][]manifest.Source
	for _, in := range inputs {
		e := &Environment{Name: in.Env, Cleaned: map[string]int{}}
		envs = append(envs, e)
		named := false
		var all []manifest.Source
		for _, path := range in.Paths {
			var other []string
			if users[filepath.Clean(path)] > 1 {
				other = names
			}
			some, byName, err := find(path, in.Env, other, stdin)
			if err != nil {
				return nil, err
			}
			named = named || byName || other == nil
			all = append(all, some...)
		}
		if !named {
			return nil, fmt.Errorf("%s: no file or folder has %q in its name, so which files belong to %s? Name a folder of its own: --env %s=DIR", strings.Join(in.Paths, ", "), in.Env, in.Env, in.Env)
		}
		sources = append(sources, all)
	}
	for i, e := range envs {
		for _, s := range sources[i] {
			if err := e.read(i, s, hidden); err != nil {
				return nil, err
			}
		}
		if len(e.objects) == 0 {
			var paths []string
			for _, p := range inputs[i].Paths {
				if p == "-" {
					p = "stdin"
				}
				paths = append(paths, p)
			}
			return nil, fmt.Errorf("%s: no Kubernetes objects in %s", e.Name, strings.Join(paths, ", "))
		}
		if err := e.unique(); err != nil {
			return nil, err
		}
	}
	for _, e := range envs {
		for _, o := range e.objects { // all Secrets are known by now
			if n := hideComments(o, hidden); n > 0 {
				o.text = nil
				e.Cleaned["secrets in comments"] += n
			}
		}
	}
	return envs, nil
}

// hideComments takes secrets out of the comments of an object, which would go into
// git as they are, and returns how many comments had any.
func hideComments(o *object, hidden *redact.Secrets) (count int) {
	hide := func(comment *string) {
		if *comment == "" {
			return
		}
		if text := hidden.Excerpts(*comment); strings.Count(text, redact.Mask) > strings.Count(*comment, redact.Mask) {
			*comment = text
			count++
		}
	}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		hide(&n.HeadComment)
		hide(&n.LineComment)
		hide(&n.FootComment)
		for _, c := range n.Content {
			walk(c)
		}
	}
	hide(&o.head)
	hide(&o.foot)
	walk(o.node)
	return count
}

// find returns the sources at a path. Among the files of several environments
// it takes those of env and those of none; named says whether any was named.
func find(path, env string, all []string, stdin io.Reader) (sources []manifest.Source, named bool, err error) {
	if path == "-" {
		data, err := limits.Read(stdin)
		return []manifest.Source{{File: "<stdin>", Data: data}}, false, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, fmt.Errorf("%s: no such file or directory", path)
	}
	if err != nil {
		return nil, false, err
	}
	if !info.IsDir() {
		data, err := limits.ReadFile(path)
		return []manifest.Source{{File: filepath.ToSlash(path), Data: data}}, false, err
	}
	err = filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if file != path && strings.HasPrefix(base, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		switch lower(base) {
		case "kustomization.yaml", "kustomization.yml", "kustomization":
			return fmt.Errorf("%s: this is a kustomization, which has a base and overlays already: krm-validate init makes a pipeline of it; to import what it builds to, krm-validate build %s > FILE and name that", file, filepath.Dir(file))
		case "chart.yaml":
			return fmt.Errorf("%s: this is a Helm chart: render it with helm template for each environment, and import that", file)
		}
		switch filepath.Ext(lower(base)) {
		case ".yaml", ".yml", ".json":
		default:
			return nil
		}
		if all != nil {
			rel, err := filepath.Rel(path, file)
			if err != nil {
				return err
			}
			whose := namedBy(rel, all)
			switch {
			case len(whose) > 1:
				return fmt.Errorf("%s: the name has %s in it: which one is it?", file, strings.Join(whose, " and "))
			case len(whose) == 1 && whose[0] != env:
				return nil
			case len(whose) == 1:
				named = true
			}
		}
		data, err := limits.ReadRegular(file)
		if err != nil {
			return err
		}
		sources = append(sources, manifest.Source{File: filepath.ToSlash(file), Data: data})
		return nil
	})
	return sources, named, err
}

var wordEnds = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^A-Za-z0-9]+`) })

// namedBy returns the environments that a path names: by the file's name, or else
// by the nearest folder.
func namedBy(path string, envs []string) (found []string) {
	parts := strings.Split(filepath.ToSlash(path), "/")
	for i := len(parts) - 1; i >= 0 && found == nil; i-- {
		words := wordEnds().Split(lower(parts[i]), -1)
		for _, env := range envs {
			if slices.ContainsFunc(tokensOf(env), func(t string) bool {
				return slices.Contains(words, t) || strings.Contains(t, "-") && strings.Contains(lower(parts[i]), t)
			}) {
				found = append(found, env)
			}
		}
	}
	return found
}

var (
	template = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\{\{-?\s*(?:\.|include\b|template\b|toYaml\b|if\b|with\b|range\b|end\b|define\b|\$)`)
	})
	helmValue = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\{\{-?[^}]*\.(?:Values|Release|Chart|Capabilities)\b`)
	})
	errTemplate = errors.New("this is a template ({{ … }}), not a manifest: render it first, with helm template for a chart, and import what comes out")
)

func (e *Environment) read(env int, s manifest.Source, hidden *redact.Secrets) error {
	hidden.File(s.File, s.Data)
	docs, err := manifest.Read(s.File, s.Data)
	if err != nil {
		if loc := template().FindIndex(s.Data); loc != nil {
			line := 1 + bytes.Count(s.Data[:loc[0]], []byte("\n"))
			return &manifest.Error{File: s.File, Line: line, Err: errTemplate}
		}
		return err
	}
	for i := range docs {
		d := &docs[i]
		if at := templated(d.Node, false); at != nil {
			return &manifest.Error{File: s.File, Line: d.Line + at.Line - 1, Err: errTemplate}
		}
		if key := repeated(d.Node); key != nil {
			return &manifest.Error{File: s.File, Line: d.Line + key.Line - 1, Err: fmt.Errorf("the key %s is there twice in one mapping", key.Value)}
		}
		nodes, err := d.Resources()
		if errors.Is(err, manifest.ErrNoResource) {
			e.Dropped = append(e.Dropped, fmt.Sprintf("%s:%d: not a Kubernetes object", s.File, d.Line))
			continue
		}
		if err != nil {
			return err
		}
		e.Lines += bytes.Count(bytes.TrimSpace(d.Text), []byte("\n")) + 1
		head, foot := d.Comments()
		for j, n := range nodes {
			o := &object{env: env, node: n, file: s.File, line: d.Line + max(n.Line, 1) - 1}
			if err := o.identify(); err != nil {
				return &manifest.Error{File: s.File, Line: o.line, Err: err}
			}
			if len(nodes) == 1 && n == d.Node {
				o.text = d.Text
			} else {
				n.HeadComment = "" // of the item's dash
			}
			if j == 0 {
				o.head = head
			}
			if j == len(nodes)-1 {
				o.foot = foot
			}
			if why := madeByCluster(o); why != "" {
				e.Dropped = append(e.Dropped, fmt.Sprintf("%s: %s", o, why))
				continue
			}
			if clean(o, e.Cleaned) {
				o.text = nil
			}
			if clusterScoped(o) && o.namespace != "" {
				yamlnode.Delete(yamlnode.Get(n, "metadata"), "namespace")
				o.namespace, o.text = "", nil
				e.Cleaned["metadata/namespace of what has none"]++
			}
			if bytes.HasPrefix(bytes.TrimSpace(d.Text), []byte("{")) { // JSON
				blockStyle(n)
				o.text = nil
			}
			e.objects = append(e.objects, o)
		}
	}
	return nil
}

// blockStyle makes YAML of JSON.
func blockStyle(n *yaml.Node) {
	if n.Style&(yaml.FlowStyle|yaml.DoubleQuotedStyle) != 0 {
		if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" {
			n.Style = 0
			n.SetString(n.Value)
		}
		if n.Kind != yaml.ScalarNode && len(n.Content) > 0 {
			n.Style = 0
		}
	}
	for _, c := range n.Content {
		blockStyle(c)
	}
}

// identify reads who an object is.
func (o *object) identify() error {
	apiVersion := yamlnode.GetString(o.node, "apiVersion")
	if apiVersion == "" {
		return fmt.Errorf("%s has no apiVersion", yamlnode.GetString(o.node, "kind"))
	}
	o.group, _, _ = strings.Cut(apiVersion, "/")
	if !strings.Contains(apiVersion, "/") {
		o.group = ""
	}
	o.kind = yamlnode.GetString(o.node, "kind")
	o.name = yamlnode.GetString(o.node, "metadata", "name")
	o.namespace = yamlnode.GetString(o.node, "metadata", "namespace")
	switch {
	case o.group == "builtin" || o.group == "kustomize.config.k8s.io" || o.group == "wealist.io" || apiVersion == "builtin":
		return fmt.Errorf("%s configures kustomize and is no object of a cluster: leave it out", o.kind)
	case o.kind != "Secret" && (strings.EqualFold(o.kind, "Secret") || yamlnode.Get(o.node, "stringData") != nil):
		return fmt.Errorf("%s looks like a Secret and is called otherwise: nothing of it is written before its kind is right", o.kind)
	case o.kind == "Secret" && o.group == "":
		if err := secretFields(o.node); err != nil {
			return err
		}
	}
	if o.name == "" {
		return fmt.Errorf("%s has no metadata.name, by which objects of environments are matched", o.kind)
	}
	if o.kind == "ConfigMap" || o.kind == "Secret" {
		if m := hashed().FindStringSubmatch(o.name); m != nil {
			o.stem = m[1]
		}
	}
	return nil
}

// secretFields refuses Secrets with fields that Secrets have not: values may be in
// them.
func secretFields(n *yaml.Node) error {
	for k, v := range yamlnode.Fields(n) {
		switch k.Value {
		case "apiVersion", "kind", "metadata", "type", "immutable", "status":
		case "data", "stringData":
			if yamlnode.IsNull(v) {
				continue
			}
			if v.Kind != yaml.MappingNode {
				return fmt.Errorf("Secret: %s is no mapping of keys to values", k.Value)
			}
			for i := 0; i+1 < len(v.Content); i += 2 {
				if e := yamlnode.Resolve(v.Content[i+1]); e.Kind != yaml.ScalarNode || k.Value == "stringData" && yamlnode.IsNull(e) {
					return fmt.Errorf("Secret: key %d of %s has no text as its value", i/2+1, k.Value)
				}
			}
		default:
			return fmt.Errorf("Secret: there is no such field as its field %d, so it is not known what is in it", slices.IndexFunc(n.Content, func(c *yaml.Node) bool { return c == k })/2+1)
		}
	}
	return nil
}

// hashed is a name with the hash of a generator.
// https://github.com/kubernetes-sigs/kustomize/blob/master/api/hasher/hasher.go
var hashed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.+)-[2-9bcdfghkmt]{10}$`) })

// unique refuses two objects of one name.
func (e *Environment) unique() error {
	seen := map[string]*object{}
	var all []error
	for _, o := range e.objects {
		key := o.group + "\x00" + o.kind + "\x00" + o.namespace + "\x00" + o.name
		if first := seen[key]; first != nil {
			all = append(all, fmt.Errorf("%s: %s is at %s too: in %s an object can be there once", o.place(), o, first.place(), e.Name))
			continue
		}
		seen[key] = o
	}
	return errors.Join(all...)
}

// templated returns a node that is a template. What looks like one in the text
// of a ConfigMap is for whoever reads that.
func templated(n *yaml.Node, text bool) *yaml.Node {
	if n.Kind == yaml.ScalarNode {
		if !text && helmValue().MatchString(n.Value) {
			return n
		}
		return nil
	}
	if n.Kind == yaml.MappingNode {
		configMap := yamlnode.GetString(n, "kind") == "ConfigMap"
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := n.Content[i], n.Content[i+1]
			if k.Kind == yaml.MappingNode { // {{ x }} without quotes
				return k
			}
			if at := templated(v, text || configMap && (k.Value == "data" || k.Value == "binaryData")); at != nil {
				return at
			}
		}
		return nil
	}
	for _, c := range n.Content {
		if at := templated(c, text); at != nil {
			return at
		}
	}
	return nil
}

func repeated(n *yaml.Node) *yaml.Node {
	if yamlnode.Repeats(n) {
		seen := map[string]bool{}
		for i := 0; i < len(n.Content); i += 2 {
			if seen[n.Content[i].Value] {
				return n.Content[i]
			}
			seen[n.Content[i].Value] = true
		}
	}
	for _, c := range n.Content {
		if key := repeated(c); key != nil {
			return key
		}
	}
	return nil
}
