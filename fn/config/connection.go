package config

// Connection computes the address of one thing that workloads connect to, and
// says which variables of which workloads it goes into. It points to a
// Service of the build or to a Host outside of it.
type Connection struct {
	// Engine is a row of the engines table: postgresql, mysql, redis, http, …
	Engine string `yaml:"engine" json:"engine"`

	// Service is a Service of this build.
	Service *ServiceTarget `yaml:"service,omitempty" json:"service,omitempty"`

	// Host is an address outside the cluster, such as a managed database.
	Host *HostTarget `yaml:"host,omitempty" json:"host,omitempty"`

	// Database is the name after the address: a database, a Redis number, a
	// RabbitMQ virtual host, a path.
	Database string `yaml:"database,omitempty" json:"database,omitempty"`

	// Parameters are the options after the address, such as
	// sslrootcert: /etc/ssl/db.pem, in the spelling of the client.
	Parameters map[string]string `yaml:"parameters,omitempty" json:"parameters,omitempty"`

	// TLS asks for an encrypted connection in the way each format says it: the
	// scheme rediss, amqps or https, or a parameter such as sslmode=require.
	TLS bool `yaml:"tls,omitempty" json:"tls,omitempty"`

	// Credentials are where user name and password come from.
	Credentials *Credentials `yaml:"credentials,omitempty" json:"credentials,omitempty"`

	// As is how credentials reach the variables, for all of Into that do not
	// say it themselves: variable (the default), secret or externalSecret.
	As string `yaml:"as,omitempty" json:"as,omitempty" jsonschema:"enum=variable,enum=secret,enum=externalSecret"`

	// Secret is the name of the Secret to write, for secret and
	// externalSecret: that of the credentials unless set.
	Secret string `yaml:"secret,omitempty" json:"secret,omitempty"`

	// Into are the places the connection is written to.
	Into []Sink `yaml:"into" json:"into"`
}

// ServiceTarget names a Service.
type ServiceTarget struct {
	// Name is the Service's name in its own YAML or in the build.
	Name string `yaml:"name" json:"name"`
	// Namespace is needed only when several namespaces of the build have a
	// Service of that name. The namespace in the Service's own YAML will do.
	Namespace string `yaml:"namespace,omitempty" json:"namespace,omitempty"`
	// Port is the name or number of a port of the Service. It may be left out
	// when the Service has one port, or one that is named for the engine.
	Port string `yaml:"port,omitempty" json:"port,omitempty" jsonschema:"oneof_type=string;integer"`
	// Pods lists the pods of a headless Service one by one
	// (name-0.service.namespace.svc…) instead of the Service's own name.
	Pods bool `yaml:"pods,omitempty" json:"pods,omitempty"`
}

// HostTarget names an address outside the cluster.
type HostTarget struct {
	// Name is a DNS name or an IP address; several are separated by commas.
	Name string `yaml:"name" json:"name"`
	// Port is a number; the engine's default port unless set.
	Port string `yaml:"port,omitempty" json:"port,omitempty" jsonschema:"oneof_type=string;integer"`
}

// Credentials name the keys of a Secret in the consumer's namespace.
type Credentials struct {
	// Secret is the Secret's name, as workloads refer to it.
	Secret string `yaml:"secret,omitempty" json:"secret,omitempty"`
	// UsernameKey is the key of the user's name in the Secret. It may be left out.
	UsernameKey string `yaml:"usernameKey,omitempty" json:"usernameKey,omitempty"`
	// PasswordKey is the key of the password in the Secret. It may be left out.
	PasswordKey string `yaml:"passwordKey,omitempty" json:"passwordKey,omitempty"`
	// Username is a literal user name, instead of UsernameKey.
	Username string `yaml:"username,omitempty" json:"username,omitempty"`
}

// Sink is one place a connection is written to: the environment of workloads,
// or a ConfigMap.
type Sink struct {
	// Workload is whose environment the variables go into.
	Workload *WorkloadSelector `yaml:"workload,omitempty" json:"workload,omitempty"`

	// ConfigMap is a ConfigMap of this build whose keys the variables become.
	// It cannot hold credentials.
	ConfigMap *ConfigMapTarget `yaml:"configMap,omitempty" json:"configMap,omitempty"`

	// As is how credentials reach the variables: variable (the default),
	// secret or externalSecret.
	As string `yaml:"as,omitempty" json:"as,omitempty" jsonschema:"enum=variable,enum=secret,enum=externalSecret"`

	// Secret is the name of the Secret to write, for secret and externalSecret.
	Secret string `yaml:"secret,omitempty" json:"secret,omitempty"`

	// Variables are the names of environment variables (or keys) and the format
	// of each: a format of the engine such as url, jdbc or hostport, or a
	// template such as "{{ .Host }}:{{ .Port }}".
	Variables map[string]string `yaml:"variables" json:"variables"`
}

// ConfigMapTarget names a ConfigMap.
type ConfigMapTarget struct {
	// Name is the ConfigMap's name in its own YAML or in the build.
	Name string `yaml:"name" json:"name"`
	// Namespace is needed only when several namespaces have such a ConfigMap.
	Namespace string `yaml:"namespace,omitempty" json:"namespace,omitempty"`
}

// WorkloadSelector selects workloads that embed a pod template, by name, by
// labels or by both.
type WorkloadSelector struct {
	// Kind is Deployment, StatefulSet, CronJob, Rollout, …; any kind if empty.
	Kind string `yaml:"kind,omitempty" json:"kind,omitempty"`
	// Name is the workload's name in its own YAML, without prefix or suffix, or
	// its name in the build.
	Name string `yaml:"name,omitempty" json:"name,omitempty"`
	// Namespace is needed only when several namespaces have such a workload.
	Namespace string `yaml:"namespace,omitempty" json:"namespace,omitempty"`
	// Labels is a label selector over the workloads' own labels, as in kubectl -l.
	Labels string `yaml:"labels,omitempty" json:"labels,omitempty"`
	// Container is the container's name; every container that is not an init
	// container if empty.
	Container string `yaml:"container,omitempty" json:"container,omitempty"`
}
