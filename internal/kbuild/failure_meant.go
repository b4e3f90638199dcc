package kbuild

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// didYouMean is a question to put behind what is wrong, or "".
func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", name)
}

// nearest returns the one that is close to a name, or "".
func nearest(name string, names []string) string {
	if near := suggest.Nearest(name, names, 1); len(near) > 0 {
		return near[0]
	}
	return ""
}

// nearFile returns the path of a file or directory that is written nearly as path is,
// which is not there, as seen from dir: it differs in one name of those between slashes,
// in how many .. it begins with, in where its slashes are, or is seen from above dir.
func (x *failedTree) nearFile(dir, path string) string {
	if near := x.nearName(dir, path); near != "" {
		return near
	}
	rest := strings.Split(path, "/")
	for len(rest) > 1 && strings.Contains(rest[0], ".") && len(rest[0]) <= 4 {
		rest = rest[1:]
	}
	const highest = 5
	if len(rest) < len(strings.Split(path, "/")) {
		for up := range highest {
			if other := strings.Repeat("../", up) + strings.Join(rest, "/"); other != path && x.reads(dir, other) {
				return other
			}
		}
	}
	for i := 1; i < len(rest); i++ { // as seen from above
		if other := strings.Join(rest[i:], "/"); strings.HasSuffix(dir, "/"+strings.Join(rest[:i], "/")) && x.reads(dir, other) {
			return other
		}
	}
	for other := range suggest.PathSlips(path) {
		if x.reads(dir, other) {
			return other
		}
	}
	return x.nearSlashes(dir, path)
}

// reads reports whether a kustomization in dir may name a path, and something is there:
// of what is outside of dir, directories only.
func (x *failedTree) reads(dir, path string) bool {
	at := filepath.Join(dir, path)
	return x.fsys.IsDir(at) || x.fsys.Exists(at) && (x.anywhere || filepath.IsLocal(path))
}

// nearSlashes looks for a path that is path but for a slash.
func (x *failedTree) nearSlashes(dir, path string) string {
	parts := strings.Split(path, "/")
	up := 0
	for up < len(parts) && parts[up] == ".." {
		up++
	}
	above := strings.Repeat("../", up)
	bare := func(s string) string { return strings.ReplaceAll(s, "/", "") }
	names, err := x.fsys.ReadDir(filepath.Join(dir, above))
	if err != nil {
		return ""
	}
	for _, name := range names {
		if !strings.HasPrefix(bare(path), bare(above)+name) || !x.fsys.IsDir(filepath.Join(dir, above, name)) {
			continue
		}
		below, err := x.fsys.ReadDir(filepath.Join(dir, above, name))
		if err != nil {
			continue
		}
		for _, b := range below {
			if other := above + name + "/" + b; bare(other) == bare(path) && x.reads(dir, other) {
				return other
			}
		}
	}
	return ""
}

// nearName looks for a path that differs in one name.
func (x *failedTree) nearName(dir, path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		above := filepath.Join(dir, filepath.Join(parts[:i]...))
		if part == "" || part == "." || part == ".." || x.fsys.Exists(filepath.Join(above, part)) {
			continue
		}
		names, err := x.fsys.ReadDir(above)
		if err != nil {
			return ""
		}
		near := nearest(part, names)
		other := strings.Join(slices.Concat(parts[:i], []string{near}, parts[i+1:]), "/")
		if near == "" || !x.reads(dir, other) {
			return ""
		}
		return other
	}
	return ""
}

// listedResource is a resource in a file that a kustomization lists.
type listedResource struct {
	kind, name string
	root       *yaml.Node
}

