package normalize

import (
	"path"
	"strings"
)

// Image is a reference to a container image, taken apart:
// https://github.com/distribution/reference/blob/main/reference.go
type Image struct {
	// Name is the image as it was written, without tag and digest.
	Name string
	// Registry is the host, and the port if it has one; docker.io unless
	// written.
	Registry string
	// Repository is the path on the registry, as in library/nginx.
	Repository string
	// Tag and Digest are empty where they were not written.
	Tag, Digest string
}

// ParseImage takes a reference apart. It reports false for text that is none,
// such as a placeholder that something else fills in.
func ParseImage(s string) (Image, bool) {
	var img Image
	rest, digest, pinned := strings.Cut(s, "@")
	img.Name, img.Digest = rest, digest
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, '/') {
		img.Name, img.Tag = rest[:i], rest[i+1:]
		if img.Tag == "" {
			return Image{}, false
		}
	}
	if img.Name == "" || pinned && digest == "" || strings.ContainsFunc(s, notInImage) {
		return Image{}, false
	}
	img.Registry, img.Repository = "docker.io", img.Name
	if host, repository, ok := strings.Cut(img.Name, "/"); ok && (strings.ContainsAny(host, ".:") || host == "localhost") {
		img.Registry, img.Repository = host, repository
	}
	if img.Registry == "index.docker.io" {
		img.Registry = "docker.io"
	}
	if img.Registry == "docker.io" && !strings.Contains(img.Repository, "/") {
		img.Repository = "library/" + img.Repository
	}
	return img, img.Repository != ""
}

func notInImage(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@+", r))
}

// Matches reports whether a glob matches the image as it was written, with or
// without its tag.
func (i Image) Matches(glob string) bool {
	return match(glob, i.Name) || i.Tag != "" && match(glob, i.Name+":"+i.Tag) ||
		match(glob, i.familiar())
}

// familiar is the name as docker images shows it.
func (i Image) familiar() string {
	if i.Registry != "docker.io" {
		return i.Name
	}
	return strings.TrimPrefix(i.Repository, "library/")
}

// canonical is the name with everything that may be left out, and the tag.
func (i Image) canonical() string {
	tag := i.Tag
	if tag == "" {
		tag = "latest"
	}
	return i.Registry + "/" + i.Repository + ":" + tag
}

// Moves reports whether the image can be another one tomorrow: its tag is
// latest, or it has none, and it has no digest.
func (i Image) Moves() bool { return i.Digest == "" && (i.Tag == "" || i.Tag == "latest") }

// From reports whether the image comes from a registry, or from a part of one:
// a glob over as many parts of registry/repository as it has itself.
func (i Image) From(glob string) bool {
	parts := strings.Split(i.Registry+"/"+i.Repository, "/")
	n := strings.Count(glob, "/") + 1
	return n <= len(parts) && match(glob, strings.Join(parts[:n], "/"))
}

// IsLocal reports whether one of the globs names the image as one that exists
// on the nodes only.
func (i Image) IsLocal(local []string) bool {
	for _, glob := range local {
		if i.Matches(glob) {
			return true
		}
	}
	return false
}

// match is path.Match without an error: the configuration's globs are valid.
func match(glob, s string) bool {
	ok, err := path.Match(glob, s)
	return ok && err == nil
}
