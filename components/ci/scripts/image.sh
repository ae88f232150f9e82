#!/bin/sh
# Builds the image of this commit and, where this branch or tag is delivered, pushes it as
#   $IMAGE:$TAG_PREFIX<first 10 characters of the commit>, with TAG_OF
#     branch  $IMAGE:<branch>.<first 10 characters of the commit>
#     ref     $IMAGE:<git tag>
# A commit has one image: when the tag is there already, nothing is built.
#
# BUILDER says how; none of them needs a daemon or a privileged container:
#   buildah  the Dockerfile, rootless; the job's image must have buildah
#   kaniko   the Dockerfile; the job's image must be kaniko's, with a shell
#   crane    no Dockerfile: the files below $IMAGE_CONTENT, as /$IMAGE_TARGET, on $BASE_IMAGE or on nothing;
#            the job's image must have crane and git
set -eu

say() { printf '%s\n' "$*"; }
fail() {
    printf 'image: %s\n' "$*" >&2
    exit 1
}

commit=${CI_COMMIT_SHA:-${GIT_COMMIT:-}}
branch=${CI_COMMIT_BRANCH:-${BRANCH_NAME:-}}
[ -n "$commit" ] || fail "neither CI_COMMIT_SHA nor GIT_COMMIT says which commit this is"
: "${IMAGE:?the variable IMAGE is not set: this project has not got its variables from the estate}"
case "${TAG_OF:-commit}" in
ref) tag=${CI_COMMIT_TAG:-} ;;
# What no tag of an image can hold becomes a dash.
branch) tag=$(printf '%.100s' "$branch" | tr -c 'A-Za-z0-9_.-' '-').$(printf '%.10s' "$commit") ;;
*) tag=${TAG_PREFIX:-}$(printf '%.10s' "$commit") ;;
esac
image=$IMAGE:$tag
# Names or patterns of what is delivered.
push=no
# shellcheck disable=SC2254
case "$branch" in ${DELIVERY_BRANCH:-}) push=yes ;; esac
# shellcheck disable=SC2254
case "${CI_COMMIT_TAG:-}" in ${DELIVERY_TAG:-}) [ -z "${CI_COMMIT_TAG:-}" ] || push=yes ;; esac

work=$(mktemp -d)
login=$work/login
trap 'rm -rf "$work" "$login"' EXIT
trap 'exit 130' INT TERM

. "$(dirname "$0")/authorities.sh"

executor=$(command -v executor) || executor=/kaniko/executor

# Credentials go through a file that only this job can read, never through arguments.
log_in() {
    [ -n "${REGISTRY_PASSWORD:-}" ] || fail "REGISTRY_PASSWORD is empty: it is a protected variable, given to jobs on protected branches only; is ${branch:-${CI_COMMIT_TAG:-it}} protected?"
    if [ "${BUILDER:-}" = kaniko ]; then
        # Between the stages of a Dockerfile kaniko deletes all files but those beside it, and pushes afterwards.
        login=$(mktemp -d "${executor%/*}/.docker.XXXXXX")
    else
        mkdir -m 700 "$login"
    fi
    auth=$(printf '%s:%s' "$REGISTRY_USERNAME" "$REGISTRY_PASSWORD" | base64 | tr -d '\n')
    (umask 077 && printf '{"auths":{"%s":{"auth":"%s"}}}\n' "$REGISTRY" "$auth" >"$login/config.json")
    export DOCKER_CONFIG="$login" REGISTRY_AUTH_FILE="$login/config.json"
}

insecure() { [ "${REGISTRY_INSECURE:-false}" = true ]; }

run_buildah() { buildah --storage-driver "${BUILDAH_STORAGE:-vfs}" "$@"; }

# When the commit was made, in seconds since 1970; images are dated with it. GitLab's variable is used where the job's image has no git.
commit_seconds() {
    if [ -n "${CI_COMMIT_TIMESTAMP:-}" ] && date -u -d "$CI_COMMIT_TIMESTAMP" +%s 2>/dev/null; then return; fi
    git show -s --format=%ct "$commit" 2>/dev/null ||
        fail "cannot find out when commit $commit was made, which the image is dated with: this job's image has no git that can read the checkout, and no date that reads CI_COMMIT_TIMESTAMP (\"${CI_COMMIT_TIMESTAMP:-}\")"
}

# Asks the registry for the tag. Fails also when there is nothing to ask with, as in kaniko's image.
ask() {
    if insecure; then set -- --tls-verify=false; else set --; fi
    if command -v crane >/dev/null; then
        if insecure; then crane digest --insecure "$image"; else crane digest "$image"; fi
    elif command -v skopeo >/dev/null; then
        skopeo inspect "$@" --raw "docker://$image"
    elif [ "${BUILDER:-buildah}" = buildah ]; then
        # It can only ask by fetching, and fetches nothing when the tag is not there.
        run_buildah pull --quiet --policy always "$@" "docker://$image"
    else
        return 1
    fi
}

