"""The trial of an environment: what it computes on, and in what precision, rightly.

``python -m core.check`` prints one JSON object; the installer runs it as its last step.
"""

from __future__ import annotations

import json
import platform
import sys
from typing import Any

import torch

from core.model.device import available_devices, choose_device
from core.model.modelfile import load_model
from core.model.precision import native_precision
from core.model.trial import MODEL, compute, fault, first_line
from core.wire.errors import DeviceError, GinetError


def check() -> dict[str, Any]:
    """Compute on every device.

    Returns:
        Versions; ``device``, the fastest that computes; ``device_name``;
        ``fallback``, why a faster one was not taken, empty where none was passed over;
        ``precision``, that it computes in; and ``slower``, why in no faster one, likewise.

    Raises:
        DeviceError: Not even the processor computes.
    """
    # Imported for the proof that they can be: the libraries within are what breaks.
    import numpy as np
    import pyproj
    import rasterio

    try:
        # A busy machine makes several threads wait for each other.
        chosen = choose_device(threads=1)
        compute(load_model(MODEL).network, "cpu", torch.float32)
    except Exception as error:  # a broken PyTorch raises whatever it likes
        raise DeviceError(
            f"PyTorch {torch.__version__} is there but cannot compute: {first_line(error)}",
            "Install another build of PyTorch, or choose another Python.",
        ) from error
    faults = [f"{kind}: {fault(kind, torch.float32)}" for kind in available_devices()]
    passed = available_devices().index(chosen.kind)
    native = native_precision(chosen.kind)
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "device": chosen.kind,
        "device_name": chosen.name,
        "fallback": "; ".join(faults[:passed]),
        "precision": chosen.precision_name,
        "slower": "" if chosen.precision is native else fault(chosen.kind, native),
        "numpy": np.__version__,
        "pyproj": pyproj.__version__,
        "rasterio": rasterio.__version__,
        "gdal": rasterio.__gdal_version__,
    }


def main() -> int:
    """Print what `check` tells; the exit status is 0 where something computes."""
    try:
        found = check()
    except GinetError as error:
        sys.stderr.write(f"ERROR: {error}\n")
        return 1
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
