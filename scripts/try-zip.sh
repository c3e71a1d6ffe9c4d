#!/usr/bin/env bash
# Install the plugin's zip into an empty profile, classify, uninstall: try-zip.sh ENGINE_PYTHON ZIP [VERSION]
# VERSION is as in in-qgis.sh; without it, this machine's QGIS.
set -euo pipefail
export GINET_ENGINE_PYTHON=$1
export TRY_ZIP=$(realpath "$2")
inside=()
[ -z "${3:-}" ] || inside=(scripts/in-qgis.sh "$3")

export TRY_FOLDER=$(TMPDIR=/tmp mktemp -d) # where a chroot sees it too
trap 'rm -rf "$TRY_FOLDER"' EXIT
export HOME=$TRY_FOLDER/home XDG_RUNTIME_DIR=$TRY_FOLDER/run QGIS_CUSTOM_CONFIG_PATH=$TRY_FOLDER/profile
unset QGIS_PLUGINPATH
mkdir -p -m 700 "$HOME" "$XDG_RUNTIME_DIR"

step() { # in the desktop; QGIS's own complaints are shown only where the step fails
    TRY_STEP=$1 xvfb-run --auto-servernum --server-args="-screen 0 1600x1000x24" "${inside[@]}" \
        qgis --noversioncheck --nologo --code "$PWD/scripts/try_zip.py" 2>"$TRY_FOLDER/log" ||
        { tail -n 30 "$TRY_FOLDER/log" >&2; exit 1; }
}

step install
start=$SECONDS
# Debian's qgis_process adds an option to every call that qgis_process does not know.
QT_QPA_PLATFORM=offscreen "${inside[@]}" sh -c \
    'exec "$(command -v qgis_process.bin || command -v qgis_process)" "$@"' qgis_process \
    run ginet:classify -- INPUT="$TRY_FOLDER/image.tif" DEVICE=cpu OUTPUT="$TRY_FOLDER/classes.tif" \
    >"$TRY_FOLDER/log" 2>&1 ||
    { cat "$TRY_FOLDER/log" >&2; exit 1; }
echo "$((SECONDS - start)) s to classify 600 x 600 pixels with qgis_process, its start included"
step uninstall
echo "the user's files: $(cd "$TRY_FOLDER" && ls -p | grep -v -e / -e '^log$' | tr '\n' ' ')"
