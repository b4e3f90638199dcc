package rules

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/normalize"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// layoutRules are about volumes and the folders of well-known images.
func layoutRules() []*Rule {
	return []*Rule{dataOutsideVolume, programFolderHidden, dataFolderNotEmpty}
}

// layout is where an image keeps what it writes, and the folders it runs from. A
// new image is a row.
type layout struct {
	// images are whole names, without registry and tag.
	images []string
	// data is the folder of the data, variable what moves it.
	data, variable string
	// since is the first major version for which data is right, before the last.
	since, before int
	// program are folders that have to keep the image's own files.
	program []string
	url     string
}

var layouts = []layout{
	{images: []string{"postgres", "postgis/postgis", "timescale/timescaledb", "pgvector/pgvector"}, data: "/var/lib/postgresql/data", variable: "PGDATA", before: 18, url: "https://hub.docker.com/_/postgres#pgdata"},
	{images: []string{"postgres"}, data: "/var/lib/postgresql", variable: "PGDATA", since: 18, url: "https://hub.docker.com/_/postgres#pgdata"},
	{images: []string{"mysql", "mariadb", "percona"}, data: "/var/lib/mysql", url: "https://hub.docker.com/_/mysql"},
	{images: []string{"mongo"}, data: "/data/db", url: "https://hub.docker.com/_/mongo"},
	{images: []string{"redis", "valkey/valkey"}, data: "/data", url: "https://hub.docker.com/_/redis"},
	{images: []string{"rabbitmq"}, data: "/var/lib/rabbitmq", variable: "RABBITMQ_MNESIA_BASE", url: "https://hub.docker.com/_/rabbitmq"},
	{images: []string{"clickhouse/clickhouse-server"}, data: "/var/lib/clickhouse", url: "https://hub.docker.com/r/clickhouse/clickhouse-server"},
	{images: []string{"cassandra"}, data: "/var/lib/cassandra", url: "https://hub.docker.com/_/cassandra"},
	{images: []string{"mssql/server"}, data: "/var/opt/mssql", url: "https://learn.microsoft.com/sql/linux/sql-server-linux-docker-container-configure"},
	{images: []string{"elasticsearch", "elasticsearch/elasticsearch"}, data: "/usr/share/elasticsearch/data", program: []string{"/usr/share/elasticsearch"}, variable: "path.data", url: "https://www.elastic.co/docs/deploy-manage/deploy/self-managed/install-elasticsearch-docker-prod"},
	{images: []string{"opensearchproject/opensearch"}, data: "/usr/share/opensearch/data", program: []string{"/usr/share/opensearch"}, variable: "path.data", url: "https://docs.opensearch.org/latest/install-and-configure/install-opensearch/docker/"},
	{images: []string{"grafana/grafana", "grafana/grafana-oss"}, data: "/var/lib/grafana", variable: "GF_PATHS_DATA", program: []string{"/usr/share/grafana"}, url: "https://grafana.com/docs/grafana/latest/setup-grafana/configure-docker/"},
	{images: []string{"jenkins/jenkins"}, data: "/var/jenkins_home", variable: "JENKINS_HOME", program: []string{"/usr/share/jenkins"}, url: "https://github.com/jenkinsci/docker"},
	{images: []string{"keycloak/keycloak"}, program: []string{"/opt/keycloak"}, url: "https://www.keycloak.org/server/containers"},
	{images: []string{"tomcat"}, program: []string{"/usr/local/tomcat"}, url: "https://hub.docker.com/_/tomcat"},
	{images: []string{"kibana", "kibana/kibana"}, program: []string{"/usr/share/kibana"}, url: "https://hub.docker.com/_/kibana"},
	{images: []string{"logstash", "logstash/logstash"}, program: []string{"/usr/share/logstash"}, url: "https://hub.docker.com/_/logstash"},
}

