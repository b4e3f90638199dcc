package kbuild

import (
	"testing"

	"sigs.k8s.io/kustomize/api/types"
)

// However a kustomization spells them, fields that name things to run are seen.
func FuzzMayRun(f *testing.F) {
	for _, seed := range []string{
		"transformers: [a]", "Generators: [a]", "VALIDATORS: [a]", "tranſformers: [a]", `"\x74ransformers": [a]`,
		"? transformers\n: [a]", "x: &a {transformers: [b]}\n<<: *a", "!!binary dHJhbnNmb3JtZXJz: [a]",
		"\xff\xfet\x00r\x00", "resources: [a]\n---\ntransformers: [a]", "{generators: [a]}", "'validators': ['x']", "\ufefftransformers: [a]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var k types.Kustomization
		if k.Unmarshal(content) != nil {
			return
		}
		if n := len(k.Generators) + len(k.Transformers) + len(k.Validators); n > 0 && !mayRun(content) {
			t.Errorf("%q names %d plugins that would not be vetted", content, n)
		}
	})
}
