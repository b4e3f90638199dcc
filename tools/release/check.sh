#!/usr/bin/env bash
# Makes a release of HEAD in two clones, in folders whose names differ, and
# fails when a checksum does. TARGETS=linux/amd64 makes it shorter.
set -euo pipefail
cd "$(dirname "$0")/../.."
work="$(mktemp -d)"
head="$(git rev-parse HEAD)" # which may move meanwhile
trap 'rm -rf "$work"' EXIT
"${GO:-go}" build -C tools -o "$work/release" ./release
for clone in one another/place; do
  git clone -q . "$work/$clone"
  git -C "$work/$clone" -c advice.detachedHead=false checkout -q "$head"
  (cd "$work/$clone" && GOTOOLCHAIN="${RELEASE_GO:-local}" "$work/release" -sbom '' ${TARGETS:+-targets "$TARGETS"})
done
diff "$work/one/dist/SHA256SUMS" "$work/another/place/dist/SHA256SUMS"
echo "the same bytes twice:"
cat "$work/one/dist/SHA256SUMS"
