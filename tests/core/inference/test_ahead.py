"""Reading ahead, and what is loaded at the start."""

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest

from core.inference.ahead import ahead
from core.inference.process import loading


def test_the_first_result_is_begun_at_once_and_two_are_there_at_most():
    begun, first = [], threading.Event()

    def work(item):
        begun.append(item)
        first.set()
        return -item

    with ThreadPoolExecutor(1) as thread:
        results = ahead(thread, work, range(4))
        assert first.wait(10)
        for number, found in enumerate(results):
            assert found == (number, -number)
            assert len(begun) <= number + 2
        assert list(ahead(thread, work, [])) == []


def test_an_error_comes_with_its_item():
    with ThreadPoolExecutor(1) as thread:
        results = ahead(thread, lambda item: 1 // item, [1, 0, 1])
        assert next(results) == (1, 1)
        with pytest.raises(ZeroDivisionError):
            next(results)


def test_garbage_is_looked_for_again_after_loading_also_where_that_fails():
    frozen = gc.get_freeze_count()
    try:
        with pytest.raises(ModuleNotFoundError), loading():
            import_module("no_such_module" if not gc.isenabled() else "gc")
        assert gc.isenabled()
        assert gc.get_freeze_count() > frozen
    finally:
        gc.unfreeze()
