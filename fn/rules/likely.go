package rules

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/quantity"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// likelyRules need no configuration: they say what is likely, and what they
// assume. A configuration that says it for sure turns them off.
func likelyRules() []*Rule { return []*Rule{imageLikelyLocal, memoryLikelyLow} }

var imageLikelyLocal = &Rule{
	Name:     "image-likely-local",
	Severity: finding.Warning,
	URL:      imageDocs + "#updating-images",
	Doc: "An image has no registry, the tag latest, and is none of Docker's official images: it was probably built on somebody's machine and imported into the nodes of k3d, kind or minikube. " +
		"With the tag latest the kubelet pulls by default, from Docker Hub, where the image is not: ImagePullBackOff. " +
		"Where it is one edit away from an official one, that is probably meant. " +
		"It assumes that nobody has pushed the image to Docker Hub under that very name. " +
		"Images without a tag, which deployment tools fill in, and those with a version or an imagePullPolicy of their own are left alone, and all where normalize.images is configured.",
	Run: func(p *Pass) error {
		if p.Config.Normalize.GetImages() != nil {
			return nil
		}
		p.eachImage(func(u usedImage) {
			name := u.node.Value
			if !u.likelyLocal() || p.fromStream(&u) {
				return
			}
			if near := officialNames().Nearest(u.Name, 1); len(near) > 0 && len(u.Name) > 4 && suggest.Distance(u.Name, near[0]) == 1 {
				p.Report(u.object, u.node, fmt.Sprintf("image %q is none of Docker's official images, and nearly the name of one", name), DidYouMean(near[0]+":latest"))
				return
			}
			p.Report(u.object, u.node,
				fmt.Sprintf("image %q has no registry and the tag latest, and container %q no imagePullPolicy: the kubelet pulls it from Docker Hub each time, which ends in ImagePullBackOff if it exists on the nodes only", name, u.container.Name),
				Help("after k3d image import, kind load or minikube image load set imagePullPolicy: Never; elsewhere write the registry and a version"), Says(finding.About{Name: name}))
		})
		return nil
	},
}

// likelyLocal reports whether an image exists on the nodes only, as far as its
// name tells, and is pulled all the same.
func (u usedImage) likelyLocal() bool {
	name := u.node.Value
	if strings.ContainsAny(name, "/$@") || u.Tag != "latest" || u.scaffolded() || yamlnode.String(u.policy) != "" || officialImages()[u.Name] {
		return false
	}
	word, _ := findPlaceholder(name)
	return word == ""
}

// fromStream reports whether OpenShift puts an image of an ImageStream in for the one
// that is written: a trigger of the workload does, or a stream of the name.
// https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/images/using-imagestreams-with-kube-resources
func (b *Build) fromStream(u *usedImage) bool {
	if u.object.Annotation("image.openshift.io/triggers") != "" {
		return true
	}
	for _, trigger := range yamlnode.Elements(u.object.Get("spec", "triggers")) {
		for _, name := range yamlnode.Elements(yamlnode.Path(trigger, "imageChangeParams", "containerNames")) {
			if yamlnode.String(name) == u.container.Name {
				return true
			}
		}
	}
	stream := b.Inventory.Lookup(gk("image.openshift.io/ImageStream"), u.object.Namespace, u.Name, true, u.object)
	return stream != nil
}

// scaffolded reports whether an image is the one that kubebuilder and the Operator SDK
// write for an operator's own, and that make deploy IMG=… replaces:
// https://book.kubebuilder.io/quick-start.html#run-it-on-the-cluster
func (u usedImage) scaffolded() bool {
	return u.Name == "controller" && (u.Tag == "" || u.Tag == "latest") && u.container.Name == "manager"
}