# Whether the tag is in the registry.
pushed() {
    if answer=$(ask 2>&1); then return; fi
    reason=${answer##*"
"}
    case "$answer" in
    # Harbor hands out no image that is not scanned yet or is vulnerable, where the project says so: the tag is there.
    *"cannot be pulled"* | *PROJECTPOLICYVIOLATION*)
        say "The project does not hand out $image, to nobody: $reason"
        ;;
    # A robot that is expired or disabled, or has a wrong password, gets the same answer as one without the right.
    *UNAUTHORIZED* | *unauthorized* | *[Aa]"uthentication required"* | *"status code 401"*)
        fail "$REGISTRY does not let $REGISTRY_USERNAME read $image: $reason. Is the robot disabled, or has it lost its rights? An update of the estate with --refresh restores both. Is it expired, or is REGISTRY_PASSWORD not its own? A higher credentials.generation makes a new one."
        ;;
    *) return 1 ;;
    esac
}

with_buildah() {
    seconds=$(commit_seconds) || exit 1
    if insecure; then set -- --tls-verify=false; else set --; fi
    run_buildah build --isolation chroot --format oci "$@" \
        --timestamp "$seconds" \
        --label "org.opencontainers.image.revision=$commit" --file Dockerfile --tag "$image" .
    if [ "$push" = yes ]; then
        run_buildah push "$@" "$image"
    fi
}

with_kaniko() {
    if insecure; then set -- --insecure --skip-tls-verify; else set --; fi
    if [ "$push" = no ]; then set -- "$@" --no-push; fi
    # "Reproducible" means undated with kaniko, and the image updater finds the newest image by its date.
    if [ "${TAG_WRITER:-}" != updater ]; then set -- "$@" --reproducible; fi
    "$executor" --context "$PWD" --dockerfile Dockerfile --destination "$image" \
        --label "org.opencontainers.image.revision=$commit" "$@"
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Puts a file into the image by its digest; prints digest and size as fields of a descriptor.
blob() {
    digest=$(sha256 "$1")
    size=$(wc -c <"$1" | tr -d ' ')
    mv "$1" "$work/oci/blobs/sha256/$digest"
    printf '"digest":"sha256:%s","size":%s' "$digest" "$size"
}

with_crane() {
    content=${IMAGE_CONTENT:-public}
    tree=$(git rev-parse --verify --quiet "$commit:$content") || fail "commit $commit has no folder $content; set IMAGE_CONTENT"
    seconds=$(git show -s --format=%ct "$commit")
    # A bare tree would be archived with the time of day, a commit is archived with its own: same commit, same layer.
    stamp=$(GIT_AUTHOR_NAME=ci GIT_AUTHOR_EMAIL=ci@localhost GIT_COMMITTER_NAME=ci GIT_COMMITTER_EMAIL=ci@localhost \
        GIT_AUTHOR_DATE="$seconds +0000" GIT_COMMITTER_DATE="$seconds +0000" git commit-tree "$tree" -m content)
    git -c tar.umask=0022 archive --format=tar --prefix="${IMAGE_TARGET:-www}/" "$stamp" >"$work/layer.tar"
    if insecure; then set -- --insecure; else set --; fi
    if [ -n "${BASE_IMAGE:-}" ]; then
        if [ "$push" = yes ]; then
            crane append "$@" --base "$BASE_IMAGE" --new_layer "$work/layer.tar" --new_tag "$image"
        else
            crane append "$@" --base "$BASE_IMAGE" --new_layer "$work/layer.tar" --new_tag "$image" --output "$work/image.tar"
        fi
        return
    fi
    platform=${IMAGE_PLATFORM:-linux/amd64}
    # Commits of one second get different dates, in their order, by the number of commits before each.
    created=$(TZ=UTC0 git show -s --date=format-local:%Y-%m-%dT%H:%M:%S --format=%cd "$commit").$(printf '%09d' "$(git rev-list --count "$commit")")Z
    mkdir -p "$work/oci/blobs/sha256"
    printf '{"imageLayoutVersion":"1.0.0"}' >"$work/oci/oci-layout"
    layer=$(blob "$work/layer.tar")
    diff=$(printf '%s' "$layer" | cut -d '"' -f 4)
    printf '{"created":"%s","os":"%s","architecture":"%s","config":{"Labels":{"org.opencontainers.image.revision":"%s","org.opencontainers.image.source":"%s"}},"rootfs":{"type":"layers","diff_ids":["%s"]},"history":[{"created":"%s","created_by":"%s of commit %s"}]}' \
        "$created" "${platform%%/*}" "${platform#*/}" "$commit" "${CI_PROJECT_URL:-}" "$diff" "$created" "$content" "$commit" >"$work/config.json"
    config=$(blob "$work/config.json")
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json",%s},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar",%s}]}' \
        "$config" "$layer" >"$work/manifest.json"
    manifest=$(blob "$work/manifest.json")
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",%s}]}' \
        "$manifest" >"$work/oci/index.json"
    if [ "$push" = yes ]; then
        crane push "$@" "$work/oci" "$image"
    fi
}

if [ "$push" = yes ]; then
    log_in
    if pushed; then
        say "$image is there already: nothing to build."
        exit 0
    fi
fi
say "Building $image with ${BUILDER:-buildah}"
case "${BUILDER:-buildah}" in
buildah) with_buildah ;;
kaniko) with_kaniko ;;
crane) with_crane ;;
*) fail "BUILDER is $BUILDER; it can be buildah, kaniko or crane" ;;
esac
if [ "$push" = yes ]; then
    say "Pushed $image"
else
    say "Built, but not pushed: this is ${branch:-${CI_COMMIT_TAG:-a merge request}}, and deliveries come from ${DELIVERY_BRANCH:-${DELIVERY_TAG:-no branch}}."
fi
