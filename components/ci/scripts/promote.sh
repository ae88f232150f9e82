#!/bin/sh
# Sees to it that the images a branch names are in that environment's own project of the registry.
#
# In the pipeline of a merge request from one environment's branch to the next it copies each image, by digest, before
# anything is merged: a pipeline that fails blocks the merge, and nothing has moved. After the merge the branch's
# pipeline runs it again and copies what is still missing. Running it twice does no harm.
#
# Any other merge request may change everything but the version: an image comes only from the environment before. That is
# found out by comparing with the target branch, and needs no credential: such a pipeline has none.
#
# "promote.sh copy" does the first, "promote.sh compare" the second, so that each can have an image of its own; without
# a word it does both.
#
# What is promoted where is in the variables PROMOTION_APPS and PROMOTIONS… that the estate sets; docs/pipelines of the
# estate explains them. Both need awk; to copy needs curl, and crane or skopeo where the environments have different
# registries; to compare needs git and a checkout with the whole history.
set -eu

say() { printf '%s\n' "$*"; }
complain() { printf 'promote: %s\n' "$*" >&2; }

target_branch=${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-${CHANGE_TARGET:-}}
source_branch=${CI_MERGE_REQUEST_SOURCE_BRANCH_NAME:-${CHANGE_BRANCH:-}}
part=${1:-all}
case "$part" in all | compare | copy) ;; *) complain "$part is no part of it; there are compare and copy" && exit 1 ;; esac
if [ -n "$target_branch" ]; then merging=yes; else merging=no; fi
target_branch=${target_branch:-${CI_COMMIT_BRANCH:-${BRANCH_NAME:-}}}
[ -n "$target_branch" ] || { complain "neither a merge request nor a branch is known here"; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The value of a variable whose name is made up.
value_of() { eval "printf '%s' \"\${$1:-}\""; }

# The file of an app's folder that names its version.
written_file() {
    case "$format" in
    helm) printf '%s' "$folder/values.yaml" ;;
    *) printf '%s' "$folder/kustomization.yaml" ;;
    esac
}

# The tag that is written in what is checked out; nothing when there is none yet.
written_tag() {
    if [ -f "$(written_file)" ]; then
        tag_in <"$(written_file)"
    fi
}

# The tag that is written in a commit.
tag_at() { git show "$1:$(written_file)" 2>/dev/null | tag_in; }

