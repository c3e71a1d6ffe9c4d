"""Checkpoint: the state of a training in one file, from which it resumes exactly."""

from __future__ import annotations

import hashlib
import json
import math
import pickle  # nosec B403  # for the name of an error that torch.load raises; nothing is unpickled
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any

import torch

from core.training.recipe import Recipe
from core.wire.destination import replacing
from core.wire.errors import JobError

NO_STATE = (OSError, RuntimeError, EOFError, pickle.UnpicklingError, LookupError, TypeError)
"""What comes of reading a file that is none."""


class State:
    """The state of a training.

    Attributes:
        step: Steps done.
        scores: Validation scores when last measured, see ``validation.validate``.
        best: The best mean of such scores until then.

    Args:
        recipe: The training's; a state belongs to one recipe.
        parts: What has a ``state_dict`` (network, optimiser and such), by name.
    """

    def __init__(self, recipe: Recipe, parts: Mapping[str, Any]) -> None:
        """Begin at step 0."""
        self.step = 0
        self.scores: dict[str, float] = {}
        self.best = -math.inf
        self._recipe, self._parts = _digest(recipe), parts

    @property
    def mean(self) -> float | None:
        """Mean of the scores; None before there are any."""
        return round(fmean(self.scores.values()), 4) if self.scores else None

    def score(self, scores: dict[str, float]) -> bool:
        """Store new scores; return whether their mean is the best so far."""
        self.scores = scores
        if self.mean is None or self.mean <= self.best:
            return False
        self.best = self.mean
        return True

    def save(self, path: Path) -> None:
        """Write the state atomically.

        Raises:
            OutputError: It cannot be written.
        """
        told = {"recipe": self._recipe, "step": self.step, "scores": self.scores, "best": self.best}
        with replacing(path, "training state") as part:
            torch.save(told | {name: p.state_dict() for name, p in self._parts.items()}, part)

    def load(self, path: Path, device: str) -> bool:
        """Go back to a state that was saved.

        Returns:
            Whether there was anything to go back to: another recipe's that took no step is not.

        Raises:
            JobError: It is another recipe's, or no state.
        """
        start_anew = "Delete it to start anew, or choose another output."
        try:
            state = torch.load(path, map_location=device, weights_only=True)
            recipe = state["recipe"]
        except NO_STATE as error:
            raise JobError(f"{path} is no state of a training.", start_anew) from error
        if recipe != self._recipe and state.get("step") == 0:
            return False
        if recipe != self._recipe:
            raise JobError(f"{path} is the state of a training by another recipe.", start_anew)
        for name, part in self._parts.items():
            part.load_state_dict(state[name])
        self.step, self.scores, self.best = state["step"], state["scores"], state["best"]
        return True


def _digest(recipe: Recipe) -> str:
    """Names a training: resuming with other settings or data would not be the same one."""
    scenes = [
        [
            *(scene.name, scene.image.name, scene.label.name, scene.width, scene.height),
            *(scene.window, scene.reduce, scene.weight, scene.scale, scene.masks.tolist()),
        ]
        for scene in (*recipe.train, *recipe.validation)
    ]
    parts = [asdict(part) for part in (recipe.schedule, recipe.sample, recipe.protocol)]
    settings = [recipe.card.to_dict(), *parts, *scenes]
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
