"""The model file: one ``.safetensors`` with the weights and, in its header, the card. No pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch

from core.model.card import Card
from core.model.compact import SCALE, compact, expand
from core.model.digest import sha256_of
from core.model.ginet import GINet
from core.wire.destination import replacing
from core.wire.errors import ModelFileError, ModelNotFound
from core.wire.plainjson import parse

BUNDLED = Path(__file__).resolve().parents[2] / "resources" / "models"
SUFFIX = ".safetensors"
LARGEST_HEADER = 4 * 2**20
"""Bytes; those of the bundled models have 90 thousand."""
FLOATS = ("F16", "BF16", "F32")


@dataclass(frozen=True)
class Model:
    """A network with its card.

    Attributes:
        network: In evaluation mode, single precision, on the CPU.
        card: What it needs to be used right.
        sha256: Of the file, hexadecimal; names the model in a provenance record.
    """

    network: GINet
    card: Card
    sha256: str


def build_network(card: Card) -> GINet:
    """The network that a card describes, with random weights."""
    return GINet(
        encoder=card.encoder,
        inputs=len(card.bands),
        classes=len(card.classes),
        width=card.width,
        injection=card.injection,
        probe=card.probe,
        familiarity=card.familiarity,
        seen=card.encoder_bands,
    )


def find_model(model: str) -> Path:
    """Path of a model file, or of a bundled model named without folder and suffix.

    Raises:
        ModelNotFound: There is neither; the bundled models are named.
    """
    bundled = BUNDLED / f"{model}{SUFFIX}"
    # Not pathlib's question: before Python 3.14 it raises for names that the system refuses.
    if Path(model).name == model and os.path.isfile(bundled):  # noqa: PTH113
        return bundled
    if os.path.isfile(model):  # noqa: PTH113
        return Path(model)
    names = sorted(path.stem for path in BUNDLED.glob(f"*{SUFFIX}"))
    raise ModelNotFound(
        f"There is no model {model!r}.",
        f"Give a {SUFFIX} file or a bundled model: {', '.join(names) or 'none is installed'}.",
    )


def read_card(path: Path) -> Card:
    """Read the card alone, without the weights.

    Raises:
        ModelFileError: The file is no safetensors file, or its card does not validate.
    """
    try:
        with path.open("rb") as start:
            length = int.from_bytes(start.read(8), "little")
        if length > LARGEST_HEADER:
            raise ModelFileError(
                f"{path} is not a safetensors file of GINet: by its first bytes its header has "
                f"{length} bytes; at most {LARGEST_HEADER} are read."
            )
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read ({error.strerror}).") from error
    with _opened(path) as file:
        text = (file.metadata() or {}).get("card")
    if text is None:
        raise ModelFileError(
            f"{path} has no GINet card in its header.", "Choose a model made by GINet for QGIS."
        )
    try:
        fields = parse(text)
    except ValueError as error:
        raise ModelFileError(f"{path}: its card is not valid JSON ({error}).") from error
    try:
        return Card.from_dict(fields)
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error.message}", error.hint) from error


def load_model(model: str) -> Model:
    """Load a model by path or bundled name.

    The tensors' names, shapes and data types are checked against the card before any is read, so
    memory holds no more than the network that the card describes.

    Raises:
        ModelNotFound: There is no such file.
        ModelFileError: The file, its card or its tensors are not what they should be.
    """
    path = find_model(model)
    card = read_card(path)
    with _opened(path) as file:
        with torch.device("meta"):  # random weights would take longer than the file's
            network = build_network(card)
        state = network.state_dict()
        scaled = _check_tensors(path, file, state)
        for name, own in state.items():
            tensor = file.get_tensor(name)
            whole = expand(tensor, file.get_tensor(name + SCALE)) if name in scaled else tensor
            state[name] = whole.to(own.dtype, copy=True)  # the file's own are only mapped
            if not state[name].isfinite().all():
                raise ModelFileError(f"{path}: tensor {name} holds values that are no numbers.")
        network.load_state_dict(state, assign=True)
    return Model(network.eval(), card, sha256_of(path))


def _opened(path: Path) -> Any:
    """The file, opened by safetensors; its weights are only mapped into memory.

    Raises:
        ModelFileError: It is no safetensors file, or larger than can be mapped.
    """
    try:
        return safetensors.safe_open(path, framework="pt")
    except (safetensors.SafetensorError, OSError, RuntimeError, MemoryError) as error:
        raise ModelFileError(f"{path} is not a safetensors file ({str(error)[:200]}).") from error


def _check_tensors(path: Path, file: Any, state: Mapping[str, torch.Tensor]) -> set[str]:
    """Check that a file holds exactly a network's tensors; return the names of its 8-bit ones."""
    found = {}
    for name in file.keys():  # noqa: SIM118 - it is no dictionary
        tensor = file.get_slice(name)
        found[name] = tuple(tensor.get_shape()), tensor.get_dtype()
    scaled = {name for name in state if name + SCALE in found and state[name].dim() == 4}
    expected: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {}
    for name, tensor in state.items():
        floats = FLOATS if tensor.is_floating_point() else ("I64",)
        expected[name] = tuple(tensor.shape), ("I8",) if name in scaled else floats
        if name in scaled:
            expected[name + SCALE] = tuple(tensor.shape[:1]), FLOATS
    for name in sorted({*found, *expected}):
        shape, dtypes = expected.get(name, (None, ()))
        if name not in found or found[name][0] != shape or found[name][1] not in dtypes:
            raise ModelFileError(f"{path}: tensor {name[:100]} does not fit its card.")
    return scaled


def save_model(
    path: Path, network: torch.nn.Module, card: Card, *, compactly: bool = False
) -> None:
    """Write a model file, weights in half precision, replacing ``path`` only when whole.

    Args:
        path: Where to.
        network: Its weights are written.
        card: Goes into the header.
        compactly: Round convolutions to 8 bits (``compact``): half the size.

    Raises:
        OutputError: It cannot be written.
    """

    def halved(name: str, tensor: torch.Tensor) -> bool:
        return tensor.is_floating_point() and not name.endswith(SCALE)

    state = network.state_dict()
    _write(
        path,
        {
            name: (t.half() if halved(name, t) else t).detach().cpu().contiguous()
            for name, t in (compact(state) if compactly else state).items()
        },
        card,
    )


def save_card(path: Path, card: Card) -> None:
    """Give a model file another card; its weights stay as they are stored.

    Raises:
        OutputError: It cannot be written.
    """
    _write(path, safetensors.torch.load_file(path), card)


def _write(path: Path, tensors: dict[str, torch.Tensor], card: Card) -> None:
    header = {"format": "pt", "card": json.dumps(card.to_dict(), ensure_ascii=False)}
    with replacing(path, "model") as part:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not save_file: it makes a file that only its owner may read.
        part.write_bytes(safetensors.torch.save(tensors, header))
