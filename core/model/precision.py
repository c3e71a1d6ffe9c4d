"""Precision: the number formats in which values are stored and computed.

| what | computed in | kept in |
|---|---|---|
| classifying, evaluating | the device's precision: weights and features alike | - |
| fine-tuning | autocast in bfloat16 where that is the device's; fits in float32 | float32 |
| training | autocast in the recipe's, else float32; float16 with scaled gradients | float32 |

Logits, losses, sums and what an optimiser changes are always float32.
"""

from __future__ import annotations

import os

import torch

from core.wire.errors import DeviceError

PRECISIONS = ("float32", "bfloat16", "float16")
VARIABLE = "GINET_PRECISION"
"""Of the environment: the precision of all that no job asks another of, able or not; for tests."""
BFLOAT16_CPU = ("avx512_bf16", "amx_bf16")
"""Instructions without which a CPU is slower in bfloat16 than in float32."""


class Precision:
    """How a network in single precision is trained.

    Attributes:
        name: "float32", "bfloat16" or "float16".
        scaler: Keeps small gradients from vanishing in float16; idle otherwise.

    Args:
        name: As above.
        kind: "cpu", "cuda" or "mps".
    """

    def __init__(self, name: str, kind: str) -> None:
        """Set up the scaler."""
        self.name, self._kind = name, kind
        self.scaler = torch.amp.GradScaler(kind, enabled=name == "float16")

    @classmethod
    def of_finetuning(cls, native: torch.dtype, kind: str) -> Precision:
        """Of fine-tuning, which does not scale gradients: never float16.

        Args:
            native: The device's, in which it classifies.
            kind: "cpu", "cuda" or "mps".
        """
        return cls("bfloat16" if native is torch.bfloat16 else "float32", kind)

    def autocast(self) -> torch.autocast:
        """Context of the forward pass; what it takes must be float32 or its own precision."""
        half = self.name != "float32"
        dtype = getattr(torch, self.name) if half else torch.bfloat16
        return torch.autocast(self._kind, dtype, enabled=half)


def native_precision(kind: str) -> torch.dtype:
    """The fastest that a kind of device computes without emulation."""
    if computes_bfloat16(kind):
        return torch.bfloat16
    return torch.float16 if kind == "cuda" else torch.float32


def computes_bfloat16(kind: str) -> bool:
    """Whether a kind of device is faster in bfloat16 than in float32."""
    if kind == "cuda":
        try:
            return bool(torch.cuda.is_bf16_supported(including_emulation=False))
        except (AssertionError, RuntimeError):  # a driver that does not answer: the trial tells
            return False
    # ATEN_CPU_CAPABILITY may hold PyTorch to less than the processor has.
    used = torch.backends.cpu.get_cpu_capability()
    able = torch.cpu.get_capabilities()
    return kind == "cpu" and used.startswith("AVX512") and any(map(able.get, BFLOAT16_CPU))


def forced_precision() -> str | None:
    """What the environment forces, if anything.

    Raises:
        DeviceError: It is no precision.
    """
    name = os.environ.get(VARIABLE) or None
    if name not in (None, *PRECISIONS):
        raise DeviceError(
            f"{VARIABLE} is {name!r}, none of {', '.join(PRECISIONS)}.", "Set one, or unset it."
        )
    return name
