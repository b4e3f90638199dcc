package schema_test

import (
	"encoding/json"
	"fmt"

	"github.com/ressKim-io/wealist-k8s-migration/fn/schema"
)

// An editor or a checker of files takes the schema as it is.
func Example() {
	var s struct {
		Schema string `json:"$schema"`
		Title  string `json:"title"`
	}
	if err := json.Unmarshal(schema.ConfigPipeline, &s); err != nil {
		panic(err)
	}
	fmt.Println(s.Title, s.Schema)
	// Output:
	// ConfigPipeline wealist.io/v1alpha1 https://json-schema.org/draft/2020-12/schema
}
