#!/bin/sh
# Writes this commit's tag into the config repository, where the environment it is delivered to has its version.
# When many pipelines do so at once, the newest commit wins: a tag is never replaced by that of an older commit. Where a
# person delivers (DELIVERY_START), the older one is taken too: that is a rollback.
# With CONFIG_FORMAT compose the tag stands with the digest IMAGE_DIGEST; and where DELIVERED_TO names a folder, what is then
# in the config repository's is put there.
# Needs git and a checkout with the whole history.
set -eu

say() { printf '%s\n' "$*"; }
fail() {
    printf 'deliver: %s\n' "$*" >&2
    exit 1
}

commit=${CI_COMMIT_SHA:-${GIT_COMMIT:-}}
branch=${CI_COMMIT_BRANCH:-${BRANCH_NAME:-}}
[ -n "$commit" ] || fail "neither CI_COMMIT_SHA nor GIT_COMMIT says which commit this is"
delivered=${DELIVERY_BRANCH:-${DELIVERY_TAG:-}}
[ -n "$delivered" ] || fail "the variable DELIVERY_BRANCH is not set: this project has not got its variables from the estate"
case "${TAG_OF:-commit}" in
ref) tag=${CI_COMMIT_TAG:-} ;;
# As ci/image.sh has it.
branch) tag=$(printf '%.100s' "$branch" | tr -c 'A-Za-z0-9_.-' '-').$(printf '%.10s' "$commit") ;;
*) tag=${TAG_PREFIX:-}$(printf '%.10s' "$commit") ;;
esac

if [ -n "${DELIVERY_BRANCH:-}" ]; then ref=$branch; else ref=${CI_COMMIT_TAG:-}; fi
# shellcheck disable=SC2254
case "$ref" in
$delivered) ;;
*)
    say "Not delivered: deliveries of ${APP:-this app} come from $delivered now, and this is ${branch:-${CI_COMMIT_TAG:-no branch}}."
    exit 0
    ;;
esac
if [ "${TAG_WRITER:-ci}" = updater ]; then
    say "Nothing to write: Argo CD Image Updater finds $IMAGE:$tag by itself."
    exit 0
fi
: "${CONFIG_REPOSITORY:?is not set}" "${CONFIG_BRANCH:?is not set}" "${CONFIG_FOLDER:?is not set}" "${CONFIG_FORMAT:?is not set}"
[ -n "${CONFIG_TOKEN:-}" ] || fail "CONFIG_TOKEN is empty: it is a protected variable, given to jobs on protected branches only; is ${branch:-${CI_COMMIT_TAG:-it}} protected?"
[ "$(git rev-parse --is-shallow-repository)" = false ] || fail "the checkout has not the whole history, so older and newer commits cannot be distinguished; set GIT_DEPTH to 0"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export CONFIG_TOKEN CONFIG_USERNAME="${CONFIG_USERNAME:-oauth2}" GIT_TERMINAL_PROMPT=0
. "$(dirname "$0")/authorities.sh"

# git asks this for the password, so that it is in no argument, no URL and no file.
writer='!f() { test "$1" = get && printf "username=%s\npassword=%s\n" "$CONFIG_USERNAME" "$CONFIG_TOKEN"; }; f'
config_git() { git -C "$work/config" -c credential.helper= -c credential.helper="$writer" "$@"; }

case "$CONFIG_FORMAT" in
helm) file=$CONFIG_FOLDER/values.yaml ;;
kustomize) file=$CONFIG_FOLDER/kustomization.yaml ;;
plain) file=$CONFIG_FOLDER/deployment.yaml ;;
compose) file=$CONFIG_FOLDER/compose.yaml ;;
jsonnet) file=$CONFIG_FOLDER/version.libsonnet ;;
*) fail "CONFIG_FORMAT is $CONFIG_FORMAT; it can be helm, kustomize, plain, jsonnet or compose" ;;
esac

# What names the place of the tag.
place_in() {
    case "$CONFIG_FORMAT" in
    helm) echo 'line "imagetag:"' ;;
    kustomize) echo '"newTag" in the entry "app" of "images"' ;;
    plain | compose) echo 'line "image: <name>:<tag> # version"' ;;
    jsonnet) echo 'line "imagetag: '"''"',"' ;;
    esac
}

