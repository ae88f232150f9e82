#!/bin/sh
# Runs hand-over.mjs beside it, which says what it does, with the authorities and proxies of the job.
set -eu
if ! command -v node >/dev/null; then
    echo "hand-over: this job's image has no Node; the estate chooses the image, with pipeline.images.promote" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
. "$(dirname "$0")/authorities.sh"
# Node heeds the usual proxy variables from 22.21 and 24.5 on.
export NODE_USE_ENV_PROXY=1
node "$(dirname "$0")/hand-over.mjs"
