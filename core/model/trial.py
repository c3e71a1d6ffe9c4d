"""The trial: whether a device computes correctly in a precision, before a run relies on it.

A driver, a processor or a build of PyTorch may lack a kernel, or have a wrong one, for a single
precision. So GINet's own model classifies a patch and sees it as fine-tuning does, and is
compared with float32 on the processor. That takes a second on one core; each process tries anew,
for drivers and processors change.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from core.model.ginet import GINet
from core.model.memory import to_channels_last
from core.model.modelfile import load_model
from core.model.optimise import optimise
from core.model.precision import Precision
from core.model.probe import stack_features

MODEL = "landcover"
SIDE = 64
"""Of the patch and its scene, in pixels: enough for every layer."""
APART = 0.1
"""Most that results may differ from float32's, relative to those; bfloat16 differs by 0.02."""


@dataclass(frozen=True)
class TrialResult:
    """The output of a trial.

    Attributes:
        logits: (1, classes, h, w) of the network as it was.
        features: What fine-tuning learns from, in its precision.
    """

    logits: Tensor
    features: Tensor


@cache
def fault(kind: str, precision: torch.dtype) -> str:
    """Why a device computes wrongly in a precision; "" where it does not.

    Args:
        kind: "cpu", "cuda" or "mps".
        precision: The device's.
    """
    if (kind, precision) == ("cpu", torch.float32):
        return ""
    network = load_model(MODEL).network
    expected = compute(network, "cpu", torch.float32)
    try:
        found = compute(network, kind, precision)
    except Exception as error:  # noqa: BLE001 - a broken PyTorch raises whatever it likes
        return first_line(error)
    for name, wanted in vars(expected).items():
        result = getattr(found, name)
        if not torch.isfinite(result).all():
            return "its results are not numbers"
        if float((result - wanted).norm() / wanted.norm().clamp_min(1e-6)) > APART:
            return "its results differ from float32's"
    return ""


def compute(network: GINet, kind: str, precision: torch.dtype) -> TrialResult:
    """Classify a patch, and work out what fine-tuning learns from.

    Args:
        network: In single precision on the CPU; its weights stay as they are.
        kind: "cpu", "cuda" or "mps".
        precision: The device's.
    """
    picture = _picture(network.inputs).to(kind), torch.ones(1, 1, SIDE, SIDE, device=kind)
    box = torch.tensor([[0.1, 0.1, 0.9, 0.9]], device=kind)
    with torch.inference_mode():
        plain = copy.deepcopy(network)
        optimise(plain, kind, precision)
        logits = plain.segment(*picture, box, plain.context(*picture)).float().cpu()
    plain = network if kind == "cpu" else copy.deepcopy(network).to(kind)
    to_channels_last(plain)
    how = Precision.of_finetuning(precision, kind)
    return TrialResult(logits, _features(plain, picture, box, how))


def first_line(error: BaseException) -> str:
    """The first line of what an error says, or its name."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


@torch.no_grad()
def _features(
    network: GINet, picture: tuple[Tensor, Tensor], box: Tensor, how: Precision
) -> Tensor:
    """What fine-tuning learns from."""
    with how.autocast():
        encoded = network.encode(*picture)
        fused = network.inject(encoded, box, network.context(*picture))
        embedding = network.local_head.embedding(fused)
    return stack_features(encoded, embedding, *picture, network.seen).cpu()


def _picture(bands: int) -> Tensor:
    """Stripes and a ramp, (1, bands, SIDE, SIDE) in 0..1."""
    across = torch.linspace(0, 1, SIDE)
    stripes = 0.5 + 0.5 * torch.sin(40 * across)
    return ((across[:, None] + stripes) / 2).expand(1, bands, SIDE, SIDE).contiguous()
