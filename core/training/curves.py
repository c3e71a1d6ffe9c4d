"""Curves of a training for TensorBoard, which is optional."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.wire.errors import JobError, OutputError
from core.wire.events import Emit


class Curves:
    """Passes a training's events on, and writes its ``metrics`` where TensorBoard finds them.

    A resumed training goes on with the same curves: what was written after the step that it goes
    on from is taken back.

    Args:
        folder: For TensorBoard's files (``tensorboard --logdir FOLDER`` shows them).
        emit: Where the events go.

    Raises:
        JobError: TensorBoard is not installed.
        OutputError: The folder cannot be made.
    """

    def __init__(self, folder: Path, emit: Emit) -> None:
        """Write nothing before the training starts."""
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise JobError(
                "Curves need the package tensorboard, which is not installed.",
                "Install requirements/train.txt, or leave --tensorboard away.",
            ) from error
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"The folder {folder} cannot be made ({error.strerror}).", "Choose another one."
            ) from error
        self._open, self._folder, self._emit = SummaryWriter, folder, emit
        self._writer: Any = None

    def __call__(self, event: str, **fields: Any) -> None:
        """Pass an event on."""
        self._emit(event, **fields)
        if event == "start":
            # Only the process that tells of events gets here and writes.
            self._writer = self._open(str(self._folder), purge_step=fields["step"] + 1)
        elif event == "metrics":
            step = fields.pop("step")
            for name, value in fields.items():
                values = (
                    {name: value}
                    if not isinstance(value, dict)
                    else {f"{name}/{part}": score for part, score in value.items()}
                )
                for tag, number in values.items():
                    self._writer.add_scalar(tag, number, step)
            # Not left to its two minutes' rhythm: a killed training would lack those.
            self._writer.flush()
