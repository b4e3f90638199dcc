package fieldpath

import "strings"

// FromKustomize is the path that kustomize's field specifications spell with
// slashes, and with \/ for a slash inside a key. They do not mark lists.
func FromKustomize(path string) string {
	const slash = "\x00"
	path = strings.ReplaceAll(path, `\/`, slash)
	path = strings.ReplaceAll(path, ".", `\.`)
	path = strings.ReplaceAll(path, "/", ".")
	return strings.ReplaceAll(path, slash, "/")
}
