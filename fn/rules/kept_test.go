package rules

import (
	"reflect"
	"testing"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// A finding is what it was after it was packed, whichever of its fields is set.
func TestKeptFinding(t *testing.T) {
	const rule = "a-rule"
	for i := range reflect.TypeFor[finding.Finding]().NumField() {
		f := finding.Finding{Rule: rule}
		field := reflect.ValueOf(&f).Elem().Field(i)
		field.Set(someValue(t, field.Type()))
		k := pack(rule, &f, nil, nil)
		if got := k.finding(rule); !reflect.DeepEqual(got, f) {
			t.Errorf("%s is not kept: got %+v, want %+v", reflect.TypeFor[finding.Finding]().Field(i).Name, got, f)
		}
	}
}

// someValue is a value of the type that is not its zero value.
func someValue(t *testing.T, of reflect.Type) reflect.Value {
	v := reflect.New(of).Elem()
	switch of.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint64:
		v.SetUint(1)
	case reflect.Slice:
		v = reflect.Append(v, someValue(t, of.Elem()))
	case reflect.Pointer:
		v.Set(reflect.New(of.Elem()))
		v.Elem().Set(someValue(t, of.Elem()))
	case reflect.Struct:
		v.Field(0).Set(someValue(t, of.Field(0).Type))
	default:
		t.Fatalf("no value for a %s", of)
	}
	return v
}

// A finding may both miss an object and want another one.
func TestKeptFindingThatMissesAndWants(t *testing.T) {
	const rule = "a-rule"
	f := finding.Finding{Rule: rule, Missing: &finding.Resource{Name: "a"}, Wanted: &finding.Resource{Name: "b"}}
	k := pack(rule, &f, nil, nil)
	if got := k.finding(rule); !reflect.DeepEqual(got, f) {
		t.Errorf("got %+v, want %+v", got, f)
	}
}
