"""Environment variables of child processes: none that tie them to QGIS's Python, GDAL or Qt."""

from __future__ import annotations

import os
import re

NOT_FOR_PIP = re.compile(
    r"PYTHON.*|__PYVENV_LAUNCHER__|VIRTUAL_ENV|DYLD_.*|QT_.*|QGIS_.*|OSGEO4W_.*|GISBASE|GISRC"
    r"|GDAL_(DATA|DRIVER_PATH)|GEOTIFF_CSV|PROJ_.*|PIP_(USER|TARGET|PREFIX|ROOT)",
    re.IGNORECASE,
)
FOR_ENGINE = re.compile(
    r"HOME|USER|USERNAME|LOGNAME|PATH|TMP|TEMP|TMPDIR|TZ|LANG|LANGUAGE|LC_.*|XDG_.*"
    r"|.*_PROXY|SSL_CERT_.*|CURL_CA_BUNDLE|GDAL_HTTP_.*|CPL_.*|AWS_.*|AZURE_.*|GS_.*"
    r"|CUDA_.*|NVIDIA_.*|HSA_.*|HIP_.*|ROCR_.*|MIOPEN_.*|PYTORCH_.*|OMP_.*|MKL_.*|ONEDNN_.*|ATEN_.*|GINET_.*"
    r"|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA"
    r"|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES.*|NUMBER_OF_PROCESSORS|PROCESSOR_.*",
    re.IGNORECASE,
)


def pip_environment() -> dict[str, str]:
    """What the steps of the installer get: all but what is QGIS's.

    Proxies, certificates and pip's settings stay, but not constraints: all is pinned already.
    """
    kept = {k: v for k, v in os.environ.items() if not NOT_FOR_PIP.fullmatch(k)}
    own = {"PIP_USER": "0", "PYTHONNOUSERSITE": "1", "PYTHONIOENCODING": "utf-8"}
    return {**kept, **own, "PIP_CONSTRAINT": os.devnull}


def engine_environment() -> dict[str, str]:
    """What the engine gets, and the trial that proves it: from scratch, only what it can use."""
    kept = {k: v for k, v in os.environ.items() if FOR_ENGINE.fullmatch(k)}
    qgis = os.environ.get("OSGEO4W_ROOT")
    if qgis and "PATH" in kept:  # on Windows PATH is where DLLs come from, QGIS's own included
        folders = kept["PATH"].split(os.pathsep)
        others = [each for each in folders if not each.lower().startswith(qgis.lower())]
        kept["PATH"] = os.pathsep.join(others)
    return {**kept, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
