"""Console: shows events to a person at a terminal, as a progress bar and a short summary."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm

from core.cli.summary import (
    accuracy_lines,
    area_lines,
    batch_lines,
    finetune_lines,
    polygon_lines,
    sample_lines,
    score_lines,
)


class Console:
    """Takes events as ``events.JsonLines`` does; writes to stderr but for the summary."""

    def __init__(self) -> None:
        """Start without a bar."""
        self._bar: tqdm[Any] | None = None
        self._verb = ""

    def __call__(self, event: str, **fields: Any) -> None:
        """Show one event."""
        show = getattr(self, f"_{event}", None)
        if show:
            show(**fields)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _tell(self, text: str) -> None:
        sys.stdout.write(text + "\n")

    def _say(self, text: str) -> None:
        tqdm.write(text, file=sys.stderr)

    def _start(self, verb: str, **fields: Any) -> None:
        self._verb = verb
        match verb:
            case "classify" | "finetune":
                self._say(
                    f"{fields['model']} on {fields['device']} ({fields['device_name']}), "
                    f"{fields['precision']}, {fields['threads']} threads"
                )
            case "train":
                count = fields["processes"]
                processes = "" if count == 1 else f" by {count} processes"
                self._say(f"Training on {fields['device']}{processes} from step {fields['step']}.")
            case "batch":
                self._say(f"{fields['scenes']} scenes to classify.")
            case "evaluate":
                self._say(f"{fields['model']}: {fields['scenes']} scenes to classify and score.")

    def _resume(self, done: int, total: int) -> None:
        self._say(f"Going on: {done} of {total} blocks are there already.")

    def _progress(self, done: int, total: int, unit: str, rate: float, **fields: Any) -> None:
        if self._bar is None:
            self._bar = tqdm(total=total, unit=unit, file=sys.stderr, dynamic_ncols=True)
        if unit == "patch":
            self._bar.set_postfix_str(f"{rate / 1e6:.2f} megapixels/s", refresh=False)
        if unit == "step":
            miou = "" if fields["miou"] is None else f"mIoU {fields['miou']:.3f}, "
            self._bar.set_postfix_str(
                f"loss {fields['loss']:.3f}, {miou}learning rate {fields['learning_rate']:.2g}",
                refresh=False,
            )
        self._bar.update(done - self._bar.n)

    def _scene(self, number: int, of: int, name: str, status: str, message: str = "") -> None:
        """Each scene of a batch has a bar of its own."""
        self.close()
        self._say(f"{number} of {of}, {name}: {status}{message and f' ({message})'}")

    def _metrics(self, miou: dict[str, float], **fields: Any) -> None:
        # The bar tells of the other steps.
        if miou:
            scores = ", ".join(f"{name} {score:.3f}" for name, score in miou.items())
            self._say(f"step {fields['step']}: loss {fields['loss']:.3f}, mIoU: {scores}")

    def _fold(self, done: int, total: int) -> None:
        self._say(f"{done} of {total} parts of the labels are held out.")

    def _warning(self, message: str) -> None:
        self._say(f"warning: {message}")

    def _result(self, outputs: dict[str, str], **fields: Any) -> None:
        self.close()
        match self._verb:
            case "classify":
                self._tell(area_lines(fields["areas"]))
                self._tell(
                    f"{fields['seconds']:.1f} s on {fields['device']}, "
                    f"{fields['rate'] / 1e6:.2f} megapixels a second"
                )
            case "batch":
                self._tell(area_lines(fields["areas"]))
                self._tell(batch_lines(fields))
            case "evaluate":
                self._tell(score_lines(fields["scenes"], fields["together"]))
            case "finetune" if told := finetune_lines(fields):
                self._tell(told)
            case "assess":
                self._tell(accuracy_lines(fields))
            case "polygons":
                self._tell(polygon_lines(fields))
            case "sample":
                self._tell(sample_lines(fields))
        for role, path in outputs.items():
            self._tell(f"{role}: {path}")
