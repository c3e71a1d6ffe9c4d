"""The files that an algorithm is to write, checked before it starts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from qgis.core import QgsProcessingException

from ginet_qgis.i18n import tr

GEOTIFF = (".tif", ".tiff")


def check_destinations(
    paths: Mapping[str, str], rasters: Sequence[str], image: str | None = None
) -> None:
    """Refuse files that cannot be written, or that would share a style file.

    Args:
        paths: The files by their parameters.
        rasters: The parameters that are rasters; the engine itself tries whether these can be
            written.
        image: A file whose style no raster may replace.

    Raises:
        QgsProcessingException: A raster is no GeoTIFF, a folder does not exist, two rasters would
            have one style file, or a file cannot be written.
    """
    by_name = {name: paths[name] for name in rasters if name in paths}
    for path in by_name.values():
        if Path(path).suffix.lower() not in GEOTIFF:
            raise QgsProcessingException(
                tr("{path} is to be a GeoTIFF. Name it .tif.").format(path=path)
            )
    for path in paths.values():
        folder = Path(path).absolute().parent
        if not folder.is_dir():
            raise QgsProcessingException(
                tr("The folder {folder} does not exist. Create it, or choose another.").format(
                    folder=folder
                )
            )
    _check_styles(by_name, image)
    for name, path in paths.items():
        if name not in by_name:
            _check_writable(Path(path))


def _check_styles(rasters: Mapping[str, str], image: str | None) -> None:
    """Refuse rasters that would share a style file, which QGIS names after the raster's stem.

    Raises:
        QgsProcessingException: Two would have the same.
    """
    seen = {_style(image)} if image else set()
    for name, path in rasters.items():
        style = _style(path)
        if style in seen:
            raise QgsProcessingException(
                tr(
                    "{name} and another image that this run reads or writes would share the style "
                    "file {style}. Choose another name or folder for {path}."
                ).format(name=name, style=style, path=path)
            )
        seen.add(style)


def _style(path: str) -> str:
    """The style file that QGIS looks for; a link's is beside the link."""
    file = Path(path).absolute()
    return os.path.normcase(Path(os.path.realpath(file.parent), file.stem + ".qml"))


def _check_writable(path: Path) -> None:
    """Try to open the file, since permissions alone do not tell; an existing file stays as it is.

    Raises:
        QgsProcessingException: The file cannot be written.
    """
    path = path.resolve()
    is_new = not path.exists()
    try:
        path.open("ab").close()
        if is_new:
            path.unlink()
    except OSError as error:
        raise QgsProcessingException(
            tr("{path} cannot be written: {reason}. Choose another file.").format(
                path=path, reason=error.strerror
            )
        ) from error
