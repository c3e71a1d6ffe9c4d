"""Mixed precision: what training computes with, as far as the device can."""

from __future__ import annotations

import torch

from core.errors import JobError
from core.events import Emit

BFLOAT16_CPU = ("avx512_bf16", "amx_bf16", "bf16")
"""Instructions without which a CPU is slower in bfloat16 than in float32 (the last is ARM's)."""


class Precision:
    """How a training computes.

    Attributes:
        scaler: Keeps small gradients from vanishing in float16; idle otherwise.

    Args:
        name: "bfloat16", "float16" or "float32", as in ``recipe.Schedule``.
        device: "cpu", "cuda" or "mps".
        emit: Told where float32 takes the place of bfloat16.

    Raises:
        JobError: The device does not train in float16.
    """

    def __init__(self, name: str, device: str, emit: Emit) -> None:
        """Check the precision against the device."""
        if name == "float16" and device != "cuda":
            raise JobError(
                f"Training in float16 needs CUDA; the device is {device}.",
                'Set precision = "bfloat16" or "float32" in the recipe.',
            )
        if name == "bfloat16" and not _computes_bfloat16(device):
            emit("warning", message=f"This {device} is slow in bfloat16; training in float32.")
            name = "float32"
        self._device, self._type = device, getattr(torch, name)
        self.scaler = torch.amp.GradScaler(device, enabled=name == "float16")

    def autocast(self) -> torch.autocast:
        """Context of the forward pass."""
        return torch.autocast(
            self._device,
            torch.bfloat16 if self._type is torch.float32 else self._type,
            enabled=self._type is not torch.float32,
        )


def _computes_bfloat16(device: str) -> bool:
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device == "cpu":
        able = torch.cpu.get_capabilities()
        return any(able.get(name) for name in BFLOAT16_CPU)
    return True
