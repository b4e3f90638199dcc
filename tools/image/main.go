// Command image makes the container image of krm-validate without a container
// runtime: an OCI image layout for two processors, from this repository's commit.
//
//	image [-out DIR] [-name NAME[:TAG]] [-platforms OS/ARCH,...]
//
// DIR/layout is the layout, DIR/image.tar the same as an archive that docker load
// and podman load take, and DIR/digest the digest of the index. The image holds
// the program, its licence, a user nobody (kustomize runs functions as that one)
// and /tmp, and nothing else.
//
// The same commit and the same Go give the same digest: the program is built with
// -trimpath and without cgo, and every file has the time of the commit.
// https://github.com/opencontainers/image-spec/blob/main/image-layout.md
package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	program = "krm-validate"
	binary  = "/usr/local/bin/" + program
	source  = "https://github.com/ressKim-io/wealist-k8s-migration"
	nobody  = "65534:65534"
)

func main() {
	out := flag.String("out", "dist/image", "write to `DIR`, in place of an image that is there")
	name := flag.String("name", program, "`NAME[:TAG]` that programs which load the archive give it; the tag is the version unless set")
	platforms := flag.String("platforms", "linux/amd64,linux/arm64", "`OS/ARCH` pairs")
	repository := flag.String("C", ".", "the repository's `DIR`")
	flag.Parse()
	digest, err := write(*repository, *out, *name, strings.Split(*platforms, ","))
	if err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
	fmt.Println(digest)
}

// commit is what an image is made of.
type commit struct {
	version, revision string
	time              time.Time
}

func head(repository string) (commit, error) {
	git := func(args ...string) (string, error) {
		cmd := exec.Command("git", append([]string{"-C", repository}, args...)...)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("git %s: %w", args[0], err)
		}
		return strings.TrimSpace(string(out)), nil
	}
	version, err := git("describe", "--tags", "--always", "--dirty", "--match", "v*")
	if err != nil {
		return commit{}, err
	}
	revision, err := git("rev-parse", "HEAD")
	if err != nil {
		return commit{}, err
	}
	seconds, err := git("log", "-1", "--format=%ct")
	if err != nil {
		return commit{}, err
	}
	unix, err := strconv.ParseInt(seconds, 10, 64)
	return commit{version, revision, time.Unix(unix, 0).UTC()}, err
}

// write builds the image and puts it in place when it is whole. It returns the
// digest of its index.
func write(repository, out, name string, platforms []string) (digest string, err error) {
	if _, err := os.Stat(out); err == nil {
		if _, err := os.Stat(filepath.Join(out, "layout", "oci-layout")); err != nil {
			return "", fmt.Errorf("%s exists and is no image: remove it first", out)
		}
	}
	of, err := head(repository)
	if err != nil {
		return "", err
	}
	if !strings.Contains(filepath.Base(name), ":") {
		name += ":" + of.version
	}
	index, err := images(repository, of, platforms)
	if err != nil {
		return "", err
	}
	hash, err := index.Digest()
	if err != nil {
		return "", err
	}

	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(filepath.Dir(out), ".image-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	path, err := layout.Write(filepath.Join(dir, "layout"), empty.Index)
	if err != nil {
		return "", err
	}
	// The first is how programs of the containers project name an image that they
	// load, the second is Docker's.
	if err := path.AppendIndex(index, layout.WithAnnotations(map[string]string{
		"org.opencontainers.image.ref.name": name, "io.containerd.image.name": name,
	})); err != nil {
		return "", err
	}
	if err := archive(filepath.Join(dir, "image.tar"), filepath.Join(dir, "layout"), of.time); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "digest"), []byte(hash.String()+"\n"), 0o644); err != nil {
		return "", err
	}
	if err := os.RemoveAll(out); err != nil {
		return "", err
	}
	return hash.String(), os.Rename(dir, out)
}

// images is the index of the images of all platforms.
func images(repository string, of commit, platforms []string) (v1.ImageIndex, error) {
	labels := map[string]string{
		"org.opencontainers.image.title":         program,
		"org.opencontainers.image.description":   "A KRM function that injects, normalizes and validates Kubernetes resources, and its commands",
		"org.opencontainers.image.source":        source,
		"org.opencontainers.image.licenses":      "Apache-2.0",
		"org.opencontainers.image.version":       of.version,
		"org.opencontainers.image.revision":      of.revision,
		"org.opencontainers.image.created":       of.time.Format(time.RFC3339),
		"org.opencontainers.image.documentation": source + "/blob/main/docs/gitops.md",
	}
	var adds []mutate.IndexAddendum
	for _, platform := range platforms {
		system, processor, ok := strings.Cut(platform, "/")
		if !ok {
			return nil, fmt.Errorf("-platforms: %s: want OS/ARCH, such as linux/amd64", platform)
		}
		img, err := image(repository, of, labels, v1.Platform{OS: system, Architecture: processor})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", platform, err)
		}
		adds = append(adds, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{
			MediaType: types.OCIManifestSchema1, Platform: &v1.Platform{OS: system, Architecture: processor},
		}})
	}
	index := mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex), adds...)
	annotated, ok := mutate.Annotations(index, labels).(v1.ImageIndex)
	if !ok {
		return nil, errors.New("an index with annotations is no index")
	}
	return annotated, nil
}

