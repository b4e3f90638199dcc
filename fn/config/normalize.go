package config

// Normalize names the normalizers to run. One that is not named does not run.
type Normalize struct {
	// Quantities writes CPU and memory quantities in their canonical form.
	Quantities *Quantities `yaml:"quantities,omitempty" json:"quantities,omitempty"`

	// Resources sets requests and limits from profiles.
	Resources *Resources `yaml:"resources,omitempty" json:"resources,omitempty"`

	// Images sets imagePullPolicy to fit where an image comes from.
	Images *Images `yaml:"images,omitempty" json:"images,omitempty"`
}

// Quantities has no options: naming it switches it on.
type Quantities struct{}

// Resources sets the requests and limits of containers.
type Resources struct {
	// Profiles are requests and limits by name. A workload names its profile
	// in the annotation wealist.io/resource-profile.
	Profiles map[string]Profile `yaml:"profiles" json:"profiles"`

	// Enforce also replaces values that a workload sets itself.
	Enforce bool `yaml:"enforce,omitempty" json:"enforce,omitempty"`
}

// Profile is the requests and limits of one kind of program: quantities by
// resource name (cpu, memory, …).
type Profile struct {
	Requests map[string]string `yaml:"requests,omitempty" json:"requests,omitempty"`
	Limits   map[string]string `yaml:"limits,omitempty" json:"limits,omitempty"`
}

// Images says where images come from.
type Images struct {
	// Local are globs of images that exist only on the nodes, such as
	// wealist-*: imagePullPolicy Never.
	Local []string `yaml:"local,omitempty" json:"local,omitempty"`

	// PullPolicy is for all other images: IfNotPresent or Always. Unset leaves
	// them as they are.
	PullPolicy string `yaml:"pullPolicy,omitempty" json:"pullPolicy,omitempty" jsonschema:"enum=IfNotPresent,enum=Always"`
}
