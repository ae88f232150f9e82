#!/bin/sh
# Tests of the app. Yours: put here what tests it. Anything but exit 0 stops the pipeline.
set -eu

fail() {
    printf 'test: %s\n' "$*" >&2
    exit 1
}

# What the first content promises: a page that says something.
[ -s public/index.html ] || fail "public/index.html is missing or empty"
grep -qi '<title>[^<]' public/index.html || fail "public/index.html has no title"
printf 'public/index.html is a page with a title.\n'
