package rules

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/normalize"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func imageRules() []*Rule {
	return []*Rule{
		imageInvalid, localImagePulled, imageNeverPulled, imageTagLatest, imageMoved,
		imageTagNotAllowed, imageNotListed, registryNotAllowed,
	}
}

const imageDocs = "https://kubernetes.io/docs/concepts/containers/images/"

// usedImage is the image of one container.
type usedImage struct {
	normalize.Image
	object    *inventory.Object
	container *inventory.Container
	node      *yaml.Node
	policy    *yaml.Node
	local     bool
}

// eachImage calls f for every image that is not a placeholder.
func (p *Pass) eachImage(f func(usedImage)) {
	cfg := p.Config.Normalize.GetImages()
	p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
		node := yamlnode.Get(c.Node, "image")
		img, ok := normalize.ParseImage(yamlnode.String(node))
		if !ok || strings.Contains(img.Name, "://") || reference.IsPlaceholder(node.Value) { // image-invalid reports an address
			return
		}
		f(usedImage{
			Image: img, object: o, container: c, node: node,
			policy: yamlnode.Get(c.Node, "imagePullPolicy"),
			local:  cfg != nil && img.IsLocal(cfg.Local),
		})
	})
}

// effectivePolicy is what the API server stores: the policy, or its default.
// https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting
func (u usedImage) effectivePolicy() string {
	def := "IfNotPresent"
	if u.Moves() {
		def = "Always"
	}
	return cmp.Or(yamlnode.String(u.policy), def)
}

func (u usedImage) at() *yaml.Node {
	if yamlnode.IsNull(u.policy) {
		return u.node
	}
	return u.policy
}

var localImagePulled = &Rule{
	Name:     "local-image-pulled",
	Severity: finding.Error,
	Doc: "An image that exists on the nodes only (normalize.images.local) has an imagePullPolicy with which the kubelet asks a registry for it. " +
		"No registry has it: ErrImagePull, then ImagePullBackOff. " +
		"IfNotPresent is a warning, because it works on the nodes that have the image.",
	URL: imageDocs + "#image-pull-policy",
	Run: func(p *Pass) error {
		if cfg := p.Config.Normalize.GetImages(); cfg == nil || len(cfg.Local) == 0 {
			return nil
		}
		p.eachImage(func(u usedImage) {
			policy := u.effectivePolicy()
			if !u.local || policy == "Never" {
				return
			}
			var opts []Option
			if policy == "IfNotPresent" {
				opts = append(opts, AtMost(finding.Warning))
			}
			is := "is " + policy
			if yamlnode.IsNull(u.policy) {
				is = "defaults to " + policy
			}
			p.Report(u.object, u.at(), fmt.Sprintf("image %q exists on the nodes only, and imagePullPolicy %s: ImagePullBackOff", u.node.Value, is),
				append(opts, Help("set imagePullPolicy: Never, or leave it out and let normalize.images set it; if a registry has the image, take it out of spec.normalize.images.local"))...)
		})
		return nil
	},
}

var imageNeverPulled = &Rule{
	Name:     "image-never-pulled",
	Severity: finding.Warning,
	Doc: "An image has imagePullPolicy Never in an environment that pulls its images (normalize.images.pullPolicy). " +
		"On a node that does not have the image the pod stays in ErrImageNeverPull. " +
		"Images listed under normalize.images.local are left alone.",
	URL: imageDocs + "#image-pull-policy",
	Run: func(p *Pass) error {
		cfg := p.Config.Normalize.GetImages()
		if cfg == nil || cfg.PullPolicy == "" {
			return nil
		}
		p.eachImage(func(u usedImage) {
			if !u.local && yamlnode.String(u.policy) == "Never" {
				p.Report(u.object, u.policy, fmt.Sprintf("image %q is never pulled: ErrImageNeverPull on a node that does not have it", u.node.Value),
					Help("set imagePullPolicy: %s, or list the image under spec.normalize.images.local", cfg.PullPolicy))
			}
		})
		return nil
	},
}