// layoutsOf are those of an image: its own registry and Docker's library count.
func layoutsOf(image string) []*layout {
	img := libraryImage(image)
	var found []*layout
	for i := range layouts {
		l := &layouts[i]
		if slices.Contains(l.images, img.name) && ((l.since == 0 && l.before == 0) || img.major >= l.since && (l.before == 0 || img.major < l.before)) {
			found = append(found, l)
		}
	}
	return found
}

// imageOf is an image as tables of well-known ones have it: without Docker's library in the
// name. major is the number its tag begins with, -1 if there is none.
type imageOf struct {
	registry, name string
	major          int
}

func libraryImage(image string) imageOf {
	name, tag := cutTag(image)
	img := imageOf{name: name}
	if first, rest, ok := strings.Cut(name, "/"); ok && strings.ContainsAny(first, ".:") {
		img.registry, img.name = first, rest
	}
	img.name = strings.TrimPrefix(img.name, "library/")
	digits := tag
	if i := strings.IndexFunc(tag, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		digits = tag[:i]
	}
	var err error
	if img.major, err = strconv.Atoi(digits); err != nil {
		img.major = -1
	}
	return img
}

// cutTag takes the tag off an image, which need not be a valid one, and its digest.
func cutTag(image string) (name, tag string) {
	name, _, _ = strings.Cut(image, "@")
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		return name[:colon], name[colon+1:]
	}
	return name, ""
}

// keepers are the last parts of the names of further images of programs that keep data.
var keepers = map[string]bool{
	"etcd": true, "gitea": true, "gitlab-ce": true, "gitlab-ee": true, "vault": true, "influxdb": true, "minio": true, "neo4j": true, "nextcloud": true, "sonarqube": true,
	"zookeeper": true, "cp-zookeeper": true,
}

// upgraders are programs that bring the data of an earlier release up to date when they start.
var upgraders = []string{"grafana/grafana", "grafana/grafana-oss", "jenkins/jenkins"}

// keepsData reports whether an image is of a program whose releases may not start with the
// data of others, such as a database.
func keepsData(image string) bool {
	img, ok := normalize.ParseImage(image)
	if !ok {
		return false
	}
	if e, ok := engine.ByImage(img.Name); ok {
		return e.Name != "memcached"
	}
	name := strings.TrimPrefix(img.Repository, "library/")
	if slices.Contains(upgraders, name) {
		return false
	}
	return keepers[path.Base(name)] || slices.ContainsFunc(layouts, func(l layout) bool { return l.data != "" && slices.Contains(l.images, name) })
}

// passing are the sources of volumes that are made anew with each pod.
var passing = [...]string{"emptyDir", "configMap", "secret", "downwardAPI", "projected", "image"}

// outlivesPod reports whether a container mounts something that the next pod has too. What
// an operator completes may do so.
func outlivesPod(c *inventory.Container) bool {
	if c.Pod.Partial {
		return true
	}
	gone := map[string]bool{}
	for _, v := range yamlnode.Elements(yamlnode.Get(c.Pod.Spec, "volumes")) {
		gone[yamlnode.GetString(v, "name")] = slices.ContainsFunc(passing[:], func(source string) bool { return yamlnode.Get(v, source) != nil })
	}
	return slices.ContainsFunc([]string{"volumeMounts", "volumeDevices"}, func(list string) bool {
		return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, list)), func(m *yaml.Node) bool { return !gone[yamlnode.GetString(m, "name")] })
	})
}

// keepsElsewhere reports whether the image of a container has its data in a folder that is
// known, and nothing is mounted there, above it or below.
func keepsElsewhere(c *inventory.Container) bool {
	known := false
	for _, l := range layoutsOf(yamlnode.GetString(c.Node, "image")) {
		if l.data == "" {
			continue
		}
		known = true
		for _, m := range yamlnode.Elements(yamlnode.Get(c.Node, "volumeMounts")) {
			at := strings.TrimRight(yamlnode.GetString(m, "mountPath"), "/")
			if at == l.data || strings.HasPrefix(l.data, at+"/") || strings.HasPrefix(at, l.data+"/") {
				return false
			}
		}
	}
	return known
}

