package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Normalize brings resources into a uniform shape. A configuration without it
// changes nothing. With it, the normalizers that cannot surprise run (see
// docs/normalize.md); the others run when they are named. enabled: false
// switches one off.
//
// Nothing that a resource says itself is changed, unless a normalizer is told
// to enforce.
type Normalize struct {
	// Quantities writes quantities (cpu: 0.5, memory: 1024Mi) the way the API
	// server stores them (500m, 1Gi).
	Quantities *Quantities `yaml:"quantities,omitempty" json:"quantities,omitempty"`

	// Resources sets requests and limits from profiles.
	Resources *Resources `yaml:"resources,omitempty" json:"resources,omitempty"`

	// Images sets what fits where an image comes from: imagePullPolicy, digests
	// and pull secrets. The rules about images read it too.
	Images *Images `yaml:"images,omitempty" json:"images,omitempty"`

	// Env drops environment variables that a container defines twice with the
	// same value.
	Env *Env `yaml:"env,omitempty" json:"env,omitempty"`

	// Labels adds labels to resources and pod templates, never to selectors.
	Labels *Labels `yaml:"labels,omitempty" json:"labels,omitempty"`

	// Secrets moves stringData to data.
	Secrets *Secrets `yaml:"secrets,omitempty" json:"secrets,omitempty"`
}

// Toggle switches a normalizer. Every part of Normalize has one.
type Toggle struct {
	// Enabled: false switches the normalizer off.
	Enabled *bool `yaml:"enabled,omitempty" json:"enabled,omitempty"`
}

func (t Toggle) enabled() *bool { return t.Enabled }

// parts calls yield with the name of each normalizer, in the order in which they
// run, and what is configured for it, or nil.
func (n *Normalize) parts(yield func(name string, part any) bool) {
	v := reflect.ValueOf(n).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		var part any
		if f := v.Field(i); !f.IsNil() {
			part = f.Interface()
		}
		if !yield(name, part) {
			return
		}
	}
}

// Normalizers are the names of all normalizers, in the order in which they run:
// that of the fields of Normalize.
func Normalizers() []string {
	var names []string
	for name := range (&Normalize{}).parts {
		names = append(names, name)
	}
	return names
}

// Names reports whether the configuration names a normalizer, and returns its
// field enabled.
func (n *Normalize) Names(normalizer string) (named bool, enabled *bool) {
	for name, part := range n.parts {
		if p, ok := part.(interface{ enabled() *bool }); ok && name == normalizer {
			return true, p.enabled()
		}
	}
	return false, nil
}

// Quantity is a Kubernetes quantity, such as 100m, 0.5, 512Mi or 2:
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
type Quantity string

// None is the quantity that means none at all: it takes a value out of a
// profile that a built-in profile, or the base, puts in.
const None Quantity = "none"

// Factor is a positive decimal number, such as 2 or 0.5.
type Factor string

// Quantities are on by default and have no options.
type Quantities struct {
	Toggle `yaml:",inline"`
}

// Resources sets the requests and limits that a container leaves unset.
//
// A workload names its profile in the annotation (or label)
// wealist.io/resource-profile, on itself or on its pod template. The profile is
// for the pod's default container, which is the first unless the annotation
// kubectl.kubernetes.io/default-container says otherwise; other containers are
// named: "python, nginx=static". The profile none leaves a container alone.
type Resources struct {
	Toggle `yaml:",inline"`

	// Profiles are requests and limits by name. A profile of the name of a
	// built-in one (python, node, java, go, static, postgres, redis) changes
	// the values it gives and keeps the others.
	Profiles map[string]Profile `yaml:"profiles,omitempty" json:"profiles,omitempty"`

	// Match gives profiles to containers by image or command, by a name of your
	// choice. The first that matches counts, in the order of their names. What a
	// workload names itself comes before.
	Match map[string]ProfileMatch `yaml:"match,omitempty" json:"match,omitempty"`

	// Scale multiplies the profiles' values, by resource: cpu: 0.5 halves the
	// CPU of an environment. Memory stays above a profile's floor.
	Scale map[string]Factor `yaml:"scale,omitempty" json:"scale,omitempty"`

	// Ratio is limits over requests, by resource. It gives a limit where a
	// profile has a request only, or a workload sets a request of its own.
	Ratio map[string]Factor `yaml:"ratio,omitempty" json:"ratio,omitempty"`

	// Enforce also replaces values that a workload sets itself.
	Enforce bool `yaml:"enforce,omitempty" json:"enforce,omitempty"`
}

