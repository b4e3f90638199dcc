package fix

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestModernize(t *testing.T) {
	for _, c := range [][3]string{
		{"a name", "# top\nbases:\n- ../a # why\n\n# next\nnamespace: x\n", "# top\nresources:\n- ../a # why\n\n# next\nnamespace: x\n"},
		{"into a list", "bases:\n  - ../a\n  # b\n  - ../b\nresources:\n- c.yaml\n# n\nnamespace: x\n", "resources:\n- c.yaml\n- ../a\n# b\n- ../b\n# n\nnamespace: x\n"},
		{"a list before", "resources:\n  - c.yaml\n\nbases: # all\n- ../a\n\nnamespace: x", "resources:\n  - c.yaml\n  # all\n  - ../a\n\nnamespace: x\n"},
		{"flow", "bases: [../a, ../b]\nresources: [c.yaml]\n", "resources:\n- c.yaml\n- ../a\n- ../b\n"},
		{"flow alone", "bases: [../a]\n", "resources:\n- ../a\n"},
		{"patches", "patchesStrategicMerge:\n- p.yaml\n- |-\n  kind: X\n  a: |\n    b\n\n- q.yaml # q\n", "patches:\n- path: p.yaml\n- patch: |-\n    kind: X\n    a: |\n      b\n\n- path: q.yaml # q\n"},
		{"both patches", "patchesJson6902:\n- target: {kind: X, name: y, version: v1}\n  path: j.yaml\npatchesStrategicMerge:\n- p.yaml\npatches:\n- path: o.yaml\n", "patches:\n- path: p.yaml\n- path: o.yaml\n- target: {kind: X, name: y, version: v1}\n  path: j.yaml\n"},
		{"labels", "commonLabels:\n  app: x # a\n  b: y\nresources: [a]\n", "labels:\n- includeSelectors: true\n  pairs:\n    app: x # a\n    b: y\nresources: [a]\n"},
		{"labels there", "labels:\n- pairs: {a: b}\ncommonLabels: {app: x}\n", "labels:\n- pairs: {a: b}\n- includeSelectors: true\n  pairs: {app: x}\n"},
		{"images", "imageTags:\n- name: a\n  newTag: '1'\n", "images:\n- name: a\n  newTag: '1'\n"},
		{"line ends", "bases:\r\n- ../a\r\nresources:\r\n- b\r\n", "resources:\r\n- b\r\n- ../a\r\n"},
		{"line ends of YAML only", "bases:\r- ../a\rresources:\r- b", "resources:\r- b\r- ../a\r"},
		{"an end of a line in a value", "namePrefix: 'a\u2028  b'\nbases:\n- ../a\n", "namePrefix: 'a\u2028  b'\nresources:\n- ../a\n"},
		{"an anchor", "bases: &a\n- ../a\ncomponents: *a\n", "bases: &a\n- ../a\ncomponents: *a\n"},
		{"on one line", "{bases: [../a]}\n", "{bases: [../a]}\n"},
		{"nothing", "bases: []\n", "bases: []\n"},
		{"several documents", "patchesStrategicMerge:\n- |-\n  kind: X\n  ---\n  kind: Y\n", "patchesStrategicMerge:\n- |-\n  kind: X\n  ---\n  kind: Y\n"},
		{"no list", "bases: ../a\n", "bases: ../a\n"},
	} {
		got, _ := Modernize([]byte(c[1]), func(string) bool { return true }, nil)
		assert.Equal(t, c[2], string(got), c[0])
	}
}

func TestModernizeSaysWhere(t *testing.T) {
	_, all := Modernize([]byte("bases:\n- a\n\nresources:\n- b\ncommonLabels:\n  a: b\n"), func(string) bool { return true }, nil)
	assert.Equal(t, []Conversion{{1, "bases", "resources"}, {6, "commonLabels", "labels"}}, all)
}
