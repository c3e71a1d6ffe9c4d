#!/usr/bin/env bash
# Run all tests: test.sh ENGINE_PYTHON. All parts run, even when one fails.
set -uo pipefail
engine_python=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

echo "== tests/core: the engine, with $engine_python"
.venv/bin/python -m pytest tests/core tests/installer tests/project 2>&1 | tee "$work/core" || failed=1

echo "== tests/qt6: the plugin's widgets on Qt 6, without QGIS"
.venv/bin/python -m pytest tests/qt6 2>&1 | tee "$work/qt6" || failed=1

scripts/test-qgis.sh "$engine_python" "" 2>&1 | tee "$work/qgis" || failed=1

echo
echo "tests/core  $(tail -n 1 "$work/core")"
echo "tests/qt6   $(tail -n 1 "$work/qt6")"
echo "tests/qgis  $(tail -n 1 "$work/qgis")"
exit $failed
