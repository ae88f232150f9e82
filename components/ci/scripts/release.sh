#!/bin/sh
# Runs ci/release.mjs, which says what it does, with the authorities and proxies of the job.
set -eu
for program in node git; do
    if ! command -v "$program" >/dev/null; then
        echo "release: this job's image has no $program; the estate chooses the image, with pipeline.images.promote" >&2
        exit 1
    fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
. "$(dirname "$0")/authorities.sh"
# Node heeds the usual proxy variables from 22.21 and 24.5 on.
export NODE_USE_ENV_PROXY=1
RELEASE_WORK=$work node ci/release.mjs "$@"
