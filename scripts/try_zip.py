"""Install the plugin from its zip and the engine through its dialog; later take both away again.

Run by QGIS, twice (see try-zip.sh). The Plugin Manager's own code installs, and the dialog's own
buttons are pressed. What is left behind is named.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyplugin_installer
from osgeo import gdal, osr
from qgis.core import Qgis, QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QTimer
from qgis.PyQt.QtGui import QTextDocument
from qgis.PyQt.QtWidgets import QAction, QApplication, QDockWidget, QMessageBox
from qgis.utils import iface, plugins

sys.path.append(str(Path.cwd() / "scripts"))  # not the checkout: the plugin is to be the zip's
from desktop import Wait, play

PLUGIN = "ginet_qgis"
FOLDER, ZIP = Path(os.environ["TRY_FOLDER"]), os.environ["TRY_ZIP"]
INSTALLED = Path(QgsApplication.qgisSettingsDirPath(), "python", "plugins", PLUGIN)
BEFORE = FOLDER.parent / "before.json"
SIDE = 600
"""Pixels."""
LONG = 3.0
"""Seconds; a step of the installation that takes longer is printed."""


def say(text: str) -> None:
    print(text, flush=True)


def timed(what: str, step: Callable[[], None]) -> None:
    start = time.monotonic()
    step()
    say(f"{time.monotonic() - start:8.1f} s  {what}")


def need(what: str, *, holds: bool) -> None:
    if not holds:
        raise RuntimeError(what)


def make_image(path: Path) -> None:
    """Fields and a road, 0.5 m a pixel."""
    pixels = np.random.default_rng(1).integers(0, 20, (3, SIDE, SIDE))
    pixels += np.array([60, 110, 50])[:, None, None]
    pixels[:, :, 280:300] = 150
    data = gdal.GetDriverByName("GTiff").Create(str(path), SIDE, SIDE, 3)
    data.SetGeoTransform((500_000, 0.5, 0, 5_000_000, 0, -0.5))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(32632)
    data.SetProjection(crs.ExportToWkt())
    data.WriteArray(pixels.astype(np.uint8))
    data.FlushCache()


def traces() -> list[str]:
    """The plugin's objects in QGIS's windows and registries."""
    window = iface.mainWindow()
    widgets = [*window.findChildren(QDockWidget), *window.findChildren(QAction)]
    found = [each.objectName() for each in widgets if "ginet" in each.objectName().lower()]
    menus = [action.text() for action in iface.pluginMenu().actions()]
    found += [text for text in menus if "ginet" in text.lower()]
    if QgsApplication.processingRegistry().providerById("ginet"):
        found.append("provider")
    return found


def settings() -> list[str]:
    """QGIS's settings that name the plugin."""
    store = QgsSettings()
    store.sync()
    return [f"{key}={store.value(key)}" for key in store.allKeys() if "ginet" in key.lower()]


def files() -> set[str]:
    """All files in the profile and in the engine's folder."""
    return {str(each.relative_to(FOLDER)) for each in FOLDER.rglob("*") if not each.is_dir()}


def megabytes(folder: Path) -> str:
    """What the files in a folder take on the disk, as ``du`` counts."""
    blocks = sum(each.lstat().st_blocks for each in folder.rglob("*") if not each.is_dir())
    return f"{blocks * 512 / 1e6:8.1f} MB"


def open_dialog() -> SetupDialog:  # noqa: F821 - of the plugin, which is not there yet
    """The set-up dialog, through the plugin's menu."""
    windows = plugins[PLUGIN].windows
    windows.actions[0].trigger()
    return windows.setup


def finished(dialog: SetupDialog) -> Callable[[], bool]:  # noqa: F821
    """Whether the dialog's task has finished; prints the steps that take long."""
    begun = time.monotonic()
    now = [None, begun]  # the step and when it began

    def ask() -> bool:
        ended = not dialog.cancel.isEnabled() and dialog.message.isVisible()
        step = "" if ended else re.sub(r" \(\d+ MB\)$", "", dialog.step.text())
        if step != now[0]:
            if now[0] and time.monotonic() - now[1] > LONG:
                say(f"{time.monotonic() - now[1]:10.1f} s  {now[0][:90]}")
            now[:] = step, time.monotonic()
            if ended:
                say(f"{time.monotonic() - begun:8.1f} s  until the dialog said:")
                say(f"            {dialog.message.text.text()}")
        return ended

    return ask


def accept() -> None:
    """Answer the open question with *Yes*."""
    box = QApplication.activeModalWidget()
    say(f"            {box.text()}")
    box.button(QMessageBox.StandardButton.Yes).click()


def install() -> Iterator[Wait]:
    say(f"QGIS {Qgis.QGIS_VERSION}, Python {sys.version.split()[0]}")
    need("the profile is not empty", holds=not settings())
    BEFORE.write_text(json.dumps(sorted(files())))
    make_image(FOLDER / "image.tif")
    timed("installed and enabled", lambda: pyplugin_installer.instance().installFromZipFile(ZIP))
    need("the plugin was not started", holds=PLUGIN in plugins and "provider" in traces())
    need(
        "the plugin is not the zip's", holds=INSTALLED in Path(sys.modules[PLUGIN].__file__).parents
    )
    say(f"{megabytes(INSTALLED)} installed, from a zip of {Path(ZIP).stat().st_size / 1e6:.1f} MB")

    dialog = open_dialog()
    if python := os.environ["TRY_PYTHON"]:
        dialog.form.existing.setChecked(True)
        dialog.form.python.setFilePath(python)
    yield dialog.start.isEnabled
    size = QTextDocument()
    size.setHtml("" if python else dialog.form.size.text())
    say("\n".join(["the dialog:", dialog.state.text(), size.toPlainText(), dialog.start.text()]))
    dialog.start.click()
    yield finished(dialog)
    say(dialog.state.text())
    need("the engine does not work", holds=dialog.check.isEnabled())
    for folder in sorted((FOLDER / "home").glob(".*")):
        say(f"{megabytes(folder)} in {folder.relative_to(FOLDER)}")
    QgsSettings().sync()


def uninstall() -> Iterator[Wait]:
    need("the plugin was not started with QGIS", holds=PLUGIN in plugins)
    plugins[PLUGIN].dock.setUserVisible(True)
    dialog = open_dialog()
    yield dialog.remove.isEnabled
    QTimer.singleShot(1000, accept)
    dialog.remove.click()
    yield finished(dialog)
    installer = pyplugin_installer.instance()
    timed("uninstalled", lambda: installer.uninstallPlugin(PLUGIN, quiet=True))
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    need(f"left in QGIS: {traces()}", holds=not traces())
    need("the folder is still there", holds=not INSTALLED.exists())
    left = sorted(files() - set(json.loads(BEFORE.read_text())))
    say("\n".join([f"left: {megabytes(FOLDER)}", *left, *settings()]))


play({"install": install, "uninstall": uninstall}[os.environ["TRY_STEP"]]())
