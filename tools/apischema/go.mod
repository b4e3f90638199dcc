// Writes the tables of internal/apischema. It needs what it reads them from and
// nothing else, so it is a module of its own.
module github.com/ressKim-io/wealist-k8s-migration/tools/apischema

go 1.26.0

require go.yaml.in/yaml/v3 v3.0.6