var dataOutsideVolume = &Rule{
	Name:     "data-outside-volume",
	Severity: finding.Warning,
	URL:      "https://hub.docker.com/_/postgres#pgdata",
	Doc: "A container of a well-known image mounts a PersistentVolumeClaim, and the folder that the image keeps its data in is not inside of it. " +
		"The data is gone with the pod, while the volume stays empty. " +
		"It knows the folders of the official images, and the variables that move them; containers with a command or arguments of their own, which may say another folder, and images whose version it cannot tell where that matters, are left alone.",
	Run: func(p *Pass) error {
		p.eachLayout(func(o *inventory.Object, c *inventory.Container, l *layout) {
			if l.data == "" || yamlnode.Get(c.Node, "command") != nil || yamlnode.Get(c.Node, "args") != nil || c.Type != inventory.AppContainer {
				return
			}
			data := l.data
			for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
				if yamlnode.GetString(e, "name") != l.variable || l.variable == "" {
					continue
				}
				if data = yamlnode.GetString(e, "value"); data == "" || strings.Contains(data, "$") {
					return
				}
			}
			if l.variable != "" && data == l.data && len(yamlnode.Elements(yamlnode.Get(c.Node, "envFrom"))) > 0 {
				return
			}
			claims := claimVolumes(c.Pod)
			var first *yaml.Node
			for _, m := range yamlnode.Elements(yamlnode.Get(c.Node, "volumeMounts")) {
				at := yamlnode.Get(m, "mountPath")
				path := strings.TrimSuffix(yamlnode.String(at), "/")
				if path == data || strings.HasPrefix(data, path+"/") || strings.HasPrefix(path, data+"/") || strings.ContainsAny(path, "${") {
					// The official image of PostgreSQL has a volume of its own at the folder of its data.
					if !(claims[yamlnode.GetString(m, "name")] && l.before == 18 && path == "/var/lib/postgresql" && data == l.data) {
						return
					}
				}
				if first == nil && claims[yamlnode.GetString(m, "name")] {
					first = at
				}
			}
			if first != nil {
				p.Report(o, first, fmt.Sprintf("container %q mounts a volume here, and its image keeps its data in %s: the data is gone with the pod", c.Name, data), Help("mount it at %s: %s", data, l.url), AtMost(p.dataLevel(c, yamlnode.String(first))))
			}
		})
		return nil
	},
}

// forData is in the paths of folders that are for a program's data.
var forData = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`data|/lib|/db|sql|redis|mongo|rabbit`) })

// dataLevel is a note for a container that nothing is said of but a volume, which is not
// called as one for its data, and that no Service leads to: where a volume is to be shown,
// any image will do.
func (p *Pass) dataLevel(c *inventory.Container, path string) finding.Severity {
	if forData().MatchString(path) {
		return finding.Warning
	}
	for _, key := range [...]string{"env", "envFrom", "ports", "resources", "livenessProbe", "readinessProbe"} {
		if yamlnode.Get(c.Node, key) != nil {
			return finding.Warning
		}
	}
	if len(servicesOf.Of(p.Build)[c.Pod]) > 0 || c.Pod.Owner.Kind == "StatefulSet" {
		return finding.Warning
	}
	return finding.Note
}

func (p *Pass) eachLayout(f func(*inventory.Object, *inventory.Container, *layout)) {
	p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
		if c.Pod.Partial || len(yamlnode.Elements(yamlnode.Get(c.Node, "volumeMounts"))) == 0 {
			return
		}
		for _, l := range layoutsOf(yamlnode.GetString(c.Node, "image")) {
			f(o, c, l)
		}
	})
}

// claimVolumes are the names of a pod's volumes that are claims.
func claimVolumes(pod *inventory.Pod) map[string]bool {
	claims := map[string]bool{}
	for _, v := range yamlnode.Elements(yamlnode.Get(pod.Spec, "volumes")) {
		claims[yamlnode.GetString(v, "name")] = yamlnode.Get(v, "persistentVolumeClaim") != nil
	}
	for _, v := range pod.Owner.ClaimTemplates() {
		claims[yamlnode.GetString(v, "metadata", "name")] = true
	}
	return claims
}

