#!/bin/sh
# Delivers this commit to a machine with Docker Compose: pulls its image, writes tag and digest into the config repository
# with ci/deliver.sh, and runs the Compose file that is there then. Fails when it does not get healthy, with the last logs.
# What became of it is in the folder deployment/, for ci/card.mjs.
#
# The machine is the one this job runs on, or MACHINE_HOST over SSH with the key MACHINE_KEY (base64).
# Needs git, docker with compose, a checkout with the whole history and, over SSH, ssh.
set -eu

say() { printf '%s\n' "$*"; }
outcome=deployment
# A runner may have that of an earlier job.
rm -rf "$outcome"
mkdir "$outcome"
# Until there is a better word for it.
echo failed >"$outcome/event"
fail() {
    printf 'compose: %s\n' "$*" >&2
    # A failure that has logs has them already.
    [ -s "$outcome/message" ] || printf '%s\n' "$*" >"$outcome/message"
    exit 1
}

: "${IMAGE:?the variable IMAGE is not set: this job has not got its variables from the estate. They belong to an environment; has the job the keyword environment?}"
: "${REGISTRY:?is not set}" "${MACHINE:?is not set}" "${MACHINE_PROJECT:?is not set}" "${PULL_USERNAME:?is not set}"
[ -n "${PULL_PASSWORD:-}" ] || fail "PULL_PASSWORD is empty: it is a protected variable, given to jobs on protected branches and tags only; is ${CI_COMMIT_REF_NAME:-this one} protected?"

case "${TAG_OF:-commit}" in
ref) tag=${CI_COMMIT_TAG:-} ;;
# As ci/image.sh has it.
branch) tag=$(printf '%.100s' "${CI_COMMIT_BRANCH:-}" | tr -c 'A-Za-z0-9_.-' '-').$(printf '%.10s' "${CI_COMMIT_SHA:-}") ;;
*) tag=${TAG_PREFIX:-}$(printf '%.10s' "${CI_COMMIT_SHA:-}") ;;
esac
# A pin says what runs, whatever is built.
running=${DELIVERY_PIN:-$tag}
printf '%s\n' "$IMAGE:$running" >"$outcome/image"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Where Docker is, as far as the runner's own settings say it: they are not looked at afterwards.
if [ -z "${MACHINE_HOST:-}" ] && [ -z "${DOCKER_HOST:-}" ]; then
    DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null) || DOCKER_HOST=
    if [ -n "$DOCKER_HOST" ]; then export DOCKER_HOST; else unset DOCKER_HOST; fi
fi

# Credentials go through a file that only this job can read, never through arguments.
mkdir -m 700 "$work/login"
auth=$(printf '%s:%s' "$PULL_USERNAME" "$PULL_PASSWORD" | base64 | tr -d '\n')
(umask 077 && printf '{"auths":{"%s":{"auth":"%s"}}}\n' "$REGISTRY" "$auth" >"$work/login/config.json")
if [ -d "${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins" ]; then
    ln -s "${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins" "$work/login/cli-plugins"
fi
export DOCKER_CONFIG="$work/login"

# docker starts the ssh that it finds first, and has no option for its key and for what it trusts.
over_ssh() {
    [ -n "${MACHINE_KEY:-}" ] || fail "MACHINE_KEY is empty: it is a protected variable, given to jobs on protected branches and tags only; is ${CI_COMMIT_REF_NAME:-this one} protected?"
    program=$(command -v ssh) || fail "this job's image has no ssh, which reaches $MACHINE_HOST; see pipeline.images.compose of the estate"
    mkdir -m 700 "$work/ssh" "$work/bin"
    (umask 077 && printf '%s' "$MACHINE_KEY" | base64 -d >"$work/ssh/key") || fail "MACHINE_KEY is not base64"
    host=$MACHINE_HOST
    if [ "${MACHINE_PORT:-22}" != 22 ]; then host="[$host]:$MACHINE_PORT"; fi
    printf '%s' "${MACHINE_HOST_KEYS:?is not set}" | tr ',' '\n' | sed "s/^/$host /" >"$work/ssh/known_hosts"
    cat >"$work/ssh/config" <<END
IdentityFile $work/ssh/key
IdentitiesOnly yes
UserKnownHostsFile $work/ssh/known_hosts
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking yes
UpdateHostKeys no
BatchMode yes
END
    printf '#!/bin/sh\nexec "%s" -F "%s" "$@"\n' "$program" "$work/ssh/config" >"$work/bin/ssh"
    chmod 700 "$work/bin/ssh"
    export PATH="$work/bin:$PATH" DOCKER_HOST="ssh://$MACHINE_USER@$MACHINE_HOST:${MACHINE_PORT:-22}"
}
if [ -n "${MACHINE_HOST:-}" ]; then over_ssh; fi

