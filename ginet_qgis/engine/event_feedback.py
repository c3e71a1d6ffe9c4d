"""The engine's events as QGIS shows them: progress, messages and warnings of a feedback."""

from __future__ import annotations

import time
from typing import Any

from qgis.core import QgsProcessingFeedback

from ginet_qgis.engine.sentences import in_user_language
from ginet_qgis.i18n import tr

TELL_SECONDS = 10
"""How often rate and time left are told: each telling is a line in Processing's log. A feedback
that shows them elsewhere says so with an attribute ``tell_seconds``."""


class EventFeedback:
    """Passes the events of one run on.

    Args:
        feedback: Of Processing; one that has a method ``hear`` gets each event as it is, too.
    """

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        """Nothing has been heard yet."""
        self._feedback = feedback
        self._shown_at = time.monotonic()
        self._tell_seconds = getattr(feedback, "tell_seconds", TELL_SECONDS)

    def show(self, event: dict[str, Any]) -> None:
        """Show an event to the user; kinds of a later engine are left out."""
        kind = event["event"]
        if hasattr(self._feedback, "hear"):
            self._feedback.hear(event)
        if kind == "start":
            self._show_start(event)
        elif kind == "resume":
            self._feedback.pushInfo(
                tr("Going on: {done} of {total} blocks are there already.").format(
                    done=event.get("done"), total=event.get("total")
                )
            )
        elif kind == "progress":
            self._show_progress(event)
        elif kind == "fold":
            self._feedback.setProgressText(
                tr("{done} of {total} parts of the labels are held out").format(
                    done=event.get("done"), total=event.get("total")
                )
            )
        elif kind == "warning":
            self._feedback.pushWarning(in_user_language(str(event.get("message", ""))))

    def _show_start(self, event: dict[str, Any]) -> None:
        if "model" not in event:
            return
        self._feedback.pushInfo(
            tr("Engine {engine}, model {model}, on {device} ({name}, {precision})").format(
                engine=event.get("engine"),
                model=event.get("model"),
                device=event.get("device"),
                name=event.get("device_name"),
                precision=event.get("precision"),
            )
        )

    def _show_progress(self, event: dict[str, Any]) -> None:
        done, total = event.get("done", 0), event.get("total", 0)
        self._feedback.setProgress(100 * done / total if total else 0)
        now = time.monotonic()
        if event.get("rate") and now - self._shown_at >= self._tell_seconds:
            self._shown_at = now
            self._feedback.setProgressText(
                tr("{rate} million pixels a second, {left} left").format(
                    rate=f"{event.get('rate', 0) / 1e6:.3g}", left=duration(event.get("eta_s", 0))
                )
            )


def duration(seconds: float) -> str:
    """Seconds as ``1:05`` or ``2:01:05``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