var programFolderHidden = &Rule{
	Name:     "program-folder-hidden",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/storage/volumes/",
	Doc: "A volume is mounted over the folder that a well-known image runs from: its own files are hidden, and the container does not start. " +
		"It knows the folders of some official images. Init containers, which may fill the volume first, and mounts with a subPath, which may be of a filled one, are left alone where the pod has an init container.",
	Run: func(p *Pass) error {
		p.eachLayout(func(o *inventory.Object, c *inventory.Container, l *layout) {
			filled := slices.ContainsFunc(c.Pod.Containers, func(other *inventory.Container) bool { return other.Type == inventory.InitContainer })
			for _, m := range yamlnode.Elements(yamlnode.Get(c.Node, "volumeMounts")) {
				at := yamlnode.Get(m, "mountPath")
				if !filled && slices.Contains(l.program, strings.TrimSuffix(yamlnode.String(at), "/")) {
					p.Report(o, at, fmt.Sprintf("the volume hides %s, from which the image of container %q runs", yamlnode.String(at), c.Name), Help("mount single files with subPath, or the folder below that is for data: %s", l.url))
				}
			}
			// From 18 on the image refuses a volume at the folder of before.
			if l.since == 18 {
				moved := slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, "env")), func(e *yaml.Node) bool { return yamlnode.GetString(e, "name") == "PGDATA" }) ||
					yamlnode.Get(c.Node, "envFrom") != nil || yamlnode.Get(c.Node, "command") != nil
				for _, m := range yamlnode.Elements(yamlnode.Get(c.Node, "volumeMounts")) {
					if at := yamlnode.Get(m, "mountPath"); !moved && strings.TrimSuffix(yamlnode.String(at), "/") == "/var/lib/postgresql/data" {
						p.Report(o, at, fmt.Sprintf("the image of container %q refuses to start with a volume at %s: since PostgreSQL 18 it keeps its data in a folder for each version", c.Name, at.Value), DidYouMean("/var/lib/postgresql"), Help("%s", l.url))
					}
				}
			}
		})
		return nil
	},
}

var dataFolderNotEmpty = &Rule{
	Name:     "data-folder-not-empty",
	Severity: finding.Warning,
	URL:      "https://hub.docker.com/_/postgres#pgdata",
	Doc: "PostgreSQL's data folder is the root of a volume, and a new file system has a folder lost+found there: initdb refuses to use a folder that is not empty, and the container does not start. " +
		"A folder below it, by PGDATA or subPath, is empty at first. " +
		"It assumes a volume that is a disk of its own with ext4: check makes a note of it where neither the class of the claim nor anything in the repository names a cloud or a driver that has such; classes of volumes that are folders of a node or of a file server (local-path, hostpath, NFS, EFS, …) or have another file system (XFS, ZFS, Btrfs), claims without a class where all that name one name such a class, claims that several nodes may mount, volumes that are bound to one of those in the build, and pods with an init container that mounts the volume are left alone.",
	Run: func(p *Pass) error {
		p.eachLayout(func(o *inventory.Object, c *inventory.Container, l *layout) {
			if l.variable != "PGDATA" || c.Type != inventory.AppContainer {
				return
			}
			data := l.data
			if l.since >= 18 {
				data = "" // it has the version's folder below
			}
			var node *yaml.Node
			for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
				if yamlnode.GetString(e, "name") == l.variable {
					if node = yamlnode.Get(e, "value"); node == nil {
						return
					}
					data = yamlnode.String(node)
				}
			}
			if node == nil && (yamlnode.Get(c.Node, "envFrom") != nil && p.setFromSources(c, l.variable) || yamlnode.Get(c.Node, "command") != nil) {
				return
			}
			for _, m := range yamlnode.Elements(yamlnode.Get(c.Node, "volumeMounts")) {
				at, name := yamlnode.Get(m, "mountPath"), yamlnode.GetString(m, "name")
				if data == "" || strings.TrimRight(yamlnode.String(at), "/") != strings.TrimRight(data, "/") || yamlnode.GetString(m, "subPath")+yamlnode.GetString(m, "subPathExpr") != "" {
					continue
				}
				if !p.isDisk(c.Pod, name) || slices.ContainsFunc(c.Pod.Containers, func(other *inventory.Container) bool {
					return other.Type == inventory.InitContainer && slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(other.Node, "volumeMounts")), func(n *yaml.Node) bool { return yamlnode.GetString(n, "name") == name })
				}) {
					continue
				}
				if node != nil {
					at = node
				}
				about := ""
				if namesOneOf(p.classOf(p.claimOf(c.Pod, name)), diskClasses[:]) {
					about = OnDisk
				}
				p.Report(o, at, fmt.Sprintf("%s of container %q is the root of a volume: if that is a disk of its own, it has a folder lost+found, and initdb refuses a folder that is not empty", data, c.Name), Says(finding.About{What: about}),
					Help("set PGDATA to a folder below, such as %s/pgdata, or mount the volume with a subPath: %s", strings.TrimRight(data, "/"), l.url))
			}
		})
		return nil
	},
}

