"""Read-ahead: the next item is prepared in a thread while the current one is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Coming = tuple[Item, Future[Result]]


def ahead(
    thread: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[tuple[Item, Result]]:
    """Each item with what comes of it; two results are in memory at once, whatever their number.

    The first one is begun at once.
    """
    coming = ((item, thread.submit(work, item)) for item in items)
    return _one_behind(next(coming, None), coming)


def _one_behind(
    waiting: Coming[Item, Result] | None, coming: Iterator[Coming[Item, Result]]
) -> Iterator[tuple[Item, Result]]:
    while waiting:
        following = next(coming, None)
        yield waiting[0], waiting[1].result()
        waiting = following