// image is the image of one platform: one layer.
func image(repository string, of commit, labels map[string]string, platform v1.Platform) (v1.Image, error) {
	content, err := build(repository, platform)
	if err != nil {
		return nil, err
	}
	licence, err := os.ReadFile(filepath.Join(repository, "LICENSE"))
	if err != nil {
		return nil, err
	}
	layer, err := layerOf(of.time, []member{
		{"etc/", 0o755, nil},
		{"etc/group", 0o644, []byte("root:x:0:\nnobody:x:65534:\n")},
		{"etc/passwd", 0o644, []byte("root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/tmp:/sbin/nologin\n")},
		{"tmp/", fs.ModeSticky | 0o777, nil},
		{"usr/", 0o755, nil},
		{"usr/local/", 0o755, nil},
		{"usr/local/bin/", 0o755, nil},
		{strings.TrimPrefix(binary, "/"), 0o755, content},
		{"usr/share/", 0o755, nil},
		{"usr/share/licenses/", 0o755, nil},
		{"usr/share/licenses/" + program, 0o644, licence},
	})
	if err != nil {
		return nil, err
	}
	img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	img, err = mutate.Append(img, mutate.Addendum{Layer: layer, MediaType: types.OCILayer, History: v1.History{
		CreatedBy: program, Created: v1.Time{Time: of.time},
	}})
	if err != nil {
		return nil, err
	}
	img, err = mutate.ConfigFile(img, withConfig(img, of, labels, platform))
	if err != nil {
		return nil, err
	}
	annotated, ok := mutate.Annotations(img, labels).(v1.Image)
	if !ok {
		return nil, errors.New("an image with annotations is no image")
	}
	return annotated, nil
}

func withConfig(img v1.Image, of commit, labels map[string]string, platform v1.Platform) *v1.ConfigFile {
	file, err := img.ConfigFile()
	if err != nil {
		file = &v1.ConfigFile{}
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Created = platform.OS, platform.Architecture, v1.Time{Time: of.time}
	file.Config = v1.Config{
		User: nobody, WorkingDir: "/tmp", Entrypoint: []string{binary}, Labels: labels,
		Env: []string{"PATH=/usr/local/bin", "HOME=/tmp"},
	}
	return file
}

// build builds the program for a platform.
func build(repository string, platform v1.Platform) ([]byte, error) {
	dir, err := os.MkdirTemp("", "image-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, program)
	cmd := exec.Command("go", "build", "-buildvcs=true", "-ldflags=-s -w -buildid=", "-o", file, "./cmd/"+program)
	cmd.Dir, cmd.Stderr = repository, os.Stderr
	cmd.Env = append(os.Environ(), "GOOS="+platform.OS, "GOARCH="+platform.Architecture, "CGO_ENABLED=0", "GOFLAGS=-trimpath",
		"GOWORK=off", "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=")
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err)
	}
	return os.ReadFile(file)
}

// A member is a file of the layer, or a directory if its name ends in a slash.
type member struct {
	name    string
	mode    fs.FileMode
	content []byte
}

func layerOf(made time.Time, members []member) (v1.Layer, error) {
	var text bytes.Buffer
	w := tar.NewWriter(&text)
	for _, m := range members {
		h := &tar.Header{
			Typeflag: tar.TypeReg, Name: m.name, Mode: int64(m.mode.Perm()), Size: int64(len(m.content)), ModTime: made, Format: tar.FormatUSTAR,
		}
		if strings.HasSuffix(m.name, "/") {
			h.Typeflag = tar.TypeDir
		}
		if m.mode&fs.ModeSticky != 0 {
			h.Mode |= 0o1000
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(m.content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(text.Bytes())), nil
	}, tarball.WithMediaType(types.OCILayer))
}

// archive writes a folder as a tar file.
func archive(file, dir string, made time.Time) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	w := tar.NewWriter(f)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{
			Name: filepath.ToSlash(name), Mode: 0o644, Size: int64(len(content)), ModTime: made, Format: tar.FormatUSTAR,
		}); err != nil {
			return err
		}
		_, err = w.Write(content)
		return err
	})
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = f.Close()
	}
	return err
}
