"""Write dist/ginet_qgis-VERSION.zip, the plugin as QGIS installs it.

The zip holds real files where the checkout has links, and nothing that a user does not need.
"""

from __future__ import annotations

import configparser
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = ROOT / "ginet_qgis"
LIMIT = 25_000_000  # bytes; plugins.qgis.org refuses larger ones
SUFFIXES = {".html", ".json", ".md", ".png", ".py", ".qm", ".qml", ".safetensors", ".svg"}
SUFFIXES |= {".toml", ".txt", ".ui"}
DOCS = ROOT / "dist" / "docs"
DOCS_SUFFIXES = {
    ".css",
    ".html",
    ".png",
    ".svg",
}  # the pages need no scripts, and take the system's fonts
FIXED_TIME = (2020, 1, 1, 0, 0, 0)  # so that the same files make the same zip


def files(folder: Path, name: str, suffixes: set[str]) -> Iterator[tuple[Path, str]]:
    """Files to pack and their names in the zip, links followed."""
    for path in sorted(folder.iterdir()):
        inside = f"{name}/{path.name}"
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir():
            yield from files(path, inside, suffixes)
        elif path.suffix in suffixes:
            yield path, inside


def package(folder: Path = ROOT / "dist") -> Path:
    """Write the zip into a folder and return its path."""
    if not (PLUGIN / "core" / "__init__.py").is_file():
        sys.exit("error: ginet_qgis/core is no link to core; clone with git's core.symlinks=true.")
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(ROOT / "metadata.txt", "utf-8")
    target = folder / f"{PLUGIN.name}-{metadata['general']['version']}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    content = [*files(PLUGIN, PLUGIN.name, SUFFIXES), (ROOT / "LICENSE", f"{PLUGIN.name}/LICENSE")]
    if DOCS.is_dir():
        content += files(DOCS, f"{PLUGIN.name}/help", DOCS_SUFFIXES)
    else:
        print("The help pages are not built, so they are left out; see make docs.", file=sys.stderr)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, name in content:
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    size = target.stat().st_size
    if size > LIMIT:
        target.unlink()
        largest = max((path for path, _name in content), key=lambda path: path.stat().st_size)
        sys.exit(
            f"error: the package would have {size / 1e6:.1f} MB; plugins.qgis.org takes 25 MB. "
            f"The largest file is {largest.relative_to(ROOT)}."
        )
    return target


if __name__ == "__main__":
    zip_file = package()
    print(f"{zip_file.relative_to(ROOT)}  {zip_file.stat().st_size / 1e6:.1f} MB")
