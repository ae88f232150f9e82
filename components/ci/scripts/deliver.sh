#!/bin/sh
# Writes this commit's tag into the config repository, on the branch of the first environment.
# When many pipelines do so at once, the newest commit wins: a tag is never replaced by that of an older commit.
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
: "${DELIVERY_BRANCH:?the variable DELIVERY_BRANCH is not set: this project has not got its variables from the estate}"
tag=${TAG_PREFIX:-}$(printf '%.10s' "$commit")

if [ "$branch" != "$DELIVERY_BRANCH" ]; then
    say "Not delivered: deliveries of ${APP:-this app} come from $DELIVERY_BRANCH now, and this is $branch."
    exit 0
fi
if [ "${TAG_WRITER:-ci}" = updater ]; then
    say "Nothing to write: Argo CD Image Updater finds $IMAGE:$tag by itself."
    exit 0
fi
: "${CONFIG_REPOSITORY:?is not set}" "${CONFIG_BRANCH:?is not set}" "${CONFIG_FOLDER:?is not set}" "${CONFIG_FORMAT:?is not set}"
[ -n "${CONFIG_TOKEN:-}" ] || fail "CONFIG_TOKEN is empty: it is a protected variable, given to jobs on protected branches only; is $branch protected?"
[ "$(git rev-parse --is-shallow-repository)" = false ] || fail "the checkout has not the whole history, so older and newer commits cannot be told apart; set GIT_DEPTH to 0"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export CONFIG_TOKEN CONFIG_USERNAME="${CONFIG_USERNAME:-oauth2}" GIT_TERMINAL_PROMPT=0
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

# git asks this for the password, so that it stands in no argument, no URL and no file.
writer='!f() { test "$1" = get && printf "username=%s\npassword=%s\n" "$CONFIG_USERNAME" "$CONFIG_TOKEN"; }; f'
config_git() { git -C "$work/config" -c credential.helper= -c credential.helper="$writer" "$@"; }

case "$CONFIG_FORMAT" in
helm) file=$CONFIG_FOLDER/values.yaml ;;
kustomize) file=$CONFIG_FOLDER/kustomization.yaml ;;
*) fail "CONFIG_FORMAT is $CONFIG_FORMAT; it can be helm or kustomize" ;;
esac

# With a tag: prints the file with it. Without: prints the tag that is written. Exit 3 when there is no place for one.
tag_in() {
    awk -v format="$CONFIG_FORMAT" -v tag="${2:-}" '
        function bare(text) { sub(/^[^:]*:[ \t]*/, "", text); sub(/[ \t]+#.*$/, "", text); gsub(/["'\'' \t\r]/, "", text); return text }
        format == "helm" && /^imagetag:/ { place = 1 }
        # The entry of the list "images" whose name is "app".
        format == "kustomize" && /^[A-Za-z]/ { list = /^images:/; entry = "" }
        format == "kustomize" && list && /^[ \t]*- / { entry = "" }
        format == "kustomize" && list && /^[ \t]*(- )?name:/ { entry = bare($0) }
        format == "kustomize" && list && entry == "app" && /^[ \t]+newTag:/ { place = 1 }
        place && !found {
            found = 1
            if (tag == "") { print bare($0) } else { match($0, /^[^:]*:/); print substr($0, 1, RLENGTH) " \"" tag "\"" }
            place = 0
            next
        }
        { place = 0 }
        tag != "" { print }
        END { if (!found) exit 3 }
    ' "$1"
}

# The head of the delivered branch, so that a newer commit than this one is known here.
fetch_delivery_branch() {
    if [ -n "${CI_JOB_TOKEN:-}" ] && [ -n "${CI_PROJECT_URL:-}" ]; then
        export CI_JOB_TOKEN
        reader='!f() { test "$1" = get && printf "username=gitlab-ci-token\npassword=%s\n" "$CI_JOB_TOKEN"; }; f'
        git -c credential.helper= -c credential.helper="$reader" fetch --quiet "$CI_PROJECT_URL.git" "refs/heads/$DELIVERY_BRANCH" 2>"$work/fetch" && return
    fi
    git fetch --quiet origin "refs/heads/$DELIVERY_BRANCH" 2>>"$work/fetch"
}

# How this commit stands to the tag that is written: same, older, newer.
compare_with() {
    case "$1" in "" | none) echo newer && return ;; esac
    if [ "$1" = "$tag" ]; then echo same && return; fi
    if ! other=$(git rev-parse --verify --quiet "${1#"${TAG_PREFIX:-}"}^{commit}"); then
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
fetch_delivery_branch || fail "cannot read $DELIVERY_BRANCH of this project to see whether a newer commit was delivered: $(cat "$work/fetch")"

attempt=1
while :; do
    config_git reset --quiet --hard "origin/$CONFIG_BRANCH"
    target=$work/config/$file
    [ -f "$target" ] || fail "$file is not in branch $CONFIG_BRANCH of $CONFIG_REPOSITORY"
    written=$(tag_in "$target") || fail "$file has no place for a tag: $([ "$CONFIG_FORMAT" = helm ] && echo 'no line "imagetag:"' || echo 'no "newTag" in the entry "app" of "images"')"
    case $(compare_with "$written") in
    same)
        say "$tag stands in $CONFIG_BRANCH already."
        exit 0
        ;;
    older)
        say "Not delivered: $CONFIG_BRANCH has $written, which is newer than $tag."
        exit 0
        ;;
    esac
    tag_in "$target" "$tag" >"$work/new"
    cat "$work/new" >"$target"
    config_git add -- "$file"
    config_git -c user.name="${GITLAB_USER_NAME:-CI of ${APP:-app}}" -c user.email="${GITLAB_USER_EMAIL:-ci@localhost}" -c commit.gpgSign=false \
        commit --quiet -m "${APP:-app}: deliver $tag" -m "$(git show -s --format=%s "$commit")" \
        -m "App-Commit: $commit
App-Author: $(git show -s --format='%an <%ae>' "$commit")
App-Pipeline: ${CI_PIPELINE_URL:-${BUILD_URL:-unknown}}"
    if config_git push --quiet origin "HEAD:refs/heads/$CONFIG_BRANCH" 2>"$work/push"; then
        say "$CONFIG_BRANCH of $CONFIG_REPOSITORY now has $tag (before: ${written:-nothing})."
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