# Runs docker, with its words in a file too: a failure is reported with the end of them.
words() {
    if "$@" >"$work/words" 2>&1; then return; fi
    cat "$work/words" >&2
    return 1
}
last() { tail -n 3 "$work/words"; }

words docker version || fail "machine $MACHINE: no answer from Docker${MACHINE_HOST:+ on $MACHINE_HOST}: $(last)"
words docker compose version || fail "machine $MACHINE: docker has no compose here: $(last)"

words docker pull --quiet "$IMAGE:$running" || fail "machine $MACHINE cannot pull $IMAGE:$running: $(last)"
digest=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$IMAGE:$running" | sed -n "s|^$IMAGE@||p" | head -n 1)
[ -n "$digest" ] || fail "Docker does not say the digest of $IMAGE:$running, which it just pulled"
printf '%s\n' "$IMAGE:$running@$digest" >"$outcome/image"

mkdir "$work/app"
written=$digest
# Git gets what was built, also while something else is pinned.
if [ -n "${DELIVERY_PIN:-}" ] && [ "$tag" != "$running" ]; then
    words docker pull --quiet "$IMAGE:$tag" || fail "machine $MACHINE cannot pull $IMAGE:$tag: $(last)"
    written=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$IMAGE:$tag" | sed -n "s|^$IMAGE@||p" | head -n 1)
fi
IMAGE_DIGEST=$written DELIVERED_TO=$work/app sh "$(dirname "$0")/deliver.sh" || fail "the version is not in the config repository, see the job's log; nothing was changed on machine $MACHINE"
if [ -n "${DELIVERY_HOLD:-}" ]; then
    echo held >"$outcome/event"
    say "On hold: $DELIVERY_HOLD. The version is in the config repository; machine $MACHINE is left as it is."
    exit 0
fi
[ -f "$work/app/compose.yaml" ] || fail "nothing was delivered, so there is no Compose file to run; see above"

set -- --project-name "$MACHINE_PROJECT" --project-directory "$work/app" --file "$work/app/compose.yaml"
# What the estate says beside the file: JSON is YAML.
if [ -n "${MACHINE_VALUES:-}" ]; then
    printf '%s\n' "$MACHINE_VALUES" >"$work/values.yaml"
    set -- "$@" --file "$work/values.yaml"
fi
if [ -n "${DELIVERY_PIN:-}" ]; then
    say "Pinned: $DELIVERY_PIN runs, whatever git says."
    printf '{"services":{"%s":{"image":"%s"}}}\n' "${APP:?is not set}" "$IMAGE:$running@$digest" >"$work/pin.yaml"
    set -- "$@" --file "$work/pin.yaml"
fi

# A line for each container: service, state, health.
states() { docker compose "$@" ps --all --format '{{.Service}} {{.State}} {{.Health}}'; }

words docker compose "$@" config --quiet || fail "$CONFIG_FOLDER/compose.yaml is not what Compose takes: $(last)"
words docker compose "$@" pull --quiet || fail "machine $MACHINE cannot pull what $CONFIG_FOLDER/compose.yaml names: $(last)"
say "Machine $MACHINE: $MACHINE_PROJECT gets $running ($digest)."
if docker compose "$@" up --detach --wait --wait-timeout "${MACHINE_WAIT:-300}" --remove-orphans; then
    states "$@"
    echo healthy >"$outcome/event"
    say "Machine $MACHINE: $MACHINE_PROJECT is up and healthy."
    exit 0
fi
states "$@" >"$work/states" || :
cat "$work/states"
while read -r service state health; do
    case "$state ${health:-}" in "running " | "running healthy") continue ;; esac
    echo degraded >"$outcome/event"
    {
        printf '%s is %s%s. Its last lines:\n' "$service" "$state" "${health:+, $health}"
        docker compose "$@" logs --no-color --no-log-prefix --tail 30 "$service" 2>&1 || :
    } | tee -a "$outcome/message"
done <"$work/states"
fail "machine $MACHINE: $MACHINE_PROJECT did not get healthy within ${MACHINE_WAIT:-300} seconds. What ran before is not put back: deliver a commit that mends it, or set pin of the environment to an earlier tag and run this job again"
