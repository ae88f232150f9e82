#!/bin/sh
# Promotes the versions that a branch names: runs the program that the job's image brings, which PROMOTE_PROGRAM names, or
# the one beside this file, which says what it does.
set -eu
if ! command -v node >/dev/null; then
    echo "promote: this job's image has no Node; the estate chooses the image, with pipeline.images.promote" >&2
    exit 1
fi
exec node "${PROMOTE_PROGRAM:-$(dirname "$0")/promote.mjs}"
