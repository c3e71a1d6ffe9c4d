"""Read-ahead: the next item is prepared in a thread while the current one is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    thread: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[tuple[Item, Result]]:
    """Each item with what comes of it; two results are in memory at once, whatever their number."""
    waiting: tuple[Item, Future[Result]] | None = None
    for item in items:
        coming = item, thread.submit(work, item)
        if waiting:
            yield waiting[0], waiting[1].result()
        waiting = coming
    if waiting:
        yield waiting[0], waiting[1].result()