var imageTagLatest = &Rule{
	Name:      "image-tag-latest",
	Severity:  finding.Warning,
	AdvisesIf: keepsNothing,
	Doc: "An image has the tag latest, or none, which means the same. " +
		"What runs then depends on when a node pulled it, and there is nothing to roll back to. " +
		"Local images, those that are never pulled or that OpenShift puts in from an ImageStream, and images with a digest are left alone. " +
		"In a repository without a configuration it is a note of check, except without a tag, which nobody has chosen, of servers that keep data in a volume that outlives their pods, such as databases, which may not start with what another release has written. Make it an error where it matters: validate.rules, image-tag-latest: error.",
	URL: imageDocs + "#image-names",
	Run: func(p *Pass) error {
		said := p.Config.Normalize.GetImages() == nil && p.Config.Validate.SeverityOf(imageLikelyLocal.Name, imageLikelyLocal.Severity) != finding.Off
		p.eachImage(func(u usedImage) {
			if u.local || !u.Moves() || said && u.likelyLocal() || p.fromStream(&u) {
				return
			}
			if yamlnode.String(u.policy) == "Never" {
				return // nothing is pulled, and the nodes have what somebody put there
			}
			if u.node.Value == "auto" {
				return // Istio puts the image of its gateway in: https://istio.io/latest/docs/setup/additional-setup/gateway/
			}
			if word, _ := findPlaceholder(u.node.Value); word != "" || u.scaffolded() {
				return // placeholder-left is about it, or nobody is
			}
			what := "the tag latest"
			if u.Tag == "" {
				what = "no tag, which means latest"
			}
			risk, about := "", finding.About{Name: u.node.Value}
			if u.Tag == "" && keepsData(u.node.Value) && !runsOnce(u.object.Kind) && outlivesPod(u.container) && !keepsElsewhere(u.container) {
				risk, about.What = ": a release of it may not read what another one has written", readsOlder
			}
			p.Report(u.object, u.node, fmt.Sprintf("image %q has %s: what runs depends on when it was pulled", u.node.Value, what),
				Help("name a version, or a digest%s", risk), Says(about))
		})
		return nil
	},
}

// movedImages are the images of Docker Hub that were there once, by the beginning of their
// names, and those that have stayed.
var movedImages = []struct {
	from, to, since string
	stayed          []string
}{
	// https://github.com/bitnami/containers/issues/83267, and of what has stayed
	// https://github.com/bitnami/sealed-secrets/issues/1785 and https://github.com/bitnami/minideb/issues/196
	{"bitnami/", "bitnamilegacy/", "September 2025", []string{"sealed-secrets", "sealed-secrets-controller", "sealed-secrets-kubeseal", "minideb"}},
}

var imageMoved = &Rule{
	Name:     "image-moved",
	Severity: finding.Warning,
	Doc: "An image is not where it was: the images of Docker Hub's bitnami with a version have been moved to bitnamilegacy, where they get no updates. " +
		"A node that does not have the image yet cannot pull it: ErrImagePull, then ImagePullBackOff. " +
		"Images with a digest, and those of other registries, which may be mirrors, are left alone.",
	URL: "https://github.com/bitnami/containers/issues/83267",
	Run: func(p *Pass) error {
		p.eachImage(func(u usedImage) {
			for _, moved := range movedImages {
				rest, ok := strings.CutPrefix(u.Repository, moved.from)
				if !ok || u.Registry != "docker.io" || u.local || u.Digest != "" || u.Moves() || slices.Contains(moved.stayed, rest) {
					continue
				}
				p.Report(u.object, u.node, fmt.Sprintf("image %q was taken away from Docker Hub in %s", u.node.Value, moved.since),
					Help("%s%s has the versions until then; use another image before long", moved.to, rest))
			}
		})
		return nil
	},
}

// runsOnce reports whether a workload of a kind runs a client of a server rather than one.
func runsOnce(kind string) bool { return kind == "Job" || kind == "CronJob" }

// readsOlder says of a finding of image-tag-latest that the next release starts with what
// this one has written.
const readsOlder = "reads older data"

// keepsNothing reports whether a finding of image-tag-latest is about no server that keeps
// data, or about one whose owner says that it follows latest.
func keepsNothing(f *finding.Finding) bool { return f.Said().What != readsOlder }

// MovingImage returns the name without its tag of the image that a finding of
// image-tag-latest or image-likely-local is about.
func MovingImage(f *finding.Finding) (name string, ok bool) {
	if f.Rule != imageTagLatest.Name && f.Rule != imageLikelyLocal.Name {
		return "", false
	}
	img, ok := normalize.ParseImage(f.Said().Name)
	return img.Name, ok
}