# The tag in the text of such a file.
tag_in() {
    awk -v format="$format" '
        function bare(text) { sub(/^[^:]*:[ \t]*/, "", text); sub(/[ \t]+#.*$/, "", text); gsub(/["'\'' \t\r]/, "", text); return text }
        function tell(text) { text = bare(text); if (text != "none") print text; exit }
        format == "helm" && /^imagetag:/ { tell($0) }
        format != "helm" && /^[A-Za-z]/ { list = /^images:/; entry = "" }
        format != "helm" && list && /^[ \t]*- / { entry = "" }
        format != "helm" && list && /^[ \t]*(- )?name:/ { entry = bare($0) }
        format != "helm" && list && entry == "app" && /^[ \t]+newTag:/ { tell($0) }
    '
}

# The value of a field of the outermost JSON object, when it is a text.
json_field() {
    awk -v want="$1" '
        { text = text $0 "\n" }
        END {
            for (i = 1; i <= length(text); i++) {
                c = substr(text, i, 1)
                if (c == "\"") {
                    string = ""
                    for (i++; (c = substr(text, i, 1)) != "\"" && i <= length(text); i++) {
                        if (c == "\\") { i++; c = substr(text, i, 1) }
                        string = string c
                    }
                    if (depth == 1 && value && key == want) { print string; exit }
                    if (depth == 1 && !value) key = string
                }
                else if (c == "{" || c == "[") depth++
                else if (c == "}" || c == "]") depth--
                else if (c == ":" && depth == 1) value = 1
                else if (c == "," && depth == 1) value = 0
            }
        }
    '
}

quoted() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

# Who has protected variables, and what to do about it.
who_has_it() {
    if [ "$merging" = no ]; then
        printf '%s' "jobs have it only on protected branches; is $target_branch protected?"
        return
    fi
    printf '%s' "the pipeline of a merge request has it only when $source_branch and $target_branch are protected, the project" \
        " lets merge requests have it (GitLab 18.1 or newer), and whoever started the pipeline may merge into $target_branch." \
        " ${GITLAB_USER_LOGIN:-Somebody} started this one; each push to $source_branch starts one for whoever pushes." \
        " Somebody who may merge into $target_branch opens ${CI_MERGE_REQUEST_PROJECT_URL:+$CI_MERGE_REQUEST_PROJECT_URL/-/merge_requests/${CI_MERGE_REQUEST_IID:-}/pipelines, }the merge request's tab Pipelines, and presses \"Run pipeline\"."
}

# A call of a registry's API: harbor <registry> <method> <path>. Sets $status and leaves the body in $work/body.
# Credentials go to curl through its standard input. A server that fails or is away is asked again.
harbor() {
    url=$(value_of "PROMOTION_$1_URL$suffix")
    user=$(value_of "PROMOTION_$1_USERNAME$suffix")
    password=$(value_of "PROMOTION_$1_PASSWORD$suffix")
    call="$2 $url/api/v2.0$3"
    if [ -z "$password" ]; then
        complain "$app: PROMOTION_$1_PASSWORD$suffix is empty. It is a protected variable: $(who_has_it)"
        return 1
    fi
    if [ "$(value_of "PROMOTION_$1_INSECURE$suffix")" = true ]; then set -- "$@" --insecure; fi
    method=$2 path=$3
    shift 3
    attempt=1
    while :; do
        : >"$work/body"
        status=$(
            printf 'user = "%s:%s"\n' "$(quoted "$user")" "$(quoted "$password")" |
                curl --config - --silent --show-error --max-time "${PROMOTION_TIMEOUT:-120}" --request "$method" \
                    --header 'Accept: application/json' --output "$work/body" --write-out '%{http_code}' "$@" \
                    "$url/api/v2.0$path" 2>"$work/curl"
        ) || status=000
        case "$status" in
        000 | 429 | 5??) ;;
        *) return 0 ;;
        esac
        if [ "$attempt" -ge "${PROMOTION_ATTEMPTS:-6}" ]; then
            complain "$app: $call failed $attempt times, the last time with $(answer). Nothing moved; run the job again when the registry is well."
            return 1
        fi
        say "$app: $call: $(answer); trying again"
        sleep "$((attempt * ${PROMOTION_INTERVAL:-2}))"
        attempt=$((attempt + 1))
    done
}

# What the last call was answered, in one line.
answer() {
    if [ "$status" = 000 ]; then
        printf 'no answer (%s)' "$(tail -n 1 "$work/curl")"
    else
        printf 'status %s %s' "$status" "$(tr '\n' ' ' <"$work/body" | sed -n 's/.*"message":[ ]*"\([^"]*\)".*/(\1)/p')"
    fi
}

# Path of a repository in the API; a slash in its name is encoded twice there.
repository_path() {
    rest=${1#*/}
    printf '/projects/%s/repositories/%s' "${rest%%/*}" "$(printf '%s' "${rest#*/}" | sed 's|/|%252F|g')"
}

# Digest of a tag: digest_of <registry> <image> <tag>. Sets $digest; empty when there is no such tag.
digest_of() {
    harbor "$1" GET "$(repository_path "$2")/artifacts/$3?with_tag=false&with_scan_overview=false" || return 1
    digest=
    case "$status" in
    200) digest=$(json_field digest <"$work/body") ;;
    404) ;;
    *)
        complain "$app: cannot read $2:$3: $call was answered with $(answer). Has the promotion robot the right to read artifacts of that project, and has it not expired?"
        return 1
        ;;
    esac
}

# Inside one registry it copies by itself, with everything that belongs to the image.
copy_inside() {
    source_path=${source_image#*/}
    harbor "$target_registry" POST "$(repository_path "$target_image")/artifacts?from=$source_path@$source_digest" || return 1
    case "$status" in
    201) ;;
    404) complain "$app: $source_image@$source_digest is gone, or project of $target_image is: $call was answered with $(answer). Deliver the version again, or look at the project's retention." && return 1 ;;
    403) complain "$app: the promotion robot may not copy into the project of $target_image: $call was answered with $(answer). Look at the robot's permissions; the estate's next update restores them." && return 1 ;;
    412) complain "$app: a tag in the project of $target_image cannot be moved: $call was answered with $(answer). A tag of this image is immutable there and stands for another image; deliver a new commit instead." && return 1 ;;
    *) complain "$app: the registry refused to copy $source_image@$source_digest: $call was answered with $(answer)." && return 1 ;;
    esac
}

