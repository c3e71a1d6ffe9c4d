"""Which dataset a style file belongs to: QGIS matches file names without their extension."""

from __future__ import annotations

import glob
from pathlib import Path

from ginet_qgis.i18n import tr
from ginet_qgis.layers.dataset_files import gdal_files

STYLES = (".qml", ".qmd")


def style_taken(path: Path) -> str:
    """Why nothing may be written beside a file, as a sentence; empty where it may.

    Args:
        path: Of a result. Another layer of its name with another ending would take its style and
            its description for its own, and may have some.
    """
    own = {Path(each).name for each in gdal_files(str(path))}
    for other in sorted(path.parent.glob(f"{glob.escape(path.stem)}.*")):
        is_others = other.stem == path.stem and other.name not in own
        if is_others and other.suffix not in STYLES and gdal_files(str(other)):
            return tr(
                "{other} has the same name but for its ending, so no style was written for "
                "{path}: QGIS would take it for both. Give the result a name of its own."
            ).format(other=other.name, path=path)
    return ""