var imageTagNotAllowed = &Rule{
	Name:     "image-tag-not-allowed",
	Severity: finding.Error,
	Doc: "An image has a tag that matches none of the globs under normalize.images.tags. It would run a build that is not meant for this environment, such as a snapshot in production. " +
		"Local images and images with a digest are left alone.",
	URL: imageDocs + "#image-names",
	Run: func(p *Pass) error {
		cfg := p.Config.Normalize.GetImages()
		if cfg == nil || len(cfg.Tags) == 0 {
			return nil
		}
		p.eachImage(func(u usedImage) {
			tag := cmp.Or(u.Tag, "latest")
			if u.local || u.Digest != "" || slices.ContainsFunc(cfg.Tags, func(g string) bool { return inventory.Match(g, tag) }) {
				return
			}
			p.Report(u.object, u.node, fmt.Sprintf("image %q: the tag %q is not allowed here", u.node.Value, tag),
				Help("spec.normalize.images.tags allows: %s", strings.Join(cfg.Tags, ", ")))
		})
		return nil
	},
}

var registryNotAllowed = &Rule{
	Name:     "registry-not-allowed",
	Severity: finding.Error,
	Doc: "An image comes from a registry that is not under normalize.images.registries. Nodes may not be able to pull from there, and nobody vouches for what they get. " +
		"An image without a registry comes from docker.io. Local images are left alone.",
	URL: imageDocs + "#image-names",
	Run: func(p *Pass) error {
		cfg := p.Config.Normalize.GetImages()
		if cfg == nil || len(cfg.Registries) == 0 {
			return nil
		}
		allowed := slices.Sorted(maps.Keys(cfg.Registries))
		p.eachImage(func(u usedImage) {
			if key, _ := normalize.RegistryOf(cfg, u.Image); u.local || key != "" {
				return
			}
			from := u.Registry
			if slices.ContainsFunc(allowed, func(key string) bool { return strings.HasPrefix(key, u.Registry+"/") }) {
				owner, _, _ := strings.Cut(u.Repository, "/") // another part of that registry is allowed
				from += "/" + owner
			}
			message := fmt.Sprintf("image %q comes from %s, which is not an allowed registry", u.node.Value, from)
			near := nearest(from, allowed)
			p.Report(u.object, u.node, message, DidYouMean(near...),
				Help("spec.normalize.images.registries allows: %s", strings.Join(allowed, ", ")))
		})
		return nil
	},
}

var imageNotListed = &Rule{
	Name:     "image-not-listed",
	Severity: finding.Error,
	Doc: "The configuration lists digests (normalize.images.digests), and not that of this image, which then runs whatever its tag points to. " +
		"It is an error where other tags of the image are listed, since then the tag was mistyped or the list is out of date; a warning otherwise. " +
		"Local images and images with a digest are left alone.",
	URL: imageDocs + "#image-names",
	Run: func(p *Pass) error {
		cfg := p.Config.Normalize.GetImages()
		if cfg == nil || len(cfg.Digests) == 0 {
			return nil
		}
		known := listedTags(cfg)
		p.eachImage(func(u usedImage) {
			tag := cmp.Or(u.Tag, "latest")
			tags := known[u.Registry+"/"+u.Repository]
			if u.local || u.Digest != "" || slices.Contains(tags, tag) {
				return
			}
			if len(tags) == 0 {
				p.Report(u.object, u.node, fmt.Sprintf("image %q has no digest in the configuration's list", u.node.Value), AtMost(finding.Warning),
					Help("add it to spec.normalize.images.digests, or write its digest here"))
				return
			}
			near := nearest(tag, tags)
			message := fmt.Sprintf("image %q: the digest of tag %q is not listed", u.node.Value, tag)
			p.Report(u.object, u.node, message, DidYouMean(near...), Help("%s", listOf("its listed tags", tags)))
		})
		return nil
	},
}

// listedTags are the tags of the configuration's digests, by registry and
// repository.
func listedTags(cfg *config.Images) map[string][]string {
	out := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(cfg.Digests)) {
		if img, ok := normalize.ParseImage(name); ok {
			key := img.Registry + "/" + img.Repository
			out[key] = append(out[key], cmp.Or(img.Tag, "latest"))
		}
	}
	return out
}

// The grammar of https://github.com/distribution/reference/blob/main/reference.go,
// as the kubelet checks it.
var imagePattern = sync.OnceValue(func() *regexp.Regexp {
	const (
		host      = `(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`
		component = `[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`
	)
	return regexp.MustCompile(`^(?:` + host + `/)?` + component + `(?:/` + component + `)*(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`)
})

