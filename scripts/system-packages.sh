#!/usr/bin/env bash
# Install what is missing from the distribution: system-packages.sh python|qgis|chroot
# Quick when nothing is missing. All output goes to stderr.
set -euo pipefail
exec >&2

missing=()
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
if [ "$1" = qgis ]; then
    command -v qgis_process >/dev/null || missing+=(qgis)
    /usr/bin/python3 -c 'import qgis.core, osgeo.gdal' 2>/dev/null || missing+=(python3-qgis)
    /usr/bin/python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    command -v xvfb-run >/dev/null || missing+=(xvfb)
    command -v xauth >/dev/null || missing+=(xauth)
fi
if [ "$1" = chroot ]; then
    command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
    command -v xvfb-run >/dev/null || missing+=(xvfb)
    command -v xauth >/dev/null || missing+=(xauth)
fi
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "Missing: ${missing[*]} (these are the names on Debian and Ubuntu)."
    echo "Install them with your system's package manager, then run make again."
    exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "As root, run: apt-get install ${missing[*]}"; exit 1; }
    as_root=(sudo)
fi
echo "Installing ${missing[*]} with apt-get"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq --yes --no-install-recommends "${missing[@]}"
