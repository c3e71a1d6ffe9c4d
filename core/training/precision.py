"""Mixed precision: the number format of training, as far as the device supports it."""

from __future__ import annotations

import torch

from core.model.device import passed_over
from core.model.precision import Precision, computes_bfloat16, forced_precision
from core.model.trial import fault
from core.wire.errors import JobError
from core.wire.events import Emit


def training_precision(name: str, device: str, emit: Emit) -> Precision:
    """The recipe's precision, or float32 where the device is slow in it or fails.

    Args:
        name: "bfloat16", "float16" or "float32", as in ``recipe.Schedule``.
        device: "cpu", "cuda" or "mps".
        emit: Told where float32 takes the place of another.

    Raises:
        JobError: The device does not train in float16.
        DeviceError: The environment forces what is no precision.
    """
    if forced := forced_precision():
        return Precision(forced, device)
    if name == "float16" and device != "cuda":
        raise JobError(
            f"Training in float16 needs CUDA; the device is {device}.",
            'Set precision = "bfloat16" or "float32" in the recipe.',
        )
    if name == "bfloat16" and device != "mps" and not computes_bfloat16(device):
        emit("warning", message=f"This {device} is slow in bfloat16; training in float32.")
        name = "float32"
    dtype = getattr(torch, name)
    if dtype is not torch.float32 and (reason := fault(device, dtype)):
        emit("warning", message=passed_over(device, dtype, reason, device, torch.float32))
        name = "float32"
    return Precision(name, device)
