"""A map of fields, and teaching that has begun on it."""

from __future__ import annotations

import pytest

from ginet_qgis.models import model_files
from tests.fixtures import qgis_fields as fields
from tests.fixtures.qgis_window import click


@pytest.fixture
def canvas(window):
    return window.mapCanvas()


@pytest.fixture
def image(tmp_path, dock, add_layer, window, canvas):
    """Three stripes of ground, all of it on the map."""
    window.active = None
    layer = add_layer(fields.scene(tmp_path / "my fields 田地" / "image 影像.tif"))
    canvas.setDestinationCrs(layer.crs())
    canvas.setExtent(layer.extent())
    return layer


@pytest.fixture
def panel(dock, image):
    """Teaching has begun."""
    folder = model_files.user_folder()
    before = set(folder.glob("*"))
    click(dock.teach.teach)
    panel = dock.teach.panel
    assert panel.is_teaching, dock.message.text.text()
    yield panel
    panel.end(wait=True)
    for path in set(folder.glob("*")) - before:
        path.unlink()