# Between registries the image is pulled from one and pushed to the other.
copy_across() {
    mkdir -p "$work/login"
    auths=
    for name in "$source_registry" "$target_registry"; do
        host=$(value_of "PROMOTION_${name}_URL$suffix" | sed 's|^[a-z]*://||')
        auth=$(printf '%s:%s' "$(value_of "PROMOTION_${name}_USERNAME$suffix")" "$(value_of "PROMOTION_${name}_PASSWORD$suffix")" | base64 | tr -d '\n')
        auths="$auths${auths:+,}\"$host\":{\"auth\":\"$auth\"}"
    done
    (umask 077 && printf '{"auths":{%s}}\n' "$auths" >"$work/login/config.json")
    insecure=$(value_of "PROMOTION_${source_registry}_INSECURE$suffix")$(value_of "PROMOTION_${target_registry}_INSECURE$suffix")
    attempt=1
    until across_once; do
        if [ "$attempt" -ge "${PROMOTION_ATTEMPTS:-6}" ]; then
            complain "$app: copying $source_image@$source_digest to $target_image:$tag failed $attempt times: $(tail -n 1 "$work/copy"). Nothing moved; run the job again when both registries are well."
            return 1
        fi
        sleep "$((attempt * ${PROMOTION_INTERVAL:-2}))"
        attempt=$((attempt + 1))
    done
}

across_once() {
    set --
    if command -v crane >/dev/null; then
        case "$insecure" in *true*) set -- --insecure ;; esac
        DOCKER_CONFIG=$work/login crane copy "$@" "$source_image@$source_digest" "$target_image:$tag" >"$work/copy" 2>&1
    elif command -v skopeo >/dev/null; then
        case "$insecure" in *true*) set -- --src-tls-verify=false --dest-tls-verify=false ;; esac
        skopeo copy --all --preserve-digests --authfile "$work/login/config.json" "$@" \
            "docker://$source_image@$source_digest" "docker://$target_image:$tag" >"$work/copy" 2>&1
    else
        echo "this job's image has neither crane nor skopeo" >"$work/copy"
        attempt=${PROMOTION_ATTEMPTS:-6}
        return 1
    fi
}

# Whether the source environment's branch is merged here, or was.
promoting() {
    [ "$merging" = no ] && return
    [ "$source_branch" = "$source" ] && [ -z "${CHANGE_FORK:-}" ] &&
        [ "${CI_MERGE_REQUEST_SOURCE_PROJECT_PATH:-}" = "${CI_MERGE_REQUEST_PROJECT_PATH:-}" ]
}

no_version() {
    say "$app: no version is written in $folder yet."
    for source_file in "$folder"/.argocd-source-*.yaml; do
        if [ -f "$source_file" ]; then
            say "$app: $source_file has one, which only that application reads; set the updater's writeBack to values to promote it."
        fi
    done
}

# The target branch's commit, and the one that what is checked out was made from.
target_commit='' common_commit=''
read_target() {
    [ -z "$common_commit" ] || return 0
    if ! command -v git >/dev/null; then
        echo "this job's image has no git" >"$work/git"
        return 1
    fi
    # Where the checkout has it already, it does not matter whether this job may fetch.
    GIT_TERMINAL_PROMPT=0 git fetch --quiet origin "+refs/heads/$target_branch:refs/remotes/origin/$target_branch" 2>"$work/git" || true
    target_commit=$(git rev-parse --verify --quiet "refs/remotes/origin/$target_branch^{commit}") || return 1
    common_commit=$(git merge-base HEAD "$target_commit" 2>>"$work/git") || return 1
}

# One app, in a merge request that is no promotion: its version is one that the target branch has, or had.
compare() {
    tag=$(written_tag)
    if [ -z "$tag" ]; then
        no_version
        return 0
    fi
    if ! read_target; then
        complain "$app: cannot compare with $target_branch, so it is not known whether $source_branch changes the version: $(tail -n 1 "$work/git"). The job needs git, and a checkout that has $target_branch and the whole history: in GitLab GIT_DEPTH 0, in Jenkins $target_branch in the checkout's refspec."
        return 1
    fi
    if [ "$tag" = "$(tag_at "$common_commit")" ]; then
        say "$app: $source_branch leaves the version as it is."
        return 0
    fi
    # What was merged, and not what the merged branches went through before.
    for commit in $(git rev-list --first-parent "$target_commit" -- "$(written_file)"); do
        if [ "$tag" = "$(tag_at "$commit")" ]; then
            say "$app: $source_branch has version $tag, which $target_branch has had."
            return 0
        fi
    done
    complain "$app: branch $source_branch brings version $tag, which $target_branch has never had. Versions come to $target_branch only by merging $source; take the tag out of this branch."
    return 1
}