// setFromSources reports whether envFrom may set a variable of a container.
func (p *Pass) setFromSources(c *inventory.Container, name string) bool {
	e := containerEnvs.Of(p.Build)[c]
	return e == nil || slices.ContainsFunc(e.sources, func(s envSource) bool { return s.data == nil || s.get(name) != nil })
}

// folderClasses are parts of the names of storage classes and of drivers whose volumes
// are folders of a larger file system: no node attaches them.
var folderClasses = [...]string{"local", "host", "nfs", "efs", "file", "smb", "cifs", "gluster", "fsx", "microk8s", "minikube", "kind", "cephfs", "s3", "manual"}

// diskClasses are parts of the names of storage classes and of drivers whose volumes are
// disks that a node attaches.
var diskClasses = [...]string{"gp2", "gp3", "ebs", "premium-rw", "standard-rw", "pd-ssd", "pd-standard", "managed", "do-block", "hcloud", "linode-block", "cinder", "vsphere", "longhorn", "ceph-block", "ceph-rbd", "rbd"}

// emptySystems are file systems, and parts of the names of classes, that begin without
// lost+found.
var emptySystems = [...]string{"xfs", "zfs", "btrfs"}

func namesOneOf(name string, parts []string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
}

func isFolderClass(name string) bool { return namesOneOf(name, folderClasses[:]) }

// folderVolumes are the classes of volumes that are written by hand, and say that
// they are folders.
var folderVolumes = NewFact(func(b *Build) map[string]bool {
	classes := map[string]bool{}
	for _, v := range b.Inventory.OfKind(gk("PersistentVolume")) {
		if v.Node == nil {
			continue
		}
		for k := range yamlnode.Fields(v.Get("spec")) {
			switch k.Value {
			case "hostPath", "local", "nfs", "cephfs", "glusterfs", "azureFile":
				classes[yamlnode.GetString(v.Node, "spec", "storageClassName")] = true
			}
		}
	}
	return classes
})

// onlyFolders says that claims of the build name a class of folders of a node, and none a
// class of anything else: such a cluster's default is one of folders too.
var onlyFolders = NewFact(func(b *Build) bool {
	folders, others := false, false
	take := func(spec *yaml.Node) {
		switch class := yamlnode.GetString(spec, "storageClassName"); {
		case class == "":
		case isFolderClass(class) || namesOneOf(class, emptySystems[:]):
			folders = true
		default:
			others = true
		}
	}
	for _, claim := range b.Inventory.OfKind(gk("PersistentVolumeClaim")) {
		if claim.Node != nil {
			take(claim.Get("spec"))
		}
	}
	for _, o := range b.Inventory.OfKind(gk("apps/StatefulSet")) {
		if o.Node != nil {
			for _, claim := range o.ClaimTemplates() {
				take(yamlnode.Get(claim, "spec"))
			}
		}
	}
	return folders && !others
})

