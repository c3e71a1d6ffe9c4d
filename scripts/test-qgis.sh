#!/usr/bin/env bash
# Test the plugin in QGIS: test-qgis.sh ENGINE_PYTHON VERSION [PYTEST_ARGUMENT...]
# VERSION is as in in-qgis.sh; empty, it is this machine's QGIS. Without arguments all tests run, in
# as many QGIS as there are processors.
set -euo pipefail
export GINET_ENGINE_PYTHON=$1 # by path, for tests may move HOME
version=$2
shift 2
python=(.venv-qgis/bin/python)
[ -z "$version" ] || python=(scripts/in-qgis.sh "$version" python3)
[ $# -gt 0 ] || set -- --numprocesses "$(nproc)" --dist worksteal --durations 20 tests/qgis

work=$(TMPDIR=/tmp mktemp -d) # a profile of its own, where a chroot sees it too
servers=()
trap 'kill "${servers[@]}"; rm -rf "$work"' EXIT
export XDG_RUNTIME_DIR=$work # QGIS complains without one
export QGIS_CUSTOM_CONFIG_PATH=$work/profile QGIS_PLUGINPATH=$PWD

for ((worker = 0; worker < $(nproc); worker++)); do # each on a display of its own
    mkfifo "$work/display"
    Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp 3>"$work/display" 2>/dev/null &
    servers+=($!)
    read -r number <"$work/display"
    rm "$work/display"
    export "GINET_DISPLAY_gw$worker=:$number" DISPLAY=:$number
done

"${python[@]}" -c \
    'from qgis.core import Qgis; print("== tests/qgis: the plugin, in QGIS", Qgis.QGIS_VERSION)'
"${python[@]}" -m pytest "$@"