// isTriggered reports whether OpenShift writes images into a resource when image streams
// have them.
// https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/images/triggering-updates-on-imagestream-changes
func isTriggered(o *inventory.Object) bool {
	return o.Annotation("image.openshift.io/triggers") != "" ||
		o.Kind == "DeploymentConfig" && len(fieldpath.Of("spec.triggers[].imageChangeParams.containerNames[]").Nodes(o.Node)) > 0
}

var imageInvalid = &Rule{
	Name:     "image-invalid",
	Severity: finding.Error,
	Doc: "An image is not a valid image name: it starts with https://, has capital letters or an empty tag, for example. " +
		"The pod stays in InvalidImageName. Placeholders that something fills in later are left alone, and so are the schemes of programs that build images, as ko:// is. " +
		"It is a warning for relative paths, which programs read that build the images themselves, and for sentences.",
	URL: imageDocs + "#image-names",
	Run: func(p *Pass) error {
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			n := yamlnode.Get(c.Node, "image")
			s := yamlnode.String(n)
			digest := badDigest(s)
			if s == "" || reference.IsPlaceholder(s) || digest == "" && imagePattern().MatchString(s) {
				return
			}
			if builtFromSource(s) {
				return
			}
			if word, _ := findPlaceholder(s); word != "" || ownerPlaceholder(s) != "" {
				return // placeholder-left is about it
			}
			if digest != "" {
				p.Report(o, n, fmt.Sprintf("the digest of image %q is none: InvalidImageName", s),
					Help("a digest by sha256 is 64 hexadecimal digits in lower case, and this has %d characters", len(digest)))
				return
			}
			if strings.TrimSpace(s) == "" && isTriggered(o) {
				return
			}
			if strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") {
				p.Report(o, n, fmt.Sprintf("%q is a path: InvalidImageName, unless a program builds an image there and puts its name in", s), AtMost(finding.Warning),
					Help("write registry/repository:tag, if none does"))
				return
			}
			if word := snakeInCapitals(s); word != "" {
				p.Report(o, n, fmt.Sprintf("%q is not the name of an image: InvalidImageName, unless something is put in for %s", s, word), AtMost(finding.Warning), ToFillIn(word))
				return
			}
			if len(strings.Fields(s)) > 2 {
				p.Report(o, n, fmt.Sprintf("%q is not the name of an image: InvalidImageName, unless something is put in its place", s), AtMost(finding.Warning),
					Help("write registry/repository:tag"))
				return
			}
			message := fmt.Sprintf("%q is not the name of an image: InvalidImageName", s)
			near := strings.TrimSuffix(strings.TrimSpace(trimScheme(s)), ":")
			if !imagePattern().MatchString(near) {
				near = strings.ToLower(near)
			}
			if imagePattern().MatchString(near) {
				p.Report(o, n, message, DidYouMean(near))
				return
			}
			registry, _, _ := strings.Cut(s, "/")
			p.Report(o, n, message, Says(finding.About{Of: registry}), Help("write registry/repository:tag, the repository in lower case"))
		})
		return nil
	},
}

// snakeInCapitals returns the part of an image's name that is words in capitals with
// underscores, as variables of scripts are named, or "".
func snakeInCapitals(image string) string {
	for part := range strings.FieldsFuncSeq(image, func(r rune) bool { return r == '/' || r == ':' || r == '@' || r == '.' || r == '-' }) {
		if first, rest, ok := strings.Cut(part, "_"); ok && first != "" && rest != "" && isVariableName(part) {
			return part
		}
	}
	return ""
}

// badDigest returns the digest of an image by sha256 that is not one, or "".
// https://github.com/opencontainers/go-digest/blob/master/algorithm.go
func badDigest(image string) string {
	_, digest, ok := strings.Cut(image, "@sha256:")
	if !ok || len(digest) == 64 && strings.Trim(digest, "0123456789abcdef") == "" {
		return ""
	}
	return digest
}

// builtFromSource reports whether an image is an address of the source that a program
// builds it of before the resource is applied, such as https://ko.build/features/k8s/
// or https://github.com/banzaicloud/kurun: what nobody takes for the address of a
// registry.
func builtFromSource(image string) bool {
	scheme, _, ok := strings.Cut(image, "://")
	return ok && !slices.ContainsFunc([]string{"http", "https", "docker", "oci"}, func(known string) bool {
		return strings.EqualFold(known, scheme) || suggest.Close(known, scheme)
	})
}

func trimScheme(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		return rest
	}
	return s
}
