package config_test

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
)

// What is misspelt in a configuration is an error, not ignored.
func ExampleDecode() {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte("apiVersion: "+config.APIVersion+"\nkind: "+config.Kind+"\nspec: {conections: {}}\n"), &n); err != nil {
		panic(err)
	}
	_, err := config.Decode(&n)
	fmt.Println(err)
	// Output:
	// spec (line 3 of the configuration): unknown field "conections"; did you mean "connections"?
}
