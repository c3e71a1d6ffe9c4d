"""Which models there are: those that come with the plugin by name, the user's own by file."""

from __future__ import annotations

import contextlib
import re
import shutil
from pathlib import Path

from qgis.core import QgsApplication

from ginet_qgis import settings
from ginet_qgis.i18n import tr
from ginet_qgis.models.card import flaw
from ginet_qgis.paths import bundled_models

SUFFIX = ".safetensors"
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]|^\.|[. ]$|^$')
"""What no name of a file can have on one system or another."""


class ModelError(Exception):
    """A model cannot be added, renamed or removed; the message says why and what to change."""


def default_folder() -> Path:
    """The folder for models in the QGIS profile."""
    return Path(QgsApplication.qgisSettingsDirPath(), "ginet", "models")


def user_folder() -> Path:
    """Where the user's own models are kept; it may not be there yet."""
    return Path(settings.models_folder() or default_folder())


def choices() -> list[tuple[str, str]]:
    """Each model's name to show and the value that stands for it: a bundled name, or a file."""
    own = sorted(user_folder().glob(f"*{SUFFIX}"))
    return [(name, name) for name in bundled_models()] + [(path.stem, str(path)) for path in own]


def unused_file(name: str = "adapted_1") -> Path:
    """A file in the user's folder that is not there yet, named so or with another number."""
    folder, stem, number = user_folder(), re.sub(r"_\d+$", "", name), 2
    path = folder / f"{name}{SUFFIX}"
    while path.exists():
        path = folder / f"{stem}_{number}{SUFFIX}"
        number += 1
    return path


def add(source: Path) -> Path:
    """Copy a model file into the user's folder; nothing there is replaced.

    Returns:
        The copy.

    Raises:
        ModelError: It is no GINet model, or cannot be copied.
    """
    if source.suffix.lower() != SUFFIX:
        raise ModelError(
            tr("{path} is no model: GINet's models end in .safetensors.").format(path=source)
        )
    reason = flaw(source)
    if reason:
        raise ModelError(
            tr("{path} is no GINet model: {reason}").format(path=source, reason=reason)
        )
    target = unused_file(source.stem)
    part = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, part)
        part.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):  # what stopped the copy may stop this
            part.unlink()
        raise ModelError(
            tr("{path} cannot be written: {reason}. Choose another folder in the settings.").format(
                path=target, reason=error.strerror
            )
        ) from error
    return target


def rename(path: Path, name: str) -> Path:
    """Give one of the user's models another name.

    Raises:
        ModelError: The name is no file's name, or another model has it.
    """
    name = name.strip()
    if FORBIDDEN.search(name):
        raise ModelError(
            tr("{name} cannot be a model's name; use letters and digits.").format(name=name or "“”")
        )
    target = path.with_name(f"{name}{SUFFIX}")
    if name in bundled_models() or (target.exists() and not target.samefile(path)):
        raise ModelError(tr("There is a model {name} already.").format(name=name))
    try:
        path.rename(target)
    except OSError as error:
        raise ModelError(
            tr("{path} cannot be renamed: {reason}").format(path=path, reason=error.strerror)
        ) from error
    return target


def remove(path: Path) -> None:
    """Delete one of the user's models.

    Raises:
        ModelError: It cannot be deleted.
    """
    try:
        path.unlink()
    except OSError as error:
        raise ModelError(
            tr("{path} cannot be deleted: {reason}").format(path=path, reason=error.strerror)
        ) from error
