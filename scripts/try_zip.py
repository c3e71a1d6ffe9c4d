"""Install the plugin from its zip, or uninstall it, with the Plugin Manager's own code.

Run by QGIS, twice (see try-zip.sh). What the plugin leaves behind is named.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyplugin_installer
from osgeo import gdal, osr
from qgis.core import Qgis, QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QTimer
from qgis.PyQt.QtWidgets import QAction, QDockWidget
from qgis.utils import iface, plugins

PLUGIN = "ginet_qgis"
FOLDER, ZIP = Path(os.environ["TRY_FOLDER"]), os.environ["TRY_ZIP"]
INSTALLED = Path(QgsApplication.qgisSettingsDirPath(), "python", "plugins", PLUGIN)
SIDE = 600
"""Pixels."""


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
    """What in QGIS's windows and registries is the plugin's."""
    window = iface.mainWindow()
    widgets = [*window.findChildren(QDockWidget), *window.findChildren(QAction)]
    found = [each.objectName() for each in widgets if "ginet" in each.objectName().lower()]
    menus = [action.text() for action in iface.pluginMenu().actions()]
    found += [text for text in menus if "ginet" in text.lower()]
    if QgsApplication.processingRegistry().providerById("ginet"):
        found.append("provider")
    return found


def left_behind() -> list[str]:
    """Files and settings under the profile and the home that name the plugin."""
    files = [str(each.relative_to(FOLDER)) for each in FOLDER.rglob("*ginet*")]
    settings = QgsSettings()
    settings.sync()
    return files + [
        f"{key}={settings.value(key)}" for key in settings.allKeys() if "ginet" in key.lower()
    ]


def install() -> None:
    say(f"QGIS {Qgis.QGIS_VERSION}, Python {sys.version.split()[0]}")
    make_image(FOLDER / "image.tif")
    need("the profile is not empty", holds=not left_behind())
    timed("installed and enabled", lambda: pyplugin_installer.instance().installFromZipFile(ZIP))
    need("the plugin was not started", holds=PLUGIN in plugins and "provider" in traces())
    size = sum(each.stat().st_size for each in INSTALLED.rglob("*") if each.is_file())
    say(f"{size / 1e6:8.1f} MB installed, from a zip of {Path(ZIP).stat().st_size / 1e6:.1f} MB")
    QgsSettings().sync()


def uninstall() -> None:
    need("the plugin was not started with QGIS", holds=PLUGIN in plugins)
    plugins[PLUGIN].dock.setUserVisible(True)
    installer = pyplugin_installer.instance()
    timed("uninstalled", lambda: installer.uninstallPlugin(PLUGIN, quiet=True))
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    need(f"left in QGIS: {traces()}", holds=not traces())
    need("the folder is still there", holds=not INSTALLED.exists())
    say(f"left of the plugin: {', '.join(left_behind()) or 'nothing'}")


def main() -> None:
    try:
        {"install": install, "uninstall": uninstall}[os.environ["TRY_STEP"]]()
    except Exception:  # noqa: BLE001 - whatever it is, QGIS must not stay open
        say(traceback.format_exc())
        os._exit(1)
    os._exit(0)


QTimer.singleShot(3000, main)  # QGIS is still starting