// officialImages are those that Docker Hub has under library/ with a tag latest:
// https://github.com/docker-library/official-images/tree/master/library
var officialImages = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for name := range strings.FieldsSeq(`adminer aerospike almalinux alpine amazoncorretto amazonlinux arangodb archlinux backdrop bash bonita
		buildpack-deps busybox caddy cassandra centos chronograf cirros clickhouse clojure composer consul convertigo couchbase couchdb crate dart debian
		docker drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx erlang fedora flink fluentd friendica gazebo gcc geonetwork
		ghost golang gradle groovy haproxy haskell haxe hello-world hitch httpd hylang ibm-semeru-runtimes ibmjava influxdb irssi jetty joomla jruby
		julia kapacitor kibana kong krakend lightstreamer liquibase logstash mageia mariadb matomo maven mediawiki memcached mongo mongo-express monica
		mono mysql nats nats-streaming neo4j neurodebian nextcloud nginx node notary odoo open-liberty openjdk opensuse oraclelinux orientdb percona
		perl photon php phpmyadmin plone postfixadmin postgres pypy python r-base rabbitmq rakudo-star redis redmine registry rethinkdb rocket.chat
		rockylinux ros ruby rust sapmachine satosa sentry silverpeas solr sonarqube spark spiped storm swift swipl teamspeak telegraf tomcat tomee
		traefik ubuntu unit valkey varnish vault websphere-liberty wordpress xwiki yourls znc zookeeper scratch`) {
		names[name] = true
	}
	return names
})

var officialNames = sync.OnceValue(func() *suggest.Index { return suggest.NewIndex(slices.Collect(maps.Keys(officialImages()))) })

var memoryLikelyLow = &Rule{
	Name:      "memory-likely-low",
	Severity:  finding.Warning,
	AdvisesIf: func(f *finding.Finding) bool { return f.Said().What == byPort },
	URL:       "https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/#exceed-a-container-s-memory-limit",
	Doc: "A container that looks like a Python web service has a memory limit of 128Mi or less, or 256Mi for several workers. " +
		"The interpreter, the framework and a few workers need more than that once requests come: OOMKilled, exit code 137. " +
		"It takes a container for one by its image (shop-python, fastapi, django, …; not by the official python, which runs scripts as well), by its command (uvicorn, gunicorn, …), or by port 8000, which these servers listen on by default, when its image is no official one and no folder of the repository has it in another language; the message says which. " +
		"Between these it is a note, for one process may do with it, and so it is in a repository without a configuration where the port alone tells. " +
		"Workloads with a resource profile are left alone, and all where normalize.resources is configured.",
	Run: func(p *Pass) error {
		if p.Config.Normalize.GetResources() != nil {
			return nil
		}
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			n := yamlnode.Path(c.Node, "resources", "limits", "memory")
			if c.Type != inventory.AppContainer || yamlnode.String(n) == "" {
				return
			}
			limit, err := quantity.Parse(yamlnode.String(n))
			if err != nil || limit.Value() > 256<<20 || limit.Value() < 1<<20 {
				return
			}
			if why := looksLikePython(o, c); why != "" && (why != byPort || !p.builtOfAnother(o, c)) {
				severity := finding.Warning
				if limit.Value() > 128<<20 && !hasWorkers(c) {
					severity = finding.Note
				}
				p.Report(o, n, fmt.Sprintf("container %q looks like a Python web service (%s), and a memory limit of %s is little for one: OOMKilled, exit code 137, once requests come", c.Name, why, yamlnode.String(n)), AtMost(severity), Says(finding.About{What: why}),
					Help("512Mi is a usual limit for one; if this is something smaller, ignore the rule here"))
			}
		})
		return nil
	},
}

// hasWorkers reports whether a server is told to run several processes.
func hasWorkers(c *inventory.Container) bool {
	words := []string{}
	for _, n := range slices.Concat(yamlnode.Elements(yamlnode.Get(c.Node, "command")), yamlnode.Elements(yamlnode.Get(c.Node, "args"))) {
		words = append(words, strings.FieldsFunc(yamlnode.String(n), func(r rune) bool { return r == ' ' || r == '=' })...)
	}
	for i, word := range words[:max(0, len(words)-1)] {
		if word == "--workers" || word == "-w" {
			return words[i+1] != "1"
		}
	}
	return false
}

