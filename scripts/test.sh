#!/usr/bin/env bash
# Run all tests: test.sh ENGINE_PYTHON. Both parts run, even when the first one fails.
set -uo pipefail
engine_python=$1
work=$(mktemp -d)
export XDG_RUNTIME_DIR=$work # QGIS complains without one
trap 'rm -rf "$work"' EXIT
failed=0

echo "== tests/core: the engine, with $engine_python"
.venv/bin/python -m pytest tests/core 2>&1 | tee "$work/core" || failed=1

echo "== tests/qgis: the plugin, in $(/usr/bin/python3 -c \
    'from qgis.core import Qgis; print("QGIS", Qgis.QGIS_VERSION)')"
# a profile of its own; the engine by path, for tests may move HOME
GINET_ENGINE_PYTHON=$engine_python QGIS_CUSTOM_CONFIG_PATH=$work/profile QGIS_PLUGINPATH=$PWD \
    xvfb-run --auto-servernum --server-args="-screen 0 1600x1000x24" \
    .venv-qgis/bin/python -m pytest tests/qgis 2>&1 | tee "$work/qgis" || failed=1

echo
echo "tests/core  $(tail -n 1 "$work/core")"
echo "tests/qgis  $(tail -n 1 "$work/qgis")"
exit $failed
