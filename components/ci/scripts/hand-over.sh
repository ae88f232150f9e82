#!/bin/sh
# Runs hand-over.mjs beside it, which says what it does, with the authorities and proxies of the job.
set -eu
if ! command -v node >/dev/null; then
    echo "hand-over: this job's image has no Node; the estate chooses the image, with pipeline.images.promote" >&2
    exit 1
fi
if [ -n "${ESTATE_CA_FILE:-}" ]; then
    export NODE_EXTRA_CA_CERTS="$ESTATE_CA_FILE"
elif [ -n "${CI_SERVER_TLS_CA_FILE:-}" ]; then
    export NODE_EXTRA_CA_CERTS="$CI_SERVER_TLS_CA_FILE"
fi
# Node heeds the usual proxy variables from 22.21 and 24.5 on.
export NODE_USE_ENV_PROXY=1
exec node "$(dirname "$0")/hand-over.mjs"