// classOf is what the class of a claim is called, and what the build has of it: its
// driver and its file system.
func (p *Pass) classOf(claim *yaml.Node) string {
	class := yamlnode.GetString(claim, "storageClassName")
	if class == "" {
		return ""
	}
	c := p.Inventory.Lookup(gk("storage.k8s.io/StorageClass"), "", class, false, nil)
	if c == nil || c.Node == nil {
		return class
	}
	return strings.Join([]string{class, yamlnode.GetString(c.Node, "provisioner"),
		yamlnode.GetString(c.Node, "parameters", "fsType"), yamlnode.GetString(c.Node, "parameters", "csi.storage.k8s.io/fstype")}, " ")
}

// isFolder reports whether something says of a claim, whose spec is given, that its volume
// is a folder of a larger file system: its class, or a volume of that class that is
// written by hand.
func (p *Pass) isFolder(claim *yaml.Node) bool {
	class := yamlnode.GetString(claim, "storageClassName")
	return isFolderClass(p.classOf(claim)) || folderVolumes.Of(p.Build)[class] || class == "" && onlyFolders.Of(p.Build)
}

// OnDisk is what a finding of data-folder-not-empty says where the class of the volume is
// one of disks.
const OnDisk = "on a disk"

// diskDrivers are parts of the names of drivers that make disks, besides those of their classes.
var diskDrivers = [...]string{"disk", "block", "kubernetes.io/", ".pd.", "ceph"}

// ofUnknownDriver reports whether the build has the class of a claim, and its driver is none
// of those that are known to make disks.
func (p *Pass) ofUnknownDriver(claim *yaml.Node) bool {
	class := yamlnode.GetString(claim, "storageClassName")
	c := p.Inventory.Lookup(gk("storage.k8s.io/StorageClass"), "", class, false, nil)
	if class == "" || c == nil || c.Node == nil {
		return false
	}
	driver := yamlnode.GetString(c.Node, "provisioner")
	return !namesOneOf(driver, diskClasses[:]) && !namesOneOf(driver, diskDrivers[:])
}

// claimOf is the spec of the claim that a volume of a pod is, nil if it is none of the
// build.
func (p *Pass) claimOf(pod *inventory.Pod, volume string) *yaml.Node {
	for _, t := range pod.Owner.ClaimTemplates() {
		if yamlnode.GetString(t, "metadata", "name") == volume {
			return yamlnode.Get(t, "spec")
		}
	}
	for _, v := range yamlnode.Elements(yamlnode.Get(pod.Spec, "volumes")) {
		if yamlnode.GetString(v, "name") == volume {
			if pvc := p.Inventory.Lookup(gk("PersistentVolumeClaim"), pod.Namespace(), yamlnode.GetString(v, "persistentVolumeClaim", "claimName"), false, nil); pvc != nil && pvc.Node != nil {
				return pvc.Get("spec")
			}
			return nil
		}
	}
	return nil
}

// isDisk reports whether a volume of a pod is a claim that nothing says is a
// folder of a larger file system.
func (p *Pass) isDisk(pod *inventory.Pod, volume string) bool {
	claim := p.claimOf(pod, volume)
	return claim != nil && !slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(claim, "accessModes")), func(mode *yaml.Node) bool {
		return yamlnode.String(mode) == "ReadWriteMany" || yamlnode.String(mode) == "ReadOnlyMany"
	}) && yamlnode.GetString(claim, "volumeMode") != "Block" && yamlnode.Get(claim, "dataSource") == nil &&
		!p.isFolder(claim) && !namesOneOf(p.classOf(claim), emptySystems[:]) && !p.ofUnknownDriver(claim)
}
