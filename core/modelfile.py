"""The model file: one ``.safetensors`` with the weights and, in its header, the card. No pickle."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch
import torch

from core.card import Card
from core.compact import SCALE, compact, expand
from core.errors import ModelFileError, ModelNotFound
from core.model.ginet import GINet
from core.place import replacing

BUNDLED = Path(__file__).resolve().parent.parent / "resources" / "models"
SUFFIX = ".safetensors"


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
        with safetensors.safe_open(path, framework="pt") as file:
            text = (file.metadata() or {}).get("card")
    except (safetensors.SafetensorError, OSError) as error:
        raise ModelFileError(f"{path} is not a safetensors file ({error}).") from error
    if text is None:
        raise ModelFileError(
            f"{path} has no GINet card in its header.", "Choose a model made by GINet for QGIS."
        )
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{path}: its card is not valid JSON.") from error
    try:
        return Card.from_dict(fields)
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error.message}", error.hint) from error


def load_model(model: str) -> Model:
    """Load a model by path or bundled name.

    The tensors' names and shapes are checked against the card before any is read.

    Raises:
        ModelNotFound: There is no such file.
        ModelFileError: The file, its card or its tensors are not what they should be.
    """
    path = find_model(model)
    card = read_card(path)
    with torch.device("meta"):
        expected = {name: tuple(t.shape) for name, t in build_network(card).state_dict().items()}
    with safetensors.safe_open(path, framework="pt") as file:
        found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
        scaled = {name for name in expected if name + SCALE in found and len(expected[name]) == 4}
        expected |= {name + SCALE: expected[name][:1] for name in scaled}
        if found != expected:
            odd = sorted(set(found.items()) ^ set(expected.items()))[0]
            raise ModelFileError(f"{path}: tensor {odd[0]} does not fit its card.")
        network = build_network(card)
        for name, own in network.state_dict().items():
            tensor = file.get_tensor(name)
            own.copy_(expand(tensor, file.get_tensor(name + SCALE)) if name in scaled else tensor)
    return Model(network.eval(), card, hashlib.sha256(path.read_bytes()).hexdigest())


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