// resources reads the files that the kustomizations list.
func (x *failedTree) resources() []listedResource {
	var all []listedResource
	for _, k := range x.files {
		for _, e := range yamlnode.Elements(k.node("resources")) {
			path := filepath.Join(k.dir, yamlnode.String(e))
			if !isLocal(yamlnode.String(e)) || x.fsys.IsDir(path) {
				continue
			}
			text, err := x.read(k.dir, yamlnode.String(e))
			if err != nil {
				continue
			}
			decoder := yaml.NewDecoder(strings.NewReader(string(text)))
			for {
				var doc yaml.Node
				if decoder.Decode(&doc) != nil {
					break
				}
				root := yamlnode.Resolve(&doc)
				all = append(all, listedResource{yamlnode.GetString(root, "kind"), yamlnode.GetString(root, "metadata", "name"), root})
			}
		}
		for _, g := range [...][2]string{{"configMapGenerator", "ConfigMap"}, {"secretGenerator", "Secret"}} {
			for _, e := range yamlnode.Elements(k.node(g[0])) {
				all = append(all, listedResource{kind: g[1], name: yamlnode.GetString(e, "name")})
			}
		}
	}
	return all
}

// nearResource returns the name of a resource of the kind that is close to a name, or
// a kind that a resource of that name has and that is close to the kind.
func (x *failedTree) nearResource(kind, name string) string {
	var names, kinds []string
	for _, r := range x.resources() {
		if r.kind == kind {
			names = append(names, r.name)
		}
		if r.name == name {
			kinds = append(kinds, r.kind)
		}
	}
	if slices.Contains(names, name) {
		return "" // both are right, and something else is not
	}
	if near := nearest(name, names); near != "" {
		return near
	}
	return nearest(kind, kinds)
}

// scaled are the kinds that replicas: of a kustomization is for.
var scaled = []string{"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"}

// nearPath returns a path in which one key is another that a resource has at that place,
// if all resources agree which.
func (x *failedTree) nearPath(parts []string, fits func(listedResource) bool) []string {
	var found []string
	for _, r := range x.resources() {
		if !fits(r) {
			continue
		}
		n := r.root
		for i, part := range parts {
			next := yamlnode.Get(n, part)
			if at, err := strconv.Atoi(part); err == nil && next == nil {
				if es := yamlnode.Elements(n); at < len(es) {
					next = yamlnode.Resolve(es[at])
				}
			}
			if next != nil {
				n = next
				continue
			}
			var keys []string
			for k := range yamlnode.Fields(n) {
				keys = append(keys, k.Value)
			}
			if near := nearest(part, keys); near != "" {
				other := slices.Concat(parts[:i], []string{near}, parts[i+1:])
				if found != nil && !slices.Equal(found, other) {
					return nil
				}
				found = other
			}
			break
		}
	}
	return found
}

var (
	nothingSelected = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^nothing selected by (\w+) ([^\s:]+):`) })
	notScaled       = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`resource with name (\S+) does not match a config with the following GVK `)
	})
	noSourceField = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("^fieldPath `([^`\\s]+)` is missing for replacement source (\\w+) (\\S+)$")
	})
	noTargetField = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^unable to find field "([^"\s]+)" in replacement target`)
	})
)

// meant is what was probably meant where a build failed for the name or the path in an
// entry, as kustomize says, or for a path of an operation that leads nowhere, or "". what
// is said of it is one sentence of all that kustomize said.
func (x *failedTree) meant(what, theirs, nowhere string) string {
	each := func(listedResource) bool { return true }
	switch {
	case nowhere != "":
		if near := x.nearPath(strings.Split(nowhere[1:], "/"), each); near != nil {
			return "/" + strings.Join(near, "/")
		}
	case nothingSelected().MatchString(what):
		m := nothingSelected().FindStringSubmatch(what)
		return x.nearResource(m[1], m[2])
	case notScaled().MatchString(theirs):
		m := notScaled().FindStringSubmatch(theirs)
		var names []string
		for _, r := range x.resources() {
			if slices.Contains(scaled, r.kind) {
				names = append(names, r.name)
			}
		}
		return nearest(m[1], names)
	case noSourceField().MatchString(what):
		m := noSourceField().FindStringSubmatch(what)
		return strings.Join(x.nearPath(strings.Split(m[1], "."), func(r listedResource) bool { return r.kind == m[2] && r.name == m[3] }), ".")
	case noTargetField().MatchString(what):
		return strings.Join(x.nearPath(strings.Split(noTargetField().FindStringSubmatch(what)[1], "."), each), ".")
	}
	return ""
}
