"""Any input: each odd raster is classified right or refused in one clear sentence."""

import os
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_inputs import CASES, Classifier, part_of_file, users_files
from rasters import noise, write

from core.raster import gdal
from core.raster.gdal import open_dataset
from core.raster.reading import Raster
from core.wire.errors import BandError, NoData, NoOverlap, RasterReadError


@pytest.fixture(scope="module")
def classifier(tiny_model):
    return Classifier(tiny_model)


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """As a process begins, whatever other tests have opened in this one."""
    monkeypatch.setattr(gdal, "_online", False)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_odd_input(case, classifier, tmp_path):
    source, output = case.make(tmp_path), tmp_path / "out.tif"
    if case.error:
        with pytest.raises(case.error) as caught:
            classifier(source, output, **case.options)
        said = str(caught.value)
        assert case.says in said
        assert "hunter2" not in said
        assert caught.value.hint
        assert len(said) < 500 + len(source)
        assert "\n" not in said
        assert not output.exists()
        return
    classes, warnings = classifier(source, output, **case.options)
    assert case.says in " ".join(warnings)
    valid = np.ones(classes.shape, bool) if case.valid is None else case.valid
    np.testing.assert_array_equal(classes != 255, valid)
    if case.like is not None:
        plain = classifier.of_pixels(case.like, case.valid, tmp_path)
        np.testing.assert_array_equal(classes, plain)
    if "extent" not in case.options and "ignored" not in case.says:
        lies_where_its_source_does(source, output)


def lies_where_its_source_does(source, output):
    with open_dataset(source) as asked, open_dataset(str(output)) as made:
        assert made.shape == asked.shape
        np.testing.assert_allclose(made.transform, asked.transform)
        assert len(made.gcps[0]) == len(asked.gcps[0])
        if asked.transform != Affine.identity():
            assert made.crs == asked.crs


DATA = Path(
    os.environ.get("GINET_TEST_DATA", Path(__file__).parents[3] / ".." / "shared" / "data")
).resolve()
FILES = users_files(DATA / "geotiff_inputs")
REFUSED = {
    "rasterio__all-nodata.tif": NoData,
    "rasterio__corrupt.tif": RasterReadError,
    "rio-tiler__cog_scale.tif": BandError,
}


@pytest.mark.skipif(not FILES, reason=f"no test data in {DATA} (GINET_TEST_DATA)")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_users_file(path, classifier, tmp_path):
    """Classified where it holds data, and only there; test_reading_files.py checks the values."""
    output = tmp_path / "out.tif"
    extent = part_of_file(str(path))
    if error := REFUSED.get(path.name):
        with pytest.raises(error, match=path.name) as caught:
            classifier(str(path), output, extent=extent)
        assert caught.value.hint
        assert not output.exists()
        return
    with Raster(str(path)) as raster:
        expected = raster.read(raster.grid.window(extent or raster.grid.extent))[1]
    if not expected.any():
        with pytest.raises(NoData, match="holds no data within the extent"):
            classifier(str(path), output, extent=extent)
        return
    classes, _ = classifier(str(path), output, extent=extent)
    np.testing.assert_array_equal(classes != 255, expected)


MANY = noise(9, height=300, width=250)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A raster of nine bands, and what each choice of its bands was classified as."""
    path = tmp_path_factory.mktemp("many") / "many.tif"
    return write(path, MANY, colours=""), {}


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(
    st.tuples(st.integers(-20, 249), st.integers(-20, 299)),
    st.tuples(st.floats(0.1, 300), st.floats(0.1, 300)),
    st.sampled_from([None, (9, 1, 5), (4, 4, 4)]),
)
def test_any_extent_of_any_bands(many, classifier, tmp_path_factory, corner, size, bands):
    """It gives just what those pixels are in a classification of the whole."""
    path, wholes = many
    folder = tmp_path_factory.mktemp("extent")
    if bands not in wholes:
        wholes[bands], _ = classifier(path, folder / "whole.tif", bands=bands)
    (col, row), (width, height) = corner, size
    a, e, x, y = 0.5, -0.5, 500_000, 5_000_000
    extent = (x + col * a, y + (row + height) * e, x + (col + width) * a, y + row * e)
    left, top = max(col, 0), max(row, 0)
    right, bottom = (int(np.ceil(end - 1e-6)) for end in (col + width, row + height))
    expected = wholes[bands][top : max(bottom, 0), left : max(right, 0)]
    if not expected.size:
        with pytest.raises(NoOverlap):
            classifier(path, folder / "part.tif", bands=bands, extent=extent)
        return
    found, _ = classifier(path, folder / "part.tif", bands=bands, extent=extent)
    np.testing.assert_array_equal(found, expected)
