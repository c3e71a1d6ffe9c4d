"""The schedule of a training: its steps, rates and weights."""

from __future__ import annotations

from dataclasses import dataclass

from core.wire.errors import JobError, shown
from core.wire.fields import check_flags, is_finite, is_int

COUNTS = ("steps", "contexts", "validate_every", "validation_batches", "save_every")
POSITIVE = ("learning_rate", "encoder_learning_rate", "clip")
WEIGHTS = ("weight_decay", "global_loss", "lad")
SHARES = ("injection_dropout", "balance", "ema")
CHOICES = {
    "lad_teacher": ("local", "global"),
    "lad_distance": ("square", "kl"),
    "precision": ("bfloat16", "float16", "float32"),
}


@dataclass(frozen=True)
class Schedule:
    """How a model is trained.

    Attributes:
        steps: Optimiser steps.
        contexts: Contexts in a batch.
        learning_rate: Peak of the one-cycle schedule, for all but the encoders.
        encoder_learning_rate: Its peak for the pretrained encoders.
        weight_decay: Of AdamW.
        global_loss: Weight a of the global branch's cross-entropy.
        lad: Weight of local affinity distillation, warmed up over a tenth of the steps.
        lad_teacher: "local" as in the paper, or "global".
        lad_distance: "square" or "kl", see ``losses``.
        injection_dropout: Share of patches that train without injection.
        balance: Of rare labels in the cross-entropies, 0 to 1, see ``partial_cross_entropy``.
        clip: Largest gradient norm.
        ema: Decay of the averaged weights, which are the ones kept.
        validate_every: Steps between validations.
        validation_batches: Batches that a validation draws.
        save_every: Steps between writings of the state, from which a killed training goes on.
        precision: "bfloat16" (autocast), "float16" (autocast, on CUDA only) or "float32".
        pretrained: Start the encoders from their ImageNet weights.
        start: Model file or bundled model to start from instead; what fits is taken.
        seed: Of everything random.
    """

    steps: int
    contexts: int = 2
    learning_rate: float = 1e-3
    encoder_learning_rate: float = 5e-4
    weight_decay: float = 0.02
    global_loss: float = 0.4
    lad: float = 10.0
    lad_teacher: str = "local"
    lad_distance: str = "square"
    injection_dropout: float = 0.3
    balance: float = 0.0
    clip: float = 5.0
    ema: float = 0.998
    validate_every: int = 250
    validation_batches: int = 30
    save_every: int = 100
    precision: str = "bfloat16"
    pretrained: bool = True
    start: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what no training could follow.

        Raises:
            JobError: A setting is of the wrong type or out of range; names it.
        """
        for name in COUNTS:
            self._check(name, 1, 2**31, whole=True)
        self._check("seed", 0, 2**31, whole=True)
        for name in POSITIVE:
            self._check(name, 1e-12, 1e6)
        for name in WEIGHTS:
            self._check(name, 0, 1e6)
        for name in SHARES:
            self._check(name, 0, 1)
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                value = shown(getattr(self, name))
                raise JobError(f"{name} {value} is none of {', '.join(choices)}.")
        check_flags(self, ("pretrained",))
        if not isinstance(self.start, str):
            raise JobError(f"start is {shown(self.start)}, not a model's name or file.")

    def _check(self, name: str, low: float, high: float, *, whole: bool = False) -> None:
        value = getattr(self, name)
        if not ((is_int(value) if whole else is_finite(value)) and low <= value <= high):
            kind = "a whole number" if whole else "a number"
            raise JobError(f"{name} is {shown(value)}, not {kind} from {low:g} to {high:g}.")
