#!/usr/bin/env bash
# Run all tests: test.sh ENGINE_PYTHON. All parts run, even when one fails: the engine's and the
# plugin's side by side, each on all processors, for neither keeps them busy alone.
set -uo pipefail
engine_python=$1
work=$(mktemp -d)
failed=0
unset PYTHONDONTWRITEBYTECODE # or hundreds of processes would compile all modules, each anew

plugin() {
    scripts/test-qgis.sh "$engine_python" "" >"$work/qgis" 2>&1 || failed=1
    echo "== tests/qt6: the plugin's widgets on Qt 6, without QGIS" >"$work/qt6"
    .venv/bin/python -m pytest --durations 20 tests/qt6 >>"$work/qt6" 2>&1 || failed=1
    return $failed
}

set -m # in a process group of its own, so that all of it ends with this script
plugin &
beside=$!
set +m
trap 'kill -- "-$beside" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

echo "== tests/core, tests/installer, tests/project: the engine, with $engine_python"
.venv/bin/python -m pytest --numprocesses "$(nproc)" --dist worksteal --durations 20 \
    tests/core tests/installer tests/project 2>&1 | tee "$work/core" || failed=1

wait "$beside" || failed=1
cat "$work/qt6" "$work/qgis"

echo
echo "== The twenty slowest tests, in seconds"
grep --no-filename --extended-regexp '^[0-9.]+s (setup|call|teardown) ' "$work"/* |
    sort --general-numeric-sort --reverse | head -n 20
echo
echo "tests/core  $(tail -n 1 "$work/core")"
echo "tests/qt6   $(tail -n 1 "$work/qt6")"
echo "tests/qgis  $(tail -n 1 "$work/qgis")"
exit $failed
