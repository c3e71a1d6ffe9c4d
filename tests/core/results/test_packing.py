"""Packing: what is packed comes out again, and nothing else is taken for it."""

import numpy as np
import pytest

from core.results import journal as module
from core.results.journal import Journal
from core.results.packing import HEADER, STRETCHES, pack, unpack


def planes(*stretches, height=70, width=90):
    """A plane of six values for each: mean length of its stretches."""
    random = np.random.default_rng(0)
    return np.stack(
        [
            random.integers(0, 6, (height, width), np.uint8).repeat(each, 1)[:, :width]
            for each in stretches
        ]
    )


@pytest.mark.parametrize("stretches", [[1], [90], [30, 1], [1, 90, 1], [90, 90]])
def test_round_trip(stretches):
    values = planes(*stretches)
    packed = pack(list(values))
    assert (unpack(packed, values.shape) == values).all()
    assert len(packed) < values.size


def test_no_planes_are_no_bytes():
    assert pack([]) == b""


@pytest.mark.parametrize("stretches", [[1], [90]])
def test_another_content_is_refused(stretches):
    values = planes(*stretches)
    packed = pack(list(values))
    _, height, width = values.shape
    for shape in [(1, height + 1, width), (1, height - 1, width), (2, height, width)]:
        with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
            unpack(packed, shape)
    for content in (packed[:-1], packed[:3], packed + b"\0", bytes([9]) + packed[1:]):
        with pytest.raises(ValueError):  # noqa: PT011
            unpack(content, values.shape)


def test_a_stray_byte_within_a_plane_is_refused():
    values = planes(90)
    packed = pack(list(values))
    kind, size = HEADER.unpack_from(packed)
    assert kind == STRETCHES
    with pytest.raises(ValueError, match="another size"):
        unpack(HEADER.pack(kind, size + 1) + packed[HEADER.size :] + b"\0", values.shape)


def test_a_journal_that_is_packed_another_way_is_begun_anew(tmp_path, monkeypatch):
    values = list(planes(90))

    def blocks(*added):
        journal = Journal(str(tmp_path / "map.tif"), {"the same": "job"}, 9)
        for number in added:
            journal.add(number, values)
        found = len(journal)
        journal.close()
        return found

    assert blocks(0, 1) == blocks() == 2
    monkeypatch.setattr(module, "PACKING", module.PACKING + 1)
    assert blocks() == 0
