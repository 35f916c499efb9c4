#!/bin/sh
# Programs that some tests use and that no Python package brings: a browser, ffmpeg, voices.
# Without them those tests are skipped, which fails a strict run (tests/skips.py).
set -eu
absent=
for tool in chromium ffmpeg flite espeak-ng; do
    command -v "$tool" >/dev/null 2>&1 || absent="$absent $tool"
done
[ -z "$absent" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed:$absent (the tests that need them are skipped)" >&2
    exit 0
fi
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
# shellcheck disable=SC2086 # one word a package
$sudo apt-get install -y -qq --no-install-recommends $absent >/dev/null 2>&1 || {
    $sudo apt-get update -qq
    $sudo apt-get install -y -qq --no-install-recommends $absent >/dev/null
}
