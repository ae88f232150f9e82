#!/bin/sh
# The quality gate: SonarQube's where SONAR_HOST_URL and SONAR_TOKEN are set, else the few checks below.
# Anything but exit 0 stops the pipeline. Yours: add what your language offers.
set -eu

say() { printf '%s\n' "$*"; }
fail() {
    printf 'quality: %s\n' "$*" >&2
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

. "$(dirname "$0")/authorities.sh"

# GET of SonarQube's API into a file; the token goes to curl through its standard input.
sonar() {
    printf 'header = "Authorization: Bearer %s"\n' "$SONAR_TOKEN" |
        curl --config - --silent --show-error --fail --max-time 30 --retry 3 --output "$work/answer" "${SONAR_HOST_URL%/}$1"
}

# The first "status" at or after a word in the answer.
status_after() {
    tr -d '\n ' <"$work/answer" | sed -n "s/.*\"$1\":{\\(.*\\)/\\1/p" | grep -o '"status":"[A-Z_]*"' | head -n 1 | cut -d '"' -f 4
}

sonar_gate() {
    if command -v sonar-scanner >/dev/null; then
        export SONAR_TOKEN
        sonar-scanner -Dsonar.host.url="$SONAR_HOST_URL" -Dsonar.projectKey="${SONAR_PROJECT_KEY:-${APP:-$CI_PROJECT_NAME}}" -Dsonar.scm.revision="${CI_COMMIT_SHA:-${GIT_COMMIT:-}}"
    fi
    query="projectKey=${SONAR_PROJECT_KEY:-${APP:-$CI_PROJECT_NAME}}"
    for report in .scannerwork/report-task.txt target/sonar/report-task.txt build/sonar/report-task.txt; do
        [ -f "$report" ] || continue
        task=$(sed -n 's/^ceTaskId=//p' "$report")
        attempt=0
        # The server works on an analysis in the background.
        while :; do
            sonar "/api/ce/task?id=$task" || fail "SonarQube does not answer"
            case $(status_after task) in
            SUCCESS) break ;;
            FAILED | CANCELED) fail "SonarQube could not finish analysis $task" ;;
            esac
            attempt=$((attempt + 1))
            [ "$attempt" -lt "${SONAR_ATTEMPTS:-60}" ] || fail "SonarQube has not finished analysis $task after $attempt looks"
            sleep "${SONAR_INTERVAL:-5}"
        done
        query="analysisId=$(tr -d '\n ' <"$work/answer" | grep -o '"analysisId":"[^"]*"' | cut -d '"' -f 4)"
    done
    sonar "/api/qualitygates/project_status?$query" || fail "SonarQube does not report the gate's state for $query"
    gate=$(status_after projectStatus)
    [ "$gate" = OK ] || fail "SonarQube's quality gate is ${gate:-unknown}, not OK; see $SONAR_HOST_URL/dashboard?id=${SONAR_PROJECT_KEY:-${APP:-$CI_PROJECT_NAME}}"
    say "SonarQube's quality gate: OK"
}

# Names of the files that have a line of this pattern, into $work/found. Only what POSIX knows: the grep and find of a
# small image have no more. grep says 1 for "no such line", so its other errors are noted by themselves.
files_with() {
    find . \( -name .git -o -name node_modules \) -prune -o -type f -exec sh -c '
        errors=$1 pattern=$2
        shift 2
        grep -lE -e "$pattern" "$@" 2>>"$errors.said" || [ "$?" -eq 1 ] || : >"$errors"
    ' sh "$work/errors" "$1" {} + >"$work/found" 2>"$work/errors.find" || : >"$work/errors"
    if [ -e "$work/errors" ]; then
        fail "the files cannot be searched: $(cat "$work/errors.find" "$work/errors.said" 2>/dev/null | head -n 3 | tr '\n' ' ')"
    fi
}

# What no repository should hold, whatever its language.
own_gate() {
    files_with '^(<<<<<<<|>>>>>>>) '
    if [ -s "$work/found" ]; then
        fail "conflict markers of a merge are left in: $(tr '\n' ' ' <"$work/found")"
    fi
    files_with '^-----BEGIN ([A-Z]+ )?PRIVATE KEY-----'
    if [ -s "$work/found" ]; then
        fail "private keys are in: $(tr '\n' ' ' <"$work/found")"
    fi
    for script in ci/*.sh; do
        sh -n "$script" || fail "$script is not a valid shell script"
    done
    say "No conflict markers, no private keys, scripts are valid."
}

if [ -n "${SONAR_HOST_URL:-}" ] && [ -n "${SONAR_TOKEN:-}" ]; then
    sonar_gate
else
    own_gate
fi
