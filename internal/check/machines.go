package check

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// onOneMachine makes notes of data folders that are the roots of volumes, where what
// the repository says of its cluster is that it runs on somebody's machine: volumes
// there are folders, without a lost+found.
func (rep *Report) onOneMachine(outcomes []outcome) {
	said := map[string]string{} // the file that says so, by the top of the repository
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || f.Rule != "data-folder-not-empty" || f.Severity != finding.Warning {
				continue
			}
			top := o.tree.top()
			if top == "" {
				continue
			}
			file, asked := said[top]
			if !asked {
				file = machineOf(os.DirFS(top))
				said[top] = file
			}
			if file != "" {
				f.Severity = finding.Note
				f.Help += "; " + file + " is about a cluster on one machine, where volumes are folders"
			}
		}
	}
}

// machines are clusters on one machine, and clouds those whose volumes are disks.
var (
	machines = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:minikube|k3d|k3s|microk8s|docker[- ]desktop|rancher[- ]desktop|orbstack|colima)\b|\bkind (?:create|load)\b`)
	})
	clouds = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:eks|eksctl|gke|aks|doks|ebs|openshift|aws eks|gcloud container|az aks|doctl kubernetes|linode|longhorn|ceph|rook)\b|google_container_cluster|aws_eks_cluster|azurerm_kubernetes_cluster`)
	})
)

// machineOf returns a file that is about a cluster on one machine, "" if there is none
// or another is about a cloud.
func machineOf(repository fs.FS) string {
	found := ""
	eachText(repository, func(file string) bool {
		return isScript(file) || strings.EqualFold(path.Ext(file), ".md") || path.Ext(file) == ".tf" || path.Ext(file) == ".txt"
	}, func(file string, text []byte) (more bool) {
		if clouds().Match(text) {
			found = ""
			return false
		}
		if found == "" && machines().Match(text) {
			found = file
		}
		return true
	})
	return found
}
