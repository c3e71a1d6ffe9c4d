#!/usr/bin/env bash
# Install locked packages into an environment: install-packages.sh PYTHON LOCK...
# uv takes seconds where pip takes a minute. pip fetches it, with the hash of requirements/dev.txt, and
# does the work itself where uv fails: an index or proxy may be set for pip only.
set -euo pipefail
python=$1
shift
packages=(--require-hashes --no-deps --only-binary :all:)
locks=()
for lock; do locks+=(--requirement "$lock"); done
pip=("$python" -m pip install -qq --disable-pip-version-check "${packages[@]}")

tool=.stamps/uv
if ! "$tool/bin/uv" --version >/dev/null 2>&1; then
    mkdir -p .stamps
    sed -n '/^uv==/,/[^\\]$/p' requirements/dev.txt >"$tool.txt"
    rm -rf "$tool"
    "${pip[@]}" --no-compile --target "$tool" --requirement "$tool.txt"
fi
"$tool/bin/uv" pip install -q --no-config --python "$python" "${packages[@]}" "${locks[@]}" ||
    "${pip[@]}" "${locks[@]}"
