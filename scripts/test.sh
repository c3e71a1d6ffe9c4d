#!/usr/bin/env bash
# Run all tests: test.sh ENGINE_PYTHON. Both parts run, even when the first one fails.
set -uo pipefail
engine_python=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

echo "== tests/core: the engine, with $engine_python"
.venv/bin/python -m pytest tests/core 2>&1 | tee "$work/core" || failed=1

scripts/test-qgis.sh "$engine_python" "" 2>&1 | tee "$work/qgis" || failed=1

echo
echo "tests/core  $(tail -n 1 "$work/core")"
echo "tests/qgis  $(tail -n 1 "$work/qgis")"
exit $failed
