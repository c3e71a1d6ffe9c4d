"""A cache of bounded size."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """A mapping of bounded size that drops the least recently used values (LRU).

    Args:
        most: Of the sum of all sizes; the last value is kept whatever its size.
        size: Of a value.
    """

    def __init__(self, most: int, size: Callable[[Value], int] = lambda _: 1) -> None:
        """Start empty."""
        self._most, self._size = most, size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._sum = 0

    def __contains__(self, key: Key) -> bool:
        """Whether it is there still."""
        return key in self._values

    def __getitem__(self, key: Key) -> Value:
        """The value, which is now the last to go.

        Raises:
            KeyError: It is not there any more.
        """
        self._values.move_to_end(key)
        return self._values[key]

    def __setitem__(self, key: Key, value: Value) -> None:
        """Keep a value."""
        if key in self._values:
            self._sum -= self._size(self._values.pop(key))
        self._values[key] = value
        self._sum += self._size(value)
        while self._sum > self._most and len(self._values) > 1:
            self._sum -= self._size(self._values.popitem(last=False)[1])
