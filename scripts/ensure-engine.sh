#!/bin/sh
# Makes sure that something can translate English to the demo's languages, offline.
# usage: ensure-engine.sh PYTHON LANGUAGE...
set -eu
python=$1
shift

missing() {
    "$python" - "$@" <<'PY'
import sys

from speechsubs.engines import available

print(" ".join(tag for tag in sys.argv[1:] if not available("en", tag)))
PY
}

absent=$(missing "$@")
[ -z "$absent" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "No engine translates English to: $absent" >&2
    echo "Install Apertium (https://wiki.apertium.org/wiki/Installation) with the pairs" >&2
    echo "eng-spa and eng-cat, or put Argos models into Argos Translate's package folder." >&2
    exit 1
fi

sudo=
if [ "$(id -u)" != 0 ]; then
    sudo=sudo
    echo "Apertium comes from your system's packages; sudo may ask for your password."
fi
set -- apertium apertium-eng-spa apertium-eng-cat apertium-fr-es apertium-es-pt apertium-spa-ita
echo "Installing the offline translation engine: $*"
$sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 || {
    $sudo apt-get update -qq
    $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