# One app, from the environment before into this one.
promote() {
    tag=$(written_tag)
    if [ -z "$tag" ]; then
        no_version
        return 0
    fi
    digest_of "$target_registry" "$target_image" "$tag" || return 1
    target_digest=$digest
    if [ -n "$target_digest" ] && [ "$merging" = no ]; then
        say "$app: $target_image:$tag is there ($target_digest)."
        return 0
    fi
    digest_of "$source_registry" "$source_image" "$tag" || return 1
    source_digest=$digest
    if [ -z "$source_digest" ] && [ -n "$target_digest" ]; then
        say "$app: $target_image:$tag is there ($target_digest); $source_image has it no more."
        return 0
    fi
    if [ -z "$source_digest" ]; then
        complain "$app: $source_image:$tag does not exist: $call was answered with $(answer). Was the image pushed, and has retention not removed it? Deliver the version to $source again."
        return 1
    fi
    if [ "$target_digest" = "$source_digest" ]; then
        say "$app: $target_image:$tag is there ($target_digest)."
        return 0
    fi
    if [ -n "$target_digest" ]; then
        complain "$app: $target_image:$tag stands for another image ($target_digest) than $source_image:$tag ($source_digest). A version is one image everywhere, so the tag is not moved; deliver a new commit instead."
        return 1
    fi
    if [ "$source_registry" = "$target_registry" ]; then copy_inside || return 1; else copy_across || return 1; fi
    digest_of "$target_registry" "$target_image" "$tag" || return 1
    if [ "$digest" != "$source_digest" ]; then
        complain "$app: after the copy $target_image:$tag is ${digest:-missing}, and should be $source_digest. Look at what else writes to that project."
        return 1
    fi
    say "$app: copied $source_image:$tag to $target_image:$tag ($source_digest)."
}

# A row of PROMOTIONS…: words like key=value. Sets a variable for each.
read_row() {
    format='' folder='' source='' source_image='' source_registry='' target='' target_image='' target_registry=''
    for word in $1; do
        case "$word" in
        format=*) format=${word#*=} ;;
        folder=*) folder=${word#*=} ;;
        source=*) source=${word#*=} ;;
        source_image=*) source_image=${word#*=} ;;
        source_registry=*) source_registry=${word#*=} ;;
        target=*) target=${word#*=} ;;
        target_image=*) target_image=${word#*=} ;;
        target_registry=*) target_registry=${word#*=} ;;
        esac
    done
}

failed=0
rows=0
for entry in ${PROMOTION_APPS:-}; do
    # "web" with keys of its own in a repository of one app, "web:_WEB" with keys that end in _WEB in a shared one.
    app=${entry%%:*}
    suffix=${entry#"$app"}
    suffix=${suffix#:}
    table=$(value_of "PROMOTIONS$suffix")
    while [ -n "$table" ]; do
        row=${table%%;*}
        case "$table" in *";"*) table=${table#*;} ;; *) table= ;; esac
        read_row "$row"
        if [ "$target" = "$target_branch" ]; then
            rows=$((rows + 1))
            if promoting; then work_on=copy; else work_on=compare; fi
            case "$part$work_on" in
            allcopy | copycopy) promote || failed=$((failed + 1)) ;;
            allcompare | comparecompare) compare || failed=$((failed + 1)) ;;
            copycompare) say "$app: $source_branch is not promoted into $target_branch; the job that compares sees to its version." ;;
            comparecopy) say "$app: $source_branch is promoted into $target_branch; the job that copies sees to its version." ;;
            esac
        fi
    done
done
if [ "$rows" -eq 0 ]; then
    say "Nothing is promoted into $target_branch."
fi
if [ "$failed" -gt 0 ]; then
    complain "$failed of $rows apps cannot go to $target_branch; see above."
    exit 1
fi
