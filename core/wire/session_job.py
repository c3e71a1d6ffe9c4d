"""The job of a live session; ``requests.py`` has what it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.wire.errors import JobError, shown
from core.wire.fields import (
    check_bands,
    check_device,
    check_flags,
    check_measures,
    check_path,
    check_text,
    is_int,
)
from core.wire.finetune_job import FINEST


@dataclass(frozen=True, kw_only=True)
class SessionJob:
    """Adapt a model to one image again and again, as its labels change.

    Attributes:
        image: The raster, as for fine-tuning.
        base: A model file, or the name of a bundled model.
        image_name: What cards call the image, where that is but a copy of something else.
        bands: As for classification.
        finest: As for fine-tuning.
        other_bands: As for fine-tuning.
        seed: Of everything random.
        device: "auto", "cpu", "cuda" or "mps".
        threads: CPU threads; None is all cores.
    """

    verb: ClassVar[str] = "session"

    image: str
    base: str = "landcover"
    image_name: str | None = None
    bands: tuple[int, ...] | None = None
    finest: float | None = FINEST
    other_bands: bool = True
    seed: int = 0
    device: str = "auto"
    threads: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no raster could satisfy.

        Raises:
            JobError: A field is of the wrong type or out of range.
        """
        check_path(self, ("image", "base"))
        check_text(self, ("image_name",))
        check_measures(self, ("finest",))
        check_flags(self, ("other_bands",))
        check_bands(self.bands)
        check_device(self.device)
        if not (is_int(self.seed) and 0 <= self.seed <= 2**31):
            raise JobError(f"seed must be a number from 0 to {2**31}, not {shown(self.seed)}.")
        if self.threads is not None and not (is_int(self.threads) and 1 <= self.threads <= 1024):
            raise JobError(f"threads must be a number from 1 to 1024, not {shown(self.threads)}.")

    @property
    def inputs(self) -> list[str]:
        """Names of what is read."""
        return [self.image, self.base]

    @property
    def outputs(self) -> dict[str, str]:
        """Paths to be written, by role: none before it is asked."""
        return {}
