"""Events: what the engine reports while it works, one after the other.

An event is a flat dictionary with the key ``event``: ``start``, ``resume``, ``scene``,
``progress``, ``metrics``, ``fold``, ``warning``, ``result`` or ``error``. Verbs take any callable
of this shape; ``JsonLines`` puts events on a stream, the command line's ``Console``
(``console.py``) shows them to a person.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any, TextIO

from core import __version__
from core.wire.errors import GinetError

WIRE_VERSION = 1

Emit = Callable[..., None]
"""``emit(event, **fields)``; must be safe to call from any thread."""


def silent(event: str, **fields: Any) -> None:
    """Discard an event."""


class JsonLines:
    """Writes each event as one line of JSON (UTF-8, no line breaks inside) and flushes it.

    Args:
        stream: Where the lines go; nothing else may write there.
    """

    def __init__(self, stream: TextIO) -> None:
        """Keep the stream and a lock for it."""
        self._stream = stream
        self._lock = threading.Lock()

    def __call__(self, event: str, **fields: Any) -> None:
        """Write one event."""
        line = json.dumps({"event": event, **fields}, ensure_ascii=False, allow_nan=False)
        with self._lock:
            self._stream.write(line + "\n")
            self._stream.flush()


def emit_start(emit: Emit, verb: str, **fields: Any) -> None:
    """Emit ``start``, the first event of each verb.

    Args:
        emit: Takes the event.
        verb: The verb's name.
        fields: What runs on what.
    """
    emit("start", version=WIRE_VERSION, engine=__version__, verb=verb, **fields)


def emit_error(emit: Emit, error: GinetError) -> None:
    """Emit ``error`` for an error that the user can mend."""
    emit("error", code=error.code, message=error.message, hint=error.hint)


class Progress:
    """Counts work done and emits ``progress`` events, at most ten a second.

    Args:
        emit: Where the events go.
        total: Amount of work, in ``unit``.
        unit: What is counted, singular ("patch", "step").
    """

    def __init__(self, emit: Emit, total: int, unit: str) -> None:
        """Start the clock."""
        self._emit, self._total, self._unit = emit, total, unit
        self._done = self._skipped = 0
        self._size = 0
        self._begin = time.monotonic()
        self._last = 0.0

    def skip(self, done: int) -> None:
        """Count work that was done before the clock started."""
        self._done += done
        self._skipped += done

    def add(self, done: int, size: int = 0, **fields: Any) -> None:
        """Count work.

        Args:
            done: Units finished since the last call.
            size: What the rate counts (pixels, samples) within them.
            fields: What else to tell of them.
        """
        self._done += done
        self._size += size
        now = time.monotonic()
        if now - self._last < 0.1 and self._done < self._total:
            return
        self._last = now
        seconds = max(now - self._begin, 1e-6)
        left = seconds / max(self._done - self._skipped, 1) * (self._total - self._done)
        self._emit(
            "progress",
            done=self._done,
            total=self._total,
            unit=self._unit,
            rate=round(self._size / seconds, 1),
            eta_s=round(left, 1),
            **fields,
        )