// Profile is the requests and limits of one kind of program: quantities by
// resource name (cpu, memory, …). The quantity none takes a value out.
type Profile struct {
	// Requests is what a node must have free for the container.
	Requests map[string]Quantity `yaml:"requests,omitempty" json:"requests,omitempty"`
	// Limits is the most the container may use.
	Limits map[string]Quantity `yaml:"limits,omitempty" json:"limits,omitempty"`

	// Floor is what the program uses as soon as it runs. A limit has to be
	// above it.
	Floor map[string]Quantity `yaml:"floor,omitempty" json:"floor,omitempty"`
}

// ProfileMatch gives a profile to containers. At least one of Image and
// Command is needed; both must match where both are given.
type ProfileMatch struct {
	// Image is a glob over the image without tag and digest, as in *temurin*.
	// It matches the whole name or its last part.
	Image string `yaml:"image,omitempty" json:"image,omitempty"`
	// Command is a glob over the words of the container's command and args, one
	// of which must match it or have it as the last part of a path.
	Command string `yaml:"command,omitempty" json:"command,omitempty"`
	// Profile is the name of the profile.
	Profile string `yaml:"profile" json:"profile"`
}

// Images says where images come from and how they are pulled.
type Images struct {
	Toggle `yaml:",inline"`

	// Local are globs of images that exist only on the nodes, such as
	// wealist-*: imagePullPolicy Never.
	Local []string `yaml:"local,omitempty" json:"local,omitempty"`

	// PullPolicy is for all other images: IfNotPresent or Always. Unset leaves
	// them as they are.
	PullPolicy string `yaml:"pullPolicy,omitempty" json:"pullPolicy,omitempty" jsonschema:"enum=IfNotPresent,enum=Always"`

	// Registries are the only ones that images (other than local ones) may come
	// from: globs over the registry, or the registry and the first parts of the
	// repository, as in docker.io, *.dkr.ecr.*.amazonaws.com or ghcr.io/acme.
	// Empty allows all.
	Registries map[string]Registry `yaml:"registries,omitempty" json:"registries,omitempty"`

	// Tags are globs of which a tag must match one, such as v*. Local images
	// and images with a digest are free. Empty allows all.
	Tags []string `yaml:"tags,omitempty" json:"tags,omitempty"`

	// Digests are the digests of images, as CI writes them after a push:
	// example.com/shop:1.4.0 to sha256:…. The digest is appended to the image;
	// its tag stays for people to read.
	Digests map[string]string `yaml:"digests,omitempty" json:"digests,omitempty"`

	// Enforce also replaces an imagePullPolicy that a container sets itself.
	Enforce bool `yaml:"enforce,omitempty" json:"enforce,omitempty"`
}

// Registry is one place that images come from.
type Registry struct {
	// PullSecret is the Secret with which pods pull from it. It is added to
	// their imagePullSecrets, unless their ServiceAccount brings it along.
	PullSecret string `yaml:"pullSecret,omitempty" json:"pullSecret,omitempty"`
}

// Env is on by default and has no options.
type Env struct {
	Toggle `yaml:",inline"`
}

