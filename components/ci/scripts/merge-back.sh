#!/bin/sh
# Opens a merge request of what was released into each branch of MERGE_BACK that does not have it yet. Who merges it, and
# resolves conflicts, is a person: on the branch made here, so that nothing of the target gets into the release branch.
# Where the estate reports what becomes of commits (ROLLOUT), once the release is healthy on all clusters of its environment.
# Needs git and a checkout with the whole history; with ROLLOUT Node 20 or newer, and rollout.mjs beside it.
set -eu

say() { printf '%s\n' "$*"; }
fail() {
    printf 'merge-back: %s\n' "$*" >&2
    exit 1
}

: "${CI_COMMIT_SHA:?is not set}" "${CI_PROJECT_URL:?is not set}"
name=${CI_COMMIT_TAG:-${CI_COMMIT_BRANCH:-}}
[ -n "${MERGE_BACK:-}" ] || fail "MERGE_BACK is not set: this job has not got its variables from the estate. They belong to an environment; has the job the keyword environment?"
[ -n "${MERGE_BACK_TOKEN:-}" ] || fail "MERGE_BACK_TOKEN is empty: it is a protected variable, given to jobs on protected branches and tags only; is $name protected?"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export MERGE_BACK_TOKEN MERGE_BACK_USERNAME="${MERGE_BACK_USERNAME:-oauth2}" GIT_TERMINAL_PROMPT=0
. "$(dirname "$0")/authorities.sh"

if [ -n "${ROLLOUT:-}" ]; then
    if ! command -v node >/dev/null; then
        fail "this job's image has no Node, with which it waits until $name is healthy; take the one of pipeline.images.promote"
    fi
    # Node heeds the usual proxy variables from 22.21 and 24.5 on.
    code=0
    NODE_USE_ENV_PROXY=1 node "$(dirname "$0")/rollout.mjs" || code=$?
    case $code in
    0) ;;
    3) exit 0 ;;
    *) fail "nothing of $name is brought back before it is healthy." ;;
    esac
fi

# git asks this for the password, so that it is in no argument, no URL and no file.
writer='!f() { test "$1" = get && printf "username=%s\npassword=%s\n" "$MERGE_BACK_USERNAME" "$MERGE_BACK_TOKEN"; }; f'
own_git() { git -c credential.helper= -c credential.helper="$writer" "$@"; }

for target in $MERGE_BACK; do
    branch=merge-back/$name-into-$target
    own_git fetch --quiet "$CI_PROJECT_URL.git" "refs/heads/$target" 2>"$work/fetch" ||
        fail "cannot read branch $target, which gets what is released: $(cat "$work/fetch")"
    if git merge-base --is-ancestor "$CI_COMMIT_SHA" FETCH_HEAD; then
        say "$target has $name already."
        continue
    fi
    if own_git ls-remote --exit-code "$CI_PROJECT_URL.git" "refs/heads/$branch" >/dev/null 2>&1; then
        say "Branch $branch is there already, and so is or was its merge request."
        continue
    fi
    own_git push --quiet \
        -o merge_request.create \
        -o merge_request.target="$target" \
        -o merge_request.title="Merge $name into $target" \
        -o merge_request.remove_source_branch \
        "$CI_PROJECT_URL.git" "$CI_COMMIT_SHA:refs/heads/$branch" 2>"$work/push" ||
        fail "cannot push $branch, whose merge request would bring $name into $target: $(cat "$work/push")"
    if git merge-tree --write-tree FETCH_HEAD "$CI_COMMIT_SHA" >/dev/null 2>&1; then
        say "A merge request brings $name into $target."
    else
        say "A merge request brings $name into $target. It has conflicts: somebody resolves them on branch $branch."
    fi
done
