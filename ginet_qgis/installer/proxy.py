"""The proxy that is set in QGIS's options, for programs that do not know QGIS."""

from __future__ import annotations

from urllib.parse import quote

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtNetwork import QNetworkProxy

HTTP = (QNetworkProxy.ProxyType.HttpProxy, QNetworkProxy.ProxyType.HttpCachingProxy)
"""The kinds that pip can use by itself."""


def proxy_address() -> str:
    """The proxy's address, with user name and password; empty where QGIS has none."""
    proxy = QgsNetworkAccessManager.instance().fallbackProxy()
    if proxy.type() not in HTTP or not proxy.hostName():
        return ""
    user = quote(proxy.user(), safe="")
    if user and proxy.password():
        user += ":" + quote(proxy.password(), safe="")
    return f"http://{user and user + '@'}{proxy.hostName()}:{proxy.port()}"
