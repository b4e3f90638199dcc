package kbuild

import (
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/resmap"
)

func TestYAMLIsThatOfKustomize(t *testing.T) {
	for name, files := range covered() {
		t.Run(name, func(t *testing.T) {
			_, err := buildBy(t, inMemory(t, files), "/top", Options{}, func(b *builder, root string) (resmap.ResMap, error) {
				m, err := linearWay(b, root)
				require.NoError(t, err)
				want, err := m.AsYaml()
				require.NoError(t, err)
				got, err := YAML(m)
				require.NoError(t, err)
				require.Equal(t, string(want), string(got))
				return m, nil
			})
			require.NoError(t, err)
		})
	}
	none, err := YAML(resmap.New())
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestYAMLSaysWhatIsWrong(t *testing.T) {
	files := small("", "top/own.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: own, annotations: {'1': a}}}\n")
	_, err := buildBy(t, inMemory(t, files), "/top", Options{}, func(b *builder, root string) (resmap.ResMap, error) {
		m, err := stockWay(b, root)
		require.NoError(t, err)
		_, want := m.AsYaml()
		_, got := YAML(m)
		require.Error(t, want)
		require.EqualError(t, got, want.Error())
		return nil, want
	})
	require.Error(t, err)
}
