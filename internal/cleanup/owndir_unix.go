//go:build unix && !solaris && !aix

package cleanup

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ownDir makes a directory for this run in a folder of the user's below temp, where
// directories of runs that have ended without removing theirs are removed. A run
// holds a lock on its directory for as long as it lives, however it ends.
func ownDir(temp string) (dir string, release func(), err error) {
	folder := filepath.Join(temp, "krm-validate-"+strconv.Itoa(os.Getuid()))
	for range 10 { // others may remove the folder, or take a new directory for an old one
		if err = os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
			return "", nil, err
		}
		if err = isOwn(folder); err != nil {
			return "", nil, err
		}
		sweep(folder)
		if dir, err = os.MkdirTemp(folder, "run-"); err != nil {
			continue
		}
		var unlock func()
		if unlock, err = lock(dir, 0); err != nil {
			continue
		}
		state.Lock()
		state.folder = folder
		state.Unlock()
		return dir, func() {
			unlock()
			_ = os.Remove(folder) // if no other program has anything there
		}, nil
	}
	return "", nil, err
}

var errForeign = errors.New("somebody else may use it")

// isOwn refuses a folder that others could have made or can look into.
func isOwn(folder string) error {
	info, err := os.Lstat(folder)
	if err != nil {
		return err
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || info.Mode().Perm()&0o077 != 0 || int(s.Uid) != os.Getuid() {
		return errForeign
	}
	return nil
}

// lock locks a file or directory that is still there then.
func lock(path string, how int) (unlock func(), err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|how)
	if err == nil {
		var locked, there os.FileInfo
		if locked, err = f.Stat(); err == nil {
			if there, err = os.Lstat(path); err == nil && !os.SameFile(locked, there) {
				err = os.ErrNotExist
			}
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}

// claim says that a temporary file is in use until unlock is called, and removes
// those beside it that are not.
func claim(file string) (unlock func(), err error) {
	unlock, err = lock(file, 0)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		return func() {}, nil // a file system without locks
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		return unlock, nil
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), filePrefix) || !strings.HasSuffix(e.Name(), fileSuffix) {
			continue
		}
		if left := filepath.Join(filepath.Dir(file), e.Name()); left != file {
			if done, err := lock(left, syscall.LOCK_NB); err == nil {
				_ = os.Remove(left)
				done()
			}
		}
	}
	return unlock, nil
}

// sweep removes what nobody holds a lock on.
func sweep(folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		dir := filepath.Join(folder, e.Name())
		if !e.IsDir() {
			continue
		}
		if unlock, err := lock(dir, syscall.LOCK_NB); err == nil {
			_ = os.RemoveAll(dir)
			unlock()
		}
	}
}
