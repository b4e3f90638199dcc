package check

import (
	"cmp"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
)

// ofDisks are the rules about volumes that are disks of their own.
var ofDisks = map[string]bool{"data-folder-not-empty": true, "volume-not-shareable": true}

// onOneMachine makes notes of data folders that are the roots of volumes, and of volumes
// that one node may mount, where what the repository says of its cluster is that it runs
// on somebody's machine: volumes there are folders, without a lost+found, and pods that
// share one are on its node. Of data folders it makes notes too where the repository says
// nothing of clouds, and their class nothing of disks.
func onOneMachine(outcomes []outcome, readers textReaders) {
	asked := map[string][]*finding.Finding{} // by the top of the repository
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || !ofDisks[f.Rule] || f.Severity != finding.Warning {
				continue
			}
			if top := o.tree.top(); top != "" {
				if isOneMachine(top, cmp.Or(o.tree.Root, filepath.Dir(f.File))) {
					f.Severity = finding.Note
					continue
				}
				asked[top] = append(asked[top], f)
			}
		}
	}
	for top, findings := range asked {
		readers[top] = append(readers[top], machineReader(findings))
	}
}

// isOneMachine reports whether the path of a folder below another one says that what is in
// it is for a cluster on somebody's machine.
func isOneMachine(top, dir string) bool {
	rel, err := filepath.Rel(top, absolute(dir))
	return err == nil && slices.ContainsFunc(strings.Split(strings.ToLower(filepath.ToSlash(rel)), "/"), func(name string) bool {
		switch name {
		case "kind", "docker-desktop", "rancher-desktop":
			return true
		}
		return strings.HasPrefix(name, "kind-") || reference.HasWord(name, "local", "localhost", "minikube", "k3d", "k3s", "microk8s", "orbstack", "colima")
	})
}

// machines are clusters on one machine, and clouds those whose volumes are disks.
var (
	machines = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:minikube|k3d|k3s|microk8s|docker[- ]desktop|rancher[- ]desktop|orbstack|colima)\b|\bkind (?:create|load)\b`)
	})
	clouds = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:eks|eksctl|gke|aks|doks|ebs|openshift|aws eks|gcloud container|az aks|doctl kubernetes|linode|longhorn|ceph|rook)\b|google_container_cluster|aws_eks_cluster|azurerm_kubernetes_cluster`)
	})
	// nodeFolders says that volumes without a class are folders of a node.
	nodeFolders = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("(?i)\\bdefault storage ?class(?: is|:)? [`'\"*(]*local-path\\b|\\blocal-path \\(default\\)")
	})
)

// machineReader looks for a file that is about a cluster on one machine, where none is
// about a cloud, or for one that says that the default class of volumes is local-path.
func machineReader(findings []*finding.Finding) *textReader {
	machine, cloud, says := "", false, "is about a cluster on one machine, where volumes are folders"
	return &textReader{
		most: mostScripts,
		wants: func(file string) bool {
			return isScript(file) || strings.EqualFold(path.Ext(file), ".md") || path.Ext(file) == ".tf" || path.Ext(file) == ".txt"
		},
		read: func(file string, text []byte) (more bool) {
			if nodeFolders().Match(text) {
				machine, cloud, says = file, false, "says that the default class of volumes is local-path: they are folders of a node"
				return false
			}
			cloud = cloud || clouds().Match(text)
			if machine == "" && machines().Match(text) {
				machine = file
			}
			return true
		},
		end: func() {
			for _, f := range findings {
				switch {
				case cloud, f.Rule == "data-folder-not-empty" && f.Said().What == rules.OnDisk:
				case machine != "":
					f.Severity = finding.Note
					f.Help += "; " + machine + " " + says
				case f.Rule == "data-folder-not-empty":
					f.Severity = finding.Note
					f.Help += "; nothing here says whose disks the cluster has"
				}
			}
		},
	}
}
