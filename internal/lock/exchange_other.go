//go:build !linux && !darwin

package lock

import "errors"

// exchange would swap two directories in one step.
func exchange(_, _ string) error { return errors.ErrUnsupported }
