// Package quantity parses Kubernetes quantities that nobody has vetted.
package quantity

import (
	"errors"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// Bounds on what is parsed. Real quantities have a dozen characters; with
// exponents of millions, comparing two takes minutes.
const (
	maxLength   = 64
	maxExponent = 64
)

var errTooLarge = errors.New("not a quantity of anything: too many digits, or too large an exponent")

// Parse is resource.ParseQuantity for text of any origin.
func Parse(s string) (resource.Quantity, error) {
	if len(s) > maxLength {
		return resource.Quantity{}, errTooLarge
	}
	// E and Ei are units; an exponent is a number.
	if i := strings.LastIndexAny(s, "eE"); i >= 0 && strings.Trim(s[i+1:], "+-0123456789") == "" && i < len(s)-1 {
		if exp, err := strconv.Atoi(s[i+1:]); err != nil || exp > maxExponent || exp < -maxExponent {
			return resource.Quantity{}, errTooLarge
		}
	}
	return resource.ParseQuantity(s)
}
