"""GINet for QGIS: land cover from high-resolution rasters."""

from __future__ import annotations

from typing import Any


def classFactory(iface: Any) -> Any:
    """The plugin, as QGIS asks for it.

    Args:
        iface: QGIS's main window; None in ``qgis_process``.
    """
    from ginet_qgis.plugin import GinetPlugin

    return GinetPlugin(iface)
