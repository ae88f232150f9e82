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
if [ -n "${ESTATE_CA_FILE:-}" ]; then
    export NODE_EXTRA_CA_CERTS="$ESTATE_CA_FILE"
elif [ -n "${CI_SERVER_TLS_CA_FILE:-}" ]; then
    export NODE_EXTRA_CA_CERTS="$CI_SERVER_TLS_CA_FILE"
fi
if [ -n "${CI_SERVER_TLS_CA_FILE:-}" ]; then
    export GIT_SSL_CAINFO="$CI_SERVER_TLS_CA_FILE"
elif [ -n "${ESTATE_CA_FILE:-}" ]; then
    # git takes one file instead of its own.
    for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
        if [ -r "$bundle" ]; then cat "$bundle" >"$work/ca.pem" && break; fi
    done
    cat "$ESTATE_CA_FILE" >>"$work/ca.pem"
    export GIT_SSL_CAINFO="$work/ca.pem"
fi
# Node heeds the usual proxy variables from 22.21 and 24.5 on.
export NODE_USE_ENV_PROXY=1
RELEASE_WORK=$work node ci/release.mjs "$@"
