// Package schema holds the JSON schema of ConfigPipeline, for editors and for
// programs that check configuration without running the function.
//
// It is promised to whom fn/config is.
package schema

import _ "embed"

//go:generate go run -C ../../tools -mod=mod ./schema .. ../fn/schema/configpipeline.json

// ConfigPipeline is the JSON schema (2020-12) of the function's configuration.
//
//go:embed configpipeline.json
var ConfigPipeline []byte
