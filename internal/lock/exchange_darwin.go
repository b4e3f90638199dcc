package lock

import (
	"errors"

	"golang.org/x/sys/unix"
)

// exchange swaps two directories in one step. File systems that cannot are an
// errors.ErrUnsupported.
func exchange(a, b string) error {
	err := unix.RenamexNp(a, b, unix.RENAME_SWAP)
	if errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EINVAL) {
		return errors.ErrUnsupported
	}
	return err
}
