// Command release makes the archives of a release: one for each system and
// processor, with the program, its licence, its README and man pages, beside SHA256SUMS,
// a CycloneDX SBOM for each archive, CHANGELOG.md and, for tags, krew's manifest.
//
//	release [-out DIR] [-targets OS/ARCH,...] [-sbom PROGRAM]
//
// Archives are reproducible: the same commit and the same Go give the same
// bytes, wherever and whenever they are made. That rests on -trimpath, no cgo,
// and the commit's time on every file (see https://go.dev/blog/rebuild).
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ressKim-io/wealist-k8s-migration/tools/internal/manual"
)

const program = "krm-validate"

func main() {
	out := flag.String("out", "dist", "write to `DIR`, which must not exist")
	targets := flag.String("targets", "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64", "`OS/ARCH` pairs")
	sbom := flag.String("sbom", "cyclonedx-gomod", "`PROGRAM` that writes the SBOMs; empty for none")
	flag.Parse()
	if err := release(*out, strings.Split(*targets, ","), *sbom); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release makes everything in a directory of its own, and puts it in place
// when it is whole.
func release(out string, targets []string, sbom string) error {
	if _, err := os.Stat(out); err == nil {
		return fmt.Errorf("%s exists: remove it first", out)
	}
	if dirty, err := output("git", "status", "--porcelain"); err != nil {
		return err
	} else if dirty != "" {
		return fmt.Errorf("the work tree has changes; a release is made of a commit:\n%s", dirty)
	}
	version, err := output("git", "describe", "--tags", "--always", "--match", "v*")
	if err != nil {
		return err
	}
	seconds, err := output("git", "log", "-1", "--format=%ct")
	if err != nil {
		return err
	}
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return err
	}
	made := time.Unix(unix, 0).UTC()

	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(out), ".release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	for _, target := range targets {
		if err := one(dir, version, target, sbom, made); err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
	}
	if err := krew(dir, version, targets); err != nil {
		return err
	}
	if err := changelog(filepath.Join(dir, "CHANGELOG.md"), version); err != nil {
		return err
	}
	if err := checksums(dir); err != nil {
		return err
	}
	return os.Rename(dir, out)
}

// one makes the archive of one target, and its SBOM.
func one(dir, version, target, sbom string, made time.Time) error {
	system, processor, ok := strings.Cut(target, "/")
	if !ok {
		return fmt.Errorf("want OS/ARCH, such as linux/amd64")
	}
	env := append(os.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0", "GOFLAGS=-trimpath", "GOWORK=off",
		"GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=")
	binary := program
	if system == "windows" {
		binary += ".exe"
	}
	work, err := os.MkdirTemp("", "release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	file := filepath.Join(work, binary)
	if err := run(env, "go", "build", "-buildvcs=true", "-ldflags=-s -w -buildid=", "-o", file, "./cmd/"+program); err != nil {
		return err
	}

	name := fmt.Sprintf("%s_%s_%s_%s", program, version, system, processor)
	var members []member
	for _, m := range []struct {
		name, path string
		mode       os.FileMode
	}{{binary, file, 0o755}, {"LICENSE", "LICENSE", 0o644}, {"README.md", "README.md", 0o644}} {
		content, err := os.ReadFile(m.path)
		if err != nil {
			return err
		}
		members = append(members, member{name + "/" + m.name, m.mode, content})
	}
	pages, err := manual.Pages(version, made)
	if err != nil {
		return err
	}
	for _, p := range pages {
		members = append(members, member{name + "/man/man1/" + p.Name, 0o644, p.Text})
	}
	write, suffix := tarball, ".tar.gz"
	if system == "windows" {
		write, suffix = zipped, ".zip"
	}
	var archive bytes.Buffer
	if err := write(&archive, members, made); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, name+suffix), archive.Bytes(), 0o644); err != nil {
		return err
	}
	if sbom == "" {
		return nil
	}
	bom := filepath.Join(dir, name+".cdx.json")
	if err := run(env, sbom, "app", "-json", "-noserial", "-notimestamp", "-main", "cmd/"+program, "-output", bom, "."); err != nil {
		return err
	}
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(bom)
	if err != nil {
		return err
	}
	if text, err = withVersion(text, info.Main.Version); err != nil {
		return fmt.Errorf("%s: %w", bom, err)
	}
	return os.WriteFile(bom, text, 0o644)
}

// withVersion returns an SBOM whose program has the version that it says itself.
// For a commit without a tag that has a time in it, and cyclonedx-gomod takes the
// author's, Go the committer's.
func withVersion(sbom []byte, version string) ([]byte, error) {
	var doc struct {
		Metadata struct {
			Component struct{ Version string }
		}
	}
	if err := json.Unmarshal(sbom, &doc); err != nil {
		return nil, err
	}
	is := doc.Metadata.Component.Version
	if is == version {
		return sbom, nil
	}
	commit := is[strings.LastIndexByte(is, '-')+1:] // of v0.0.0-20060102150405-abcdefabcdef
	if len(commit) != 12 || !strings.HasSuffix(version, "-"+commit) {
		return nil, fmt.Errorf("it is about %q, and the program says that it is %q", is, version)
	}
	return bytes.ReplaceAll(sbom, []byte(is), []byte(version)), nil
}

// A member is one file of an archive.
type member struct {
	name    string
	mode    os.FileMode
	content []byte
}

func tarball(w io.Writer, members []member, made time.Time) error {
	compressed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, m := range members {
		if err := archive.WriteHeader(&tar.Header{
			Name: m.name, Mode: int64(m.mode), Size: int64(len(m.content)), ModTime: made, Format: tar.FormatUSTAR,
		}); err != nil {
			return err
		}
		if _, err := archive.Write(m.content); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return compressed.Close()
}

func zipped(w io.Writer, members []member, made time.Time) error {
	archive := zip.NewWriter(w)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, m := range members {
		header := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: made}
		header.SetMode(m.mode)
		f, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := f.Write(m.content); err != nil {
			return err
		}
	}
	return archive.Close()
}

// changelog writes the subjects of the commits since the release before.
func changelog(file, version string) error {
	since := "HEAD"
	before, err := exec.Command("git", "describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^").Output()
	if err == nil { // there is one
		since = strings.TrimSpace(string(before)) + "..HEAD"
	}
	subjects, err := output("git", "log", "--no-merges", "--format=- %s", since)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte("# "+program+" "+version+"\n\n"+subjects+"\n"), 0o644)
}

// checksums writes SHA256SUMS, which sha256sum -c reads.
func checksums(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var lines []string
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		lines = append(lines, fmt.Sprintf("%x  %s\n", sha256.Sum256(content), e.Name()))
	}
	slices.Sort(lines)
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(strings.Join(lines, "")), 0o644)
}

func output(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

func run(env []string, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}
