#!/usr/bin/env bash
# Test the plugin in QGIS: test-qgis.sh ENGINE_PYTHON VERSION [PYTEST_ARGUMENT...]
# VERSION is as in in-qgis.sh; empty, it is this machine's QGIS.
set -euo pipefail
export GINET_ENGINE_PYTHON=$1 # by path, for tests may move HOME
version=$2
shift 2
python=(.venv-qgis/bin/python)
[ -z "$version" ] || python=(scripts/in-qgis.sh "$version" python3)

work=$(TMPDIR=/tmp mktemp -d) # a profile of its own, where a chroot sees it too
trap 'rm -rf "$work"' EXIT
export XDG_RUNTIME_DIR=$work # QGIS complains without one
export QGIS_CUSTOM_CONFIG_PATH=$work/profile QGIS_PLUGINPATH=$PWD

"${python[@]}" -c \
    'from qgis.core import Qgis; print("== tests/qgis: the plugin, in QGIS", Qgis.QGIS_VERSION)'
xvfb-run --auto-servernum --server-args="-screen 0 1600x1000x24" \
    "${python[@]}" -m pytest "${@:-tests/qgis}"
