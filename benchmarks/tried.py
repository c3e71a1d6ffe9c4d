"""Ways to a faster network, on one patch and one thread: python -m benchmarks.tried IMAGE ...

Each way classifies a patch of each image with the bundled model. Prints processor seconds a patch
(the median of several, the ways by turns), what it takes to prepare, and how many of the pixels
have the class that float32 gives them. The first image alone calibrates the 8-bit encoder.
"""

from __future__ import annotations

import argparse
import copy
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.inference.process import prepare_process

prepare_process()  # before torch is loaded

import rasterio  # noqa: E402
import torch  # noqa: E402
from rasterio.windows import Window  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.ao import quantization  # noqa: E402
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx  # noqa: E402

from core.model.encoder import Encoder, SamePad  # noqa: E402
from core.model.fold import fold_batch_norms  # noqa: E402
from core.model.fuse import FusedConv2d, fuse_convolutions  # noqa: E402
from core.model.ginet import GINet  # noqa: E402
from core.model.memory import to_channels_last  # noqa: E402
from core.model.modelfile import load_model  # noqa: E402

MODEL, SIDE, SCENE = "landcover", 1088, 512
Way = Callable[[Tensor], Tensor]


def prepared(precision: torch.dtype, *, folded: bool = True, fused: bool = True,
             channels_last: bool = True) -> GINet:  # fmt: skip
    """The bundled model, as the predictor has it unless told otherwise."""
    network = load_model(MODEL).network
    if folded:
        fold_batch_norms(network)
    if fused:
        fuse_convolutions(network, precision)
    network.to(precision)
    if channels_last:
        to_channels_last(network)
    return network


def way(network: GINet) -> Way:
    """Logits of a picture (1, 3, SIDE, SIDE) in 0..1; its scene is itself."""
    contexts: dict[int, Any] = {}
    box = torch.tensor([[0.0, 0.0, 1.0, 1.0]])

    def segment(picture: Tensor) -> Tensor:
        if id(picture) not in contexts:
            scene = nn.functional.interpolate(picture, (SCENE, SCENE), mode="area")
            contexts[id(picture)] = network.context(scene, torch.ones(1, 1, SCENE, SCENE))
        valid = torch.ones(1, 1, *picture.shape[2:])
        return network.segment(picture, valid, box, contexts[id(picture)]).float()

    return segment


class Quantised(nn.Module):
    """An encoder in 8 bits between tensors of another precision."""

    def __init__(self, encoder: nn.Module, like: Encoder, precision: torch.dtype) -> None:
        super().__init__()
        self.encoder, self.precision = encoder, precision
        self.mean, self.std = like.mean, like.std

    def forward(self, image: Tensor) -> list[Tensor]:
        return [level.to(self.precision) for level in self.encoder(image.float())]


def quantised(pictures: list[Tensor]) -> GINet:
    """The bundled model with its local encoder in 8 bits, all else in bfloat16."""
    network = load_model(MODEL).network
    fold_batch_norms(network)
    encoder = copy.deepcopy(network.local_encoder)
    for module in list(encoder.modules()):
        if isinstance(module, nn.Sequential):
            _plain(module)
    torch.backends.quantized.engine = "onednn"
    mapping = quantization.get_default_qconfig_mapping("onednn")
    ready = prepare_fx(encoder, mapping, (pictures[0],))
    seen = network.centred
    for picture in pictures:
        ready(seen(picture, torch.ones(1, 1, *picture.shape[2:])))
    made = convert_fx(ready)
    fuse_convolutions(network, torch.bfloat16)
    network.to(torch.bfloat16)
    to_channels_last(network)
    network.local_encoder = Quantised(made, network.local_encoder, torch.bfloat16)  # type: ignore[assignment]
    return network


def _plain(layers: nn.Sequential) -> None:
    """Padding within the convolution; ReLU for ReLU6: 8 bits that end at 6 are clipped there."""
    made: list[nn.Module] = []
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            fused = FusedConv2d(layer, padded=bool(made) and isinstance(made[-1], SamePad),
                                activated=False)  # fmt: skip
            if made and isinstance(made[-1], SamePad):
                made.pop()
            out, per_group, kernel, _ = fused.weight.shape
            plain = nn.Conv2d(per_group * fused.groups, out, kernel, tuple(fused.stride),
                              tuple(fused.padding), groups=fused.groups)  # fmt: skip
            plain.weight, plain.bias = fused.weight, fused.bias
            made.append(plain)
        elif not isinstance(layer, nn.Identity):
            made.append(layer)
    while len(layers):
        del layers[-1]
    layers.extend(made)


def pictures_of(paths: list[Path]) -> list[Tensor]:
    """Their upper left corners, in 0..1."""
    found = []
    for path in paths:
        with rasterio.open(path) as source:
            pixels = source.read([1, 2, 3], window=Window(0, 0, SIDE, SIDE), boundless=False)
        rows, columns = (-(-SIDE // side) for side in pixels.shape[1:])
        tiled = torch.from_numpy(pixels).repeat(1, rows, columns)[None, :, :SIDE, :SIDE]
        found.append(tiled.float() / 255)
    return found


def compiled() -> GINet:
    """The bundled model by torch.compile; needs a C++ compiler."""
    network = prepared(torch.bfloat16, fused=False)
    network.segment = torch.compile(network.segment)  # type: ignore[method-assign]
    return network


def ways(pictures: list[Tensor]) -> dict[str, Callable[[], GINet]]:
    """What is tried, by name."""
    half = torch.bfloat16
    return {
        "float32": lambda: prepared(torch.float32),
        "bfloat16, as shipped": lambda: prepared(half),
        "batch norms not folded": lambda: prepared(half, folded=False, fused=False),
        "folded, activations not fused": lambda: prepared(half, fused=False),
        "channels first": lambda: prepared(half, channels_last=False),
        "8-bit encoder (oneDNN, VNNI)": lambda: quantised(pictures[:1]),
        "torch.compile": compiled,
    }


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", metavar="NAME")
    options = parser.parse_args()
    torch.set_num_threads(1)
    pictures = pictures_of(options.images)
    runs: dict[str, Way] = {}
    prepare: dict[str, float] = {}
    classes: dict[str, Tensor] = {}
    seconds: dict[str, list[float]] = {}
    for name, make in ways(pictures).items():
        if options.only and name not in options.only:
            continue
        try:
            begin = used()
            runs[name] = way(make())
            found = [runs[name](picture) for picture in pictures]
        except Exception as error:  # noqa: BLE001 - of a way that this machine lacks
            print(f"{name}: {str(error).splitlines()[0][:200]}", flush=True)
            runs.pop(name, None)
            continue
        prepare[name], seconds[name] = used() - begin, []
        classes[name] = torch.stack([each.argmax(1) for each in found])
    for _ in range(options.rounds):
        for name, run in runs.items():
            begin = time.thread_time()
            run(pictures[0])
            seconds[name].append(time.thread_time() - begin)
    print("| | a patch, ms | loading, first patches, s | same class as float32 |")
    print("|---|---:|---:|---:|")
    for name in runs:
        same = float((classes[name] == next(iter(classes.values()))).float().mean())
        print(f"| {name} | {statistics.median(seconds[name]) * 1e3:.0f} | {prepare[name]:.1f} "
              f"| {same:.2%} |")  # fmt: skip


def used() -> float:
    """Processor seconds of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main()
