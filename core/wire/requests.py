"""Requests of a session, read line by line while it works."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.wire.errors import LONGEST_SHOWN, JobError, shown
from core.wire.fields import is_int
from core.wire.plainjson import parse

FIELDS: Mapping[str, tuple[set[str], set[str]]] = {
    "labels": ({"classes", "labels", "field"}, {"labels_name"}),
    "view": ({"extent", "width", "height", "classes"}, {"confidence"}),
    "next": ({"extent"}, set()),
    "score": (set(), set()),
    "save": ({"output"}, {"name", "overwrite"}),
    "cancel": (set(), set()),
    "close": (set(), set()),
}
"""What each request needs and what it may have."""

PAUSE = 0.5
"""Seconds after which one that waits looks whether it is to stop."""


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        number: What its answer calls it; None where it has none.
        do: A key of ``FIELDS``; "" where it is none.
        fields: All others.
        wrong: Why it is none that can be answered, if so.
    """

    number: int | None
    do: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    wrong: JobError | None = None


def parse_request(line: bytes) -> Request:
    """Parse a request; an error is stored in ``wrong``."""
    try:
        fields = parse(line.decode())
    except ValueError as error:
        return Request(None, wrong=JobError(f"A request is not valid JSON: {error}."))
    if not isinstance(fields, dict):
        return Request(None, wrong=JobError("A request is a JSON object."))
    number, do = fields.pop("request", None), fields.pop("do", None)
    if not is_int(number):
        wrong = JobError(f"request must be a whole number, not {shown(number)}.")
        return Request(None, wrong=wrong)
    if not isinstance(do, str) or do not in FIELDS:
        wrong = JobError(f"do is {shown(do)}; a session knows {', '.join(FIELDS)}.")
        return Request(number, wrong=wrong)
    needed, optional = FIELDS[do]
    if unknown := sorted(set(fields) - needed - optional):
        wrong = JobError(f"The request has unknown fields: {', '.join(unknown)[:LONGEST_SHOWN]}.")
        return Request(number, do, wrong=wrong)
    if missing := sorted(needed - set(fields)):
        wrong = JobError(f"The request lacks {' and '.join(missing)}.")
        return Request(number, do, wrong=wrong)
    return Request(number, do, fields)


class Requests:
    """A queue of requests: one thread reads lines, another answers."""

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: deque[Request] = deque()
        self._changed = threading.Condition()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether no more will come."""
        return self._closed

    def put(self, line: bytes) -> None:
        """Add a line."""
        request = parse_request(line)
        with self._changed:
            self._waiting.append(request)
            self._changed.notify()

    def close(self) -> None:
        """Accept no more requests and drop those that wait."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify()

    def take(self, stopped: Callable[[], bool]) -> Request | None:
        """The next request; waits for it.

        Args:
            stopped: Whether to wait no longer.

        Returns:
            None where no more will come, or ``stopped`` said so.
        """
        with self._changed:
            while not self._waiting:
                if self._closed or stopped():
                    return None
                self._changed.wait(PAUSE)
            return self._waiting.popleft()

    def waits(self, *kinds: str) -> bool:
        """Whether a request of one of these kinds waits."""
        with self._changed:
            return any(request.do in kinds and not request.wrong for request in self._waiting)