// looksLikePython returns what makes a container look like a Python web service,
// or "".
func looksLikePython(o *inventory.Object, c *inventory.Container) string {
	image := yamlnode.GetString(c.Node, "image")
	base := image[strings.LastIndexByte(image, '/')+1:]
	name, _, _ := strings.Cut(base, ":")
	// The official image alone runs small scripts as well.
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	registry := image[:len(image)-len(base)]
	if (registry == "" || registry == "docker.io/" || strings.HasSuffix(registry, "library/")) && officialImages()[name] { // or a mirror of it
		words = nil
	}
	for _, word := range words {
		if slices.Contains([]string{"python", "python3", "fastapi", "django", "flask", "uvicorn", "gunicorn"}, word) {
			return "its image is " + name
		}
	}
	command := slices.Concat(yamlnode.Elements(yamlnode.Get(c.Node, "command")), yamlnode.Elements(yamlnode.Get(c.Node, "args")))
	for _, n := range command {
		for word := range strings.FieldsSeq(yamlnode.String(n)) {
			if slices.Contains([]string{"uvicorn", "gunicorn", "hypercorn", "daphne"}, word[strings.LastIndexByte(word, '/')+1:]) {
				return "it runs " + word
			}
		}
	}
	if len(command) > 0 || runsSomethingElse(o, c, words) || officialImages()[name] || strings.Count(image, "/") > 1 || o.Kind == "DaemonSet" {
		return ""
	}
	listens := func(n *yaml.Node) bool {
		port := yamlnode.GetString(n, "name")
		return yamlnode.GetString(n, "containerPort") == "8000" && (port == "" || port == "http" || port == "web")
	}
	if ports := yamlnode.Elements(yamlnode.Get(c.Node, "ports")); len(ports) == 1 && listens(ports[0]) {
		return byPort
	}
	return ""
}

// byPort is the weakest of the reasons.
const byPort = "it listens on port 8000, as they do by default"

// builtOfAnother reports whether the folder of the repository that a container's program
// is in, as far as names tell, is one of another language.
func (p *Pass) builtOfAnother(o *inventory.Object, c *inventory.Container) bool {
	if p.Inventory.Repository == nil {
		return false
	}
	image := yamlnode.GetString(c.Node, "image")
	image, _, _ = strings.Cut(image[strings.LastIndexByte(image, '/')+1:], ":")
	for _, name := range [...]string{c.Name, o.Name, image} {
		for _, called := range [...]string{name, name[strings.LastIndexByte(name, '-')+1:], strings.Split(name, "-")[0]} {
			for _, above := range [...]string{"", "src", "apps", "services", "packages"} {
				dir := path.Join(above, called)
				if called == "" || !fs.ValidPath(dir) {
					continue
				}
				entries, err := fs.ReadDir(p.Inventory.Repository, dir)
				if err != nil {
					continue
				}
				other := false
				for _, e := range entries {
					if slices.Contains(pythonFiles, e.Name()) {
						return false
					}
					other = other || slices.Contains(otherFiles, e.Name()) || path.Ext(e.Name()) == ".csproj"
				}
				if other {
					return true
				}
			}
		}
	}
	return false
}

// pythonFiles and otherFiles are at the top of programs of Python, and of others.
var (
	pythonFiles = []string{"requirements.txt", "pyproject.toml", "setup.py", "manage.py", "Pipfile", "uv.lock", "poetry.lock"}
	otherFiles  = []string{"go.mod", "package.json", "pom.xml", "build.gradle", "build.gradle.kts", "Cargo.toml", "composer.json", "Gemfile", "mix.exs", "Program.cs"}
)

// runsSomethingElse reports whether names or variables say that a container's
// program is of another language.
func runsSomethingElse(o *inventory.Object, c *inventory.Container, image []string) bool {
	others := []string{"go", "golang", "node", "nodejs", "java", "jvm", "spring", "quarkus", "kotlin", "rust", "php", "laravel", "ruby", "rails", "dotnet", "aspnet", "elixir", "nginx", "haskell", "scala"}
	split := func(name string) []string {
		return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	}
	for _, word := range slices.Concat(image, split(o.Name), split(c.Name)) {
		if slices.Contains(others, word) {
			return true
		}
	}
	for k, v := range yamlnode.Fields(o.Get("metadata", "labels")) {
		if key := strings.ToLower(k.Value); (strings.HasSuffix(key, "language") || strings.HasSuffix(key, "runtime")) && !strings.HasPrefix(strings.ToLower(yamlnode.String(v)), "python") {
			return true
		}
	}
	return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, "env")), func(e *yaml.Node) bool {
		name := yamlnode.GetString(e, "name")
		for _, prefix := range [...]string{"GOMEMLIMIT", "GOMAXPROCS", "GOGC", "GODEBUG", "GIN_MODE", "NODE_ENV", "NODE_OPTIONS", "JAVA_", "JDK_", "SPRING_", "ASPNETCORE_", "DOTNET_", "RUST_", "RAILS_", "PHP_"} {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
		return false
	})
}
