# The runner's authorities (CI_SERVER_TLS_CA_FILE) and the estate's (ESTATE_CA_FILE) count both, beside those of the job's image.
# git and curl take one file instead of their own, Node takes one beside its own, programs in Go take folders. $work is a folder
# of the script that has this.
: >"$work/private.pem"
for authorities in "${NODE_EXTRA_CA_CERTS:-}" "${CI_SERVER_TLS_CA_FILE:-}" "${ESTATE_CA_FILE:-}"; do
    # A file may end without the end of its line.
    if [ -n "$authorities" ]; then cat "$authorities" >>"$work/private.pem" && echo >>"$work/private.pem"; fi
done
if [ -s "$work/private.pem" ]; then
    : >"$work/ca.pem"
    # What a job says of its own is in the place of the system's; scripts that run each other say the same twice.
    named=
    for bundle in "${CURL_CA_BUNDLE:-}" "${GIT_SSL_CAINFO:-}" "${SSL_CERT_FILE:-}"; do
        case ":$named:" in *":$bundle:"*) continue ;; esac
        named=$named:$bundle
        if [ -r "$bundle" ]; then cat "$bundle" >>"$work/ca.pem" && echo >>"$work/ca.pem"; fi
    done
    for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
        if [ ! -s "$work/ca.pem" ] && [ -r "$bundle" ]; then cat "$bundle" >"$work/ca.pem" && echo >>"$work/ca.pem"; fi
    done
    cat "$work/private.pem" >>"$work/ca.pem"
    mkdir "$work/authorities"
    cp "$work/private.pem" "$work/authorities/private.pem"
    export CURL_CA_BUNDLE="$work/ca.pem" GIT_SSL_CAINFO="$work/ca.pem" NODE_EXTRA_CA_CERTS="$work/private.pem" \
        SSL_CERT_DIR="${SSL_CERT_DIR:-/etc/ssl/certs:/etc/pki/tls/certs}:$work/authorities"
fi
