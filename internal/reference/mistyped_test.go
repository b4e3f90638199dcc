package reference

import "testing"

func TestIsVersion(t *testing.T) {
	for _, text := range []string{"v1", "v2", "v12", "v1alpha1", "v2beta3"} {
		if !IsVersion(text) {
			t.Errorf("%q is a version", text)
		}
	}
	for _, text := range []string{"", "v", "1", "V1", "vv1", "v1.2", "v1beta", "v1bet1", "valpha1", "v1alpha1beta1", "v1-rc1"} {
		if IsVersion(text) {
			t.Errorf("%q is no version", text)
		}
	}
}
