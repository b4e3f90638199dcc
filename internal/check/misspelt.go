package check

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

// sharedKinds are those of which one tree has what all others use: each name is chosen
// once, and is hardly a letter off another one.
var sharedKinds = map[string]bool{
	"AppProject": true, "ClusterGenerator": true, "ClusterIssuer": true, "ClusterSecretStore": true, "Composition": true, "EnvironmentConfig": true, "Gateway": true, "GatewayClass": true,
	"GitRepository": true, "HelmRepository": true, "IngressClass": true, "IngressClassParams": true, "Issuer": true, "OCIRepository": true, "PriorityClass": true, "ProviderConfig": true,
	"Kustomization": true, "HelmRelease": true, "Bucket": true, "ReferenceGrant": true, "RuntimeClass": true, "SecretStore": true, "StorageClass": true, "VolumeSnapshotClass": true,
}

// sources are the kinds that Flux reads charts and manifests from.
var sources = map[string]bool{"GitRepository": true, "HelmRepository": true, "OCIRepository": true, "Bucket": true}

// notes reports whether a finding is a note that misspelt may make a warning of.
func (o *outcome) notes(f *finding.Finding) bool {
	_, set := o.set[f.Rule]
	return f.Missing != nil && f.Severity == finding.Note && !set && sharedKinds[f.Missing.Kind] && len(f.Suggestions) == 0
}

// namedNear reports whether the files of the trees' repositories have names near to
// those that such notes are about: only then are other trees built for their sake.
func namedNear(outcomes []outcome, trees []Tree) bool {
	missing := map[string]map[string]bool{} // names, by kind
	asking := map[string]map[string]bool{}  // of what asks for sources, by their kind
	for i := range outcomes {
		for j := range outcomes[i].findings {
			if f := &outcomes[i].findings[j]; outcomes[i].notes(f) {
				if missing[f.Missing.Kind] == nil {
					missing[f.Missing.Kind] = map[string]bool{}
				}
				missing[f.Missing.Kind][f.Missing.Name] = true
				if sources[f.Missing.Kind] {
					if asking[f.Missing.Kind] == nil {
						asking[f.Missing.Kind] = map[string]bool{}
					}
					asking[f.Missing.Kind][f.Resource.Name] = true
				}
			}
		}
	}
	if len(missing) == 0 {
		return false
	}
	tops := map[string]bool{}
	for i := range trees {
		tops[trees[i].top()] = true
	}
	delete(tops, "")
	near := false
	for top := range tops {
		eachDocument(os.DirFS(top), func(text []byte) bool {
			for kind := range missing {
				if !near && bytes.Contains(text, []byte(kind)) {
					return true
				}
			}
			return false
		}, func(_ string, n *yaml.Node) {
			is := identity(n)
			near = near || asking[is.Kind][is.Name]
			for name := range missing[is.Kind] {
				near = near || suggest.Close(name, is.Name)
			}
		})
	}
	return near
}

// misspelt makes warnings of the notes about objects of these kinds that no tree of the
// run has, where one object of that namespace has a name that is a typing error away, and
// no more than one; or where the only source of that namespace is called as what asks for
// another one is. What several files call so is called so, and so is what a file beside
// kustomizations has.
func misspelt(outcomes []outcome) {
	files := map[finding.Resource][]string{}
	for i := range outcomes {
		for j := range outcomes[i].findings {
			if f := &outcomes[i].findings[j]; outcomes[i].notes(f) && len(files[*f.Missing]) < 2 && !slices.Contains(files[*f.Missing], f.File) {
				files[*f.Missing] = append(files[*f.Missing], f.File)
			}
		}
	}
	if len(files) == 0 {
		return
	}
	names := map[finding.Resource][]string{} // by kind and namespace, and by kind
	trees := map[finding.Resource]int{}
	for i := range outcomes {
		for object := range outcomes[i].have {
			if !sharedKinds[object.Kind] {
				continue
			}
			for _, namespace := range [...]string{object.Namespace, ""} {
				object.Namespace = namespace
				if _, known := trees[object]; !known {
					trees[object] = i
					group := finding.Resource{Kind: object.Kind, Namespace: namespace}
					names[group] = append(names[group], object.Name)
				}
			}
		}
	}
	unlisted := sync.OnceValue(func() map[finding.Resource][]string { return readUnlisted(outcomes) })
	for i := range outcomes {
		for j := range outcomes[i].findings {
			f := &outcomes[i].findings[j]
			if !outcomes[i].notes(f) || len(files[*f.Missing]) > 1 {
				continue
			}
			if _, there := trees[byName(f.Missing)]; there {
				continue
			}
			group := finding.Resource{Kind: f.Missing.Kind, Namespace: f.Missing.Namespace}
			near := slices.DeleteFunc(slices.Clone(names[group]), func(name string) bool { return !suggest.Close(f.Missing.Name, name) })
			if len(near) == 0 && sources[f.Missing.Kind] && group.Namespace != "" && len(names[group]) == 1 && names[group][0] == f.Resource.Name {
				near = names[group] // a source of its own, which it does not name
			}
			if len(near) != 1 || len(unlisted()[*f.Missing])+len(unlisted()[byName(f.Missing)]) > 0 {
				continue
			}
			group.Name = near[0]
			f.Severity, f.Suggestions = finding.Warning, near
			f.Message += fmt.Sprintf("; the closest name is %q, in %s", near[0], outcomes[trees[group]].tree.Name)
		}
	}
}
