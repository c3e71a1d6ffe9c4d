#!/usr/bin/env bash
# Run a command where QGIS has another version: in-qgis.sh 3.40|3.44 COMMAND...
#
# A Debian of its own under $GINET_CHROOTS (1.9 GB each, made once) has QGIS; this checkout, /tmp, the
# display, the network's certificates and the engine are this machine's. The engine's libraries need
# this machine's libc, so its Python, put there as /engine-python, first steps back out of the chroot;
# where GINET_ENGINE_PYTHON is empty, none is. All mounts end with the command.
set -euo pipefail
version=$1
shift
chroots=${GINET_CHROOTS:-/var/tmp/ginet-qgis}
root=$chroots/$version

case $version in
    3.40) suite=trixie ;;
    3.44) suite=forky ;;
    *) echo "error: there is no Debian known with QGIS $version; choose 3.40 or 3.44." >&2; exit 2 ;;
esac
if [ "$(id -u)" -ne 0 ]; then
    echo "error: a chroot is made and entered by root only; run this with sudo." >&2
    exit 1
fi

if [ ! -d "$root" ]; then
    scripts/system-packages.sh chroot
    echo "Setting up Debian $suite with QGIS $version in $root" >&2
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sed -n 1p)
    options=(--mode=root --variant=apt --include=qgis,python3-qgis,python3-venv,ca-certificates)
    options+=(--aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"')
    # The keys of a Debian to come may not be here yet.
    source="deb [$([ $suite = trixie ] || echo trusted=yes)] $mirror $suite main"
    rm -rf --one-file-system "$root.new"
    mkdir -p "$chroots"
    mmdebstrap "${options[@]}" "$suite" "$root.new" "${source/\[\] /}" >&2
    found=$(chroot "$root.new" dpkg-query --show --showformat '${Version}' qgis)
    if [[ $found != "$version".* ]]; then
        echo "error: Debian $suite has QGIS $found by now, not $version." >&2
        exit 1
    fi
    mv "$root.new" "$root"
fi

engine=${GINET_ENGINE_PYTHON-$(make -s engine-python)}
packages=$root/opt/test-packages
if ! cmp -s requirements/qgis-test.txt "$packages/lock.txt"; then
    rm -rf "$packages"
    python3 -m pip install -qq --disable-pip-version-check --require-hashes --no-deps \
        --only-binary :all: --target "$packages" -r requirements/qgis-test.txt
    cp requirements/qgis-test.txt "$packages/lock.txt"
fi
mkdir -p "$root/host" "$root$PWD"
if [ -n "$engine" ]; then
    cat >"$root/engine-python" <<END
#!/bin/sh
exec chroot /host /usr/bin/env --chdir="\$PWD" "$engine" "\$@"
END
    chmod +x "$root/engine-python"
fi

# One namespace for all mounts, which ends with its last process.
exec unshare --mount bash -euc '
    root=$1 here=$2
    shift 2
    for folder in /proc /sys /dev /tmp /etc/ssl/certs "$here"; do
        mount --rbind "$folder" "$root$folder"
    done
    mount --rbind / "$root/host"
    exec env GINET_ENGINE_PYTHON=/engine-python PYTHONPATH=/opt/test-packages TMPDIR=/tmp \
        chroot "$root" env --chdir="$here" "$@"
' in-qgis "$root" "$PWD" "$@"