// Labels are off unless named.
type Labels struct {
	Toggle `yaml:",inline"`

	// Set are labels with their values.
	Set map[string]string `yaml:"set,omitempty" json:"set,omitempty"`

	// Recommended adds to workloads the recommended labels that can be told
	// from them: app.kubernetes.io/name, the workload's name in its own YAML,
	// and app.kubernetes.io/version, the tag of its default container's image.
	// See https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
	Recommended bool `yaml:"recommended,omitempty" json:"recommended,omitempty"`

	// Templates adds them to pod templates too, except those that a selector
	// in the build asks for. A change of them restarts the pods.
	Templates bool `yaml:"templates,omitempty" json:"templates,omitempty"`

	// Enforce also replaces the values of labels that are there.
	Enforce bool `yaml:"enforce,omitempty" json:"enforce,omitempty"`
}

// Secrets are off unless named. Values with placeholders that something fills
// in later are left alone.
type Secrets struct {
	Toggle `yaml:",inline"`

	// TrimNewlines are globs of keys whose values lose a newline at their end,
	// the trace of an echo without -n.
	TrimNewlines []string `yaml:"trimNewlines,omitempty" json:"trimNewlines,omitempty"`
}

// builtinProfiles come from what weAlist's services needed in its cluster, and
// from its rules of thumb: Python and Node.js at least 256Mi, Java at least
// 512Mi, limits twice the requests.
var builtinProfiles = sync.OnceValue(func() map[string]Profile {
	return map[string]Profile{
		"python":   profile("100m", "256Mi", "200m", "512Mi", "256Mi"),
		"node":     profile("100m", "256Mi", "200m", "512Mi", "256Mi"),
		"java":     profile("200m", "512Mi", "400m", "1Gi", "512Mi"),
		"go":       profile("50m", "64Mi", "100m", "128Mi", ""),
		"static":   profile("50m", "64Mi", "100m", "128Mi", ""),
		"postgres": profile("100m", "256Mi", "200m", "512Mi", "128Mi"),
		"redis":    profile("50m", "64Mi", "100m", "128Mi", ""),
	}
})

func profile(cpu, memory, cpuLimit, memoryLimit, memoryFloor Quantity) Profile {
	p := Profile{
		Requests: map[string]Quantity{"cpu": cpu, "memory": memory},
		Limits:   map[string]Quantity{"cpu": cpuLimit, "memory": memoryLimit},
	}
	if memoryFloor != "" {
		p.Floor = map[string]Quantity{"memory": memoryFloor}
	}
	return p
}

// ProfileNames are the names of all profiles, sorted.
func (r *Resources) ProfileNames() []string {
	names := maps.Clone(builtinProfiles())
	if r != nil {
		maps.Copy(names, r.Profiles)
	}
	return slices.Sorted(maps.Keys(names))
}

// Profile returns a profile by name: the configured values over those of the
// built-in profile of that name, without the values that are none.
func (r *Resources) Profile(name string) (Profile, bool) {
	builtin, ok := builtinProfiles()[name]
	var own Profile
	if r != nil {
		var configured bool
		own, configured = r.Profiles[name]
		ok = ok || configured
	}
	return Profile{
		Requests: overlay(builtin.Requests, own.Requests),
		Limits:   overlay(builtin.Limits, own.Limits),
		Floor:    overlay(builtin.Floor, own.Floor),
	}, ok
}

func overlay(base, own map[string]Quantity) map[string]Quantity {
	out := make(map[string]Quantity, len(base)+len(own))
	maps.Copy(out, base)
	maps.Copy(out, own)
	maps.DeleteFunc(out, func(_ string, q Quantity) bool { return q == None || q == "" })
	return out
}

// GetResources returns Resources, nil if there are none.
func (n *Normalize) GetResources() *Resources {
	if n == nil {
		return nil
	}
	return n.Resources
}

// GetImages returns Images, nil if there are none.
func (n *Normalize) GetImages() *Images {
	if n == nil {
		return nil
	}
	return n.Images
}