# With a tag: prints the file with it. Without: prints the tag that is written. Exit 3 when there is no place for one.
tag_in() {
    awk -v format="$CONFIG_FORMAT" -v tag="${2:-}" -v digest="${IMAGE_DIGEST:-}" '
        # Flux finds the place of a tag by a comment. Any other was about the tag that goes.
        function mark(text) { return match(text, /[ \t]+#[ \t]*[{]"[$]imagepolicy":.*$/) ? substr(text, RSTART) : "" }
        function bare(text) { sub(/^[^:]*:[ \t]*/, "", text); sub(/[ \t]+#.*$/, "", text); gsub(/["'\'' \t\r]/, "", text); return text }
        format == "helm" && /^imagetag:/ { place = 1 }
        # The entry of the list "images" whose name is "app".
        format == "kustomize" && /^[A-Za-z]/ { list = /^images:/; entry = "" }
        format == "kustomize" && list && /^[ \t]*- / { entry = "" }
        format == "kustomize" && list && /^[ \t]*(- )?name:/ { entry = bare($0) }
        format == "kustomize" && list && entry == "app" && /^[ \t]+newTag:/ { place = 1 }
        format == "jsonnet" && /^[ \t]*imagetag:/ {
            if (tag == "" && !found) { value = bare($0); sub(/,$/, "", value); print value }
            if (tag != "" && !found) { match($0, /^[^:]*:/); print substr($0, 1, RLENGTH) " '\''" tag "'\''," }
            if (!found) { found = 1; next }
        }
        # Each image with the comment behind it, and the line that has no pods until there is one.
        (format == "plain" || format == "compose") && /^[ \t]*(- )?image:.*[ \t]# version[ \t\r]*$/ {
            value = bare($0)
            sub(/@sha256:.*$/, "", value)
            match(value, /:[A-Za-z0-9_][A-Za-z0-9_.-]*$/)
            if (RSTART > 0) {
                if (tag == "" && !found) { print substr(value, RSTART + 1) }
                found = 1
                if (tag != "") {
                    name = substr(value, 1, RSTART - 1)
                    match($0, /image:/)
                    print substr($0, 1, RSTART + RLENGTH - 1) " " name ":" tag (format == "compose" && digest != "" ? "@" digest : "") " # version"
                    next
                }
            }
        }
        format == "plain" && tag != "" && /^[ \t]*replicas: 0[ \t]+# until there is a version[ \t\r]*$/ { sub(/0[ \t]+#.*/, "1") }
        place && !found {
            found = 1
            if (tag == "") { print bare($0) } else { kept = mark($0); match($0, /^[^:]*:/); print substr($0, 1, RLENGTH) " \"" tag "\"" kept }
            place = 0
            next
        }
        { place = 0 }
        tag != "" { print }
        END { if (!found) exit 3 }
    ' "$1"
}

# What is delivered now, for who runs it.
hand_out() {
    if [ -n "${DELIVERED_TO:-}" ]; then cp -R "$work/config/$CONFIG_FOLDER/." "$DELIVERED_TO"; fi
}

# The head of the delivered branch, so that a newer commit than this one is known here.
fetch_delivery_branch() {
    if [ -z "$branch" ]; then return; fi
    if [ -n "${CI_JOB_TOKEN:-}" ] && [ -n "${CI_PROJECT_URL:-}" ]; then
        export CI_JOB_TOKEN
        reader='!f() { test "$1" = get && printf "username=gitlab-ci-token\npassword=%s\n" "$CI_JOB_TOKEN"; }; f'
        git -c credential.helper= -c credential.helper="$reader" fetch --quiet "$CI_PROJECT_URL.git" "refs/heads/$branch" 2>"$work/fetch" && return
    fi
    git fetch --quiet origin "refs/heads/$branch" 2>>"$work/fetch"
}

# The one commit whose name begins so. Not by rev-parse alone, which takes a tag or branch of that name before the commit.
commit_named() {
    case "$1" in "" | *[!0-9a-f]*) return 1 ;; esac
    # shellcheck disable=SC2046
    set -- $(git rev-parse --disambiguate="$1" | git cat-file --batch-check='%(objecttype) %(objectname)' | sed -n 's/^commit //p')
    [ $# -eq 1 ] && echo "$1"
}

# How this commit compares to the tag that is written: same, older, newer.
compare_with() {
    case "$1" in "" | none) echo newer && return ;; esac
    if [ "$1" = "$tag" ]; then echo same && return; fi
    # A person has decided.
    if [ "${DELIVERY_START:-push}" = person ] || [ "${TAG_OF:-}" = ref ]; then echo newer && return; fi
    if [ "${TAG_OF:-}" = branch ]; then written_commit=${1##*.}; else written_commit=${1#"${TAG_PREFIX:-}"}; fi
    if ! other=$(commit_named "$written_commit"); then
        # Not of this branch: written by hand, or before deliveries were switched to it.
        echo newer
    elif git merge-base --is-ancestor "$commit" "$other"; then
        echo older
    else
        echo newer
    fi
}

git clone --quiet --depth 1 --no-checkout --config credential.helper= --config "credential.helper=$writer" \
    --branch "$CONFIG_BRANCH" -- "$CONFIG_REPOSITORY" "$work/config" 2>"$work/clone" ||
    fail "cannot clone $CONFIG_REPOSITORY, branch $CONFIG_BRANCH: $(cat "$work/clone")"
# Only now: whatever commit is written there already must be known here.
fetch_delivery_branch || fail "cannot read $branch of this project to see whether a newer commit was delivered: $(cat "$work/fetch")"

attempt=1
while :; do
    config_git reset --quiet --hard "refs/remotes/origin/$CONFIG_BRANCH"
    target=$work/config/$file
    [ -f "$target" ] || fail "$file is not in branch $CONFIG_BRANCH of $CONFIG_REPOSITORY"
    written=$(tag_in "$target") || fail "$file has no place for a tag: no $(place_in)"
    case $(compare_with "$written") in
    same)
        say "$CONFIG_BRANCH has $tag already."
        hand_out
        exit 0
        ;;
    older)
        say "Not delivered: $CONFIG_BRANCH has $written, which is newer than $tag."
        hand_out
        exit 0
        ;;
    esac
    # A merge carries the files of other environments on, so they get the version too.
    for each in "$file" ${CONFIG_CARRIES:-}; do
        [ -f "$work/config/$each" ] || continue
        tag_in "$work/config/$each" "$tag" >"$work/new" || fail "$each has no place for a tag: no $(place_in)"
        cat "$work/new" >"$work/config/$each"
        config_git add -- "$each"
    done
    config_git -c user.name="${GITLAB_USER_NAME:-CI of ${APP:-app}}" -c user.email="${GITLAB_USER_EMAIL:-ci@localhost}" -c commit.gpgSign=false \
        commit --quiet -m "${APP:-app}: deliver $tag" -m "$(git show -s --format=%s "$commit")" \
        -m "App-Commit: $commit
App-Author: $(git show -s --format='%an <%ae>' "$commit")
App-Pipeline: ${CI_PIPELINE_URL:-${BUILD_URL:-unknown}}"
    if config_git push --quiet ${CONFIG_PUSH_OPTION:+"--push-option=$CONFIG_PUSH_OPTION"} origin "HEAD:refs/heads/$CONFIG_BRANCH" 2>"$work/push"; then
        say "$CONFIG_BRANCH of $CONFIG_REPOSITORY now has $tag (before: ${written:-nothing})."
        hand_out
        exit 0
    fi
    [ "$attempt" -lt "${DELIVERY_ATTEMPTS:-10}" ] || fail "cannot push to $CONFIG_BRANCH of $CONFIG_REPOSITORY after $attempt attempts: $(cat "$work/push")"
    # Somebody was faster, or the server was busy: look again at what is there now.
    say "Attempt $attempt: $(tail -n 1 "$work/push")"
    sleep "$(((attempt > 5 ? 5 : attempt) + $$ % 2))"
    attempt=$((attempt + 1))
    config_git fetch --quiet --depth 1 origin "+refs/heads/$CONFIG_BRANCH:refs/remotes/origin/$CONFIG_BRANCH" 2>>"$work/push" || true
    fetch_delivery_branch || true
done
