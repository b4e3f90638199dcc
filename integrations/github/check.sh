#!/usr/bin/env bash
# The check of the action (action.yml), which hands its inputs over in the
# environment: nothing in them is read as shell.
set -uo pipefail
set -f # a blank separates paths, and a * is for krm-validate

if [ "$NEW_FROM" = auto ]; then
  NEW_FROM=${BASE:+origin/$BASE}
fi
summary="$RUNNER_TEMP/krm-validate.md"
args=(check -o github -o "markdown=$summary")
[ -z "$SARIF" ] || args+=(-o "sarif=$SARIF")
[ -z "$NEW_FROM" ] || args+=(--new-from "$NEW_FROM")
# shellcheck disable=SC2206
args+=($ARGS -- $PATHS)

"$1" "${args[@]}"
code=$?
[ ! -s "$summary" ] || cat "$summary" >>"$GITHUB_STEP_SUMMARY"
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit "$code"
