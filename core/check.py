"""The trial of an environment: GINet's own network, one patch on each device that is there.

``python -m core.check`` prints one JSON object; the installer runs it as its last step.
"""

from __future__ import annotations

import json
import platform
import sys
from typing import Any

import torch
from torch import Tensor

from core.device import available_devices, choose_device
from core.errors import DeviceError, GinetError
from core.model.memory import to_channels_last
from core.modelfile import load_model

MODEL = "landcover"
SIDE = 256
"""Of the synthetic patch and its scene, in pixels: enough for every layer."""
AGREEMENT = 0.9
"""Share of pixels on which a graphics card in its own precision must agree with the processor."""


def check() -> dict[str, Any]:
    """Compute on every device.

    Returns:
        Versions; ``device``, the fastest that computes; ``device_name``;
        and ``fallback``, why a faster one was not taken, empty where none was passed over.

    Raises:
        DeviceError: Not even the processor computes.
    """
    # Imported for the proof that they can be: the libraries within are what breaks.
    import numpy as np
    import pyproj
    import rasterio

    try:
        wanted = _classes("cpu")
    except Exception as error:  # a broken PyTorch raises whatever it likes
        raise DeviceError(
            f"PyTorch {torch.__version__} is there but cannot compute: {_first_line(error)}",
            "Install another build of PyTorch, or choose another Python.",
        ) from error
    device, fallback = "cpu", ""
    for kind in available_devices():
        if kind == "cpu":
            break
        try:
            found = _classes(kind)
        except Exception as error:  # noqa: BLE001 - as above
            fallback = f"{kind}: {_first_line(error)}"
            continue
        if (found == wanted).float().mean().item() < AGREEMENT:
            fallback = f"{kind}: its result differs from the processor's"
            continue
        device = kind
        break
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "device": device,
        "device_name": choose_device(device).name,
        "fallback": fallback,
        "numpy": np.__version__,
        "pyproj": pyproj.__version__,
        "rasterio": rasterio.__version__,
        "gdal": rasterio.__gdal_version__,
    }


@torch.inference_mode()
def _classes(kind: str) -> Tensor:
    """Class index of each cell of a synthetic patch."""
    model = load_model(MODEL)
    device = choose_device(kind, threads=1)  # a busy machine makes several wait for each other
    network = model.network.to(device.kind, device.precision)
    to_channels_last(network)
    ramp = torch.linspace(0, 1, SIDE).expand(1, len(model.card.bands), SIDE, SIDE)
    picture = ramp.contiguous().to(device.kind), torch.ones(1, 1, SIDE, SIDE).to(device.kind)
    context = network.context(*picture)
    box = torch.tensor([[0.0, 0.0, 1.0, 1.0]]).to(device.kind)
    logits = network.segment(*picture, box, context).float().cpu()
    if not torch.isfinite(logits).all():
        raise RuntimeError("its results are not numbers")
    return logits.argmax(1)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


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
