#!/usr/bin/env bash
# Install the plugin's zip into an empty profile, set the engine up in its dialog, classify, remove the
# engine, uninstall; tell times, sizes and what is left: try-zip.sh ZIP [VERSION [ENGINE_PYTHON]]
# VERSION is as in in-qgis.sh; without it, or where it is empty, this machine's QGIS. Without
# ENGINE_PYTHON the dialog installs an engine, which takes gigabytes; else it is told to use that one.
set -euo pipefail
TRY_ZIP=$(realpath --canonicalize-existing "$1")
export TRY_ZIP TRY_PYTHON=${3:-}
inside=()
if [ -n "${2:-}" ]; then
    inside=(env GINET_ENGINE_PYTHON="$TRY_PYTHON" scripts/in-qgis.sh "$2")
    TRY_PYTHON=${TRY_PYTHON:+/engine-python}
fi

work=$(TMPDIR=/tmp mktemp -d) # where a chroot sees it too
trap 'rm -rf "$work"' EXIT
export TRY_FOLDER="$work/a folder 文件夹" LANG=C.UTF-8
export HOME=$TRY_FOLDER/home XDG_RUNTIME_DIR=$work/run QGIS_CUSTOM_CONFIG_PATH=$TRY_FOLDER/profile
unset QGIS_PLUGINPATH GINET_HOME GINET_ENGINE_PYTHON XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME
mkdir -p -m 700 "$HOME" "$XDG_RUNTIME_DIR"
inside+=(env -u GINET_ENGINE_PYTHON) # the dialog alone says which engine there is

step() { # in the desktop; QGIS's own complaints are shown only where the step fails
    export TRY_STEP=$1
    xvfb-run --auto-servernum --server-args="-screen 0 1600x1000x24" "${inside[@]}" \
        qgis --noversioncheck --nologo --code "$PWD/scripts/try_zip.py" 2>"$work/log" ||
        { tail -n 30 "$work/log" >&2; exit 1; }
}

step install
start=$SECONDS
# Debian's qgis_process adds an option to every call that qgis_process does not know.
QT_QPA_PLATFORM=offscreen "${inside[@]}" sh -c \
    'exec "$(command -v qgis_process.bin || command -v qgis_process)" "$@"' qgis_process \
    run ginet:classify -- INPUT="$TRY_FOLDER/image.tif" DEVICE=cpu OUTPUT="$TRY_FOLDER/classes.tif" \
    >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; exit 1; }
printf '%8d s  600 x 600 pixels classified with qgis_process, its start included\n' $((SECONDS - start))
step uninstall
