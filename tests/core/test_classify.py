"""Classification end to end, in this process: what comes out for each kind of raster."""

import json

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS
from scenes import SIZE, Heard, save, scene
from tiny_model import card, write

from core.classify import classify
from core.wire import job as jobs

TRUE_SCALE = CRS.from_proj4("+proj=tmerc +lat_0=45 +k=1 +x_0=528000 +y_0=4978000 +ellps=WGS84")


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    return save(tmp_path_factory.mktemp("scene 图") / "image.tif", scene())


def test_every_pixel_gets_a_class_and_every_class_occurs(run, image):
    classes = run(image)
    assert classes.shape == (SIZE, SIZE)
    assert set(np.unique(classes)) == {0, 2, 4}
    areas = run.heard.all("result")[0]["areas"]
    assert [row["pixels"] for row in areas] == [(classes == k).sum() for k in (0, 2, 4)]
    assert sum(row["area_m2"] for row in areas) == pytest.approx(SIZE**2 / 4, rel=1e-3)


def test_a_pixel_becomes_the_same_whatever_the_extent(run, image):
    whole = run(image)
    random = np.random.default_rng(1)
    extents = [(0, 0, 192, 192), (192, 192, 192, 192)]  # blocks
    extents += [(*random.integers(0, 250, 2), *random.integers(1, 200, 2)) for _ in range(6)]
    for number, (col, row, width, height) in enumerate(extents):
        x, y = 528000 + col / 2, 4978000 - row / 2
        extent = (float(x), float(y - height / 2), float(x + width / 2), float(y))
        part = run(image, f"part{number}.tif", extent=extent)
        np.testing.assert_array_equal(part, whole[row : row + height, col : col + width])


def test_the_result_lies_where_the_raster_does(run, image, tmp_path):
    run(
        image, extent=(528010.1, 4977900.1, 528060.2, 4977990.3), confidence=str(tmp_path / "c.tif")
    )
    for name in ("out.tif", "c.tif"):
        with rasterio.open(tmp_path / name) as result, rasterio.open(image) as source:
            assert result.crs == source.crs
            assert result.transform == Affine(0.5, 0, 528010, 0, -0.5, 4978000 - 9.5)
            assert result.shape == (181, 101)
            assert result.nodata == 255


def test_the_batch_makes_no_difference_but_for_ties(run, image):
    one, four = run(image, batch_size=1), run(image, "four.tif", batch_size=4)
    assert (one != four).mean() < 1e-3


def test_confidence_and_probabilities_agree_with_the_classes(run, image, tmp_path):
    classes = run(image, confidence=str(tmp_path / "c.tif"), probabilities=str(tmp_path / "p.tif"))
    with rasterio.open(tmp_path / "c.tif") as c, rasterio.open(tmp_path / "p.tif") as p:
        confidence, shares = c.read(1), p.read()
        assert p.descriptions == ("class 0", "class 1", "class 2")
    np.testing.assert_array_equal(shares.max(0), confidence)
    assert (np.abs(shares.astype(int).sum(0) - 100) <= 2).all()
    clear = np.sort(shares, 0)[-1] > np.sort(shares, 0)[-2]
    np.testing.assert_array_equal((shares.argmax(0) * 2)[clear], classes[clear])


def test_the_scene_around_a_patch_counts(run, tmp_path):
    """GGN at work: pixels far from a patch, within its context, change its classes.

    Neither the patches that reach them nor guided upsampling reach as far as here.
    """
    pixels = scene(size=250)
    here = run(save(tmp_path / "a.tif", pixels))[:40, :40]
    pixels[:, 200:, 200:] = 255 - pixels[:, 200:, 200:]
    there = run(save(tmp_path / "b.tif", pixels), "b_out.tif")[:40, :40]
    assert (here != there).any()


def hole(how, path, pixels):
    """A raster with a hole at [100:300, 200:350], declared in one of GDAL's ways."""
    inside = np.ones(pixels.shape[1:], bool)
    inside[100:300, 200:350] = False
    if how == "nodata":
        return save(path, pixels * inside, nodata=0), inside
    if how == "alpha":
        alpha = (inside * 255).astype(np.uint8)[None]
        return save(path, np.concatenate((pixels, alpha)), colours="rgba"), inside
    return save(path, pixels, mask=inside), inside


@pytest.mark.parametrize("how", ["nodata", "alpha", "mask"])
def test_nodata_stays_out_of_both_branches(run, tmp_path, how):
    pixels = scene()
    path, inside = hole(how, tmp_path / "a.tif", pixels)
    classes = run(path)
    np.testing.assert_array_equal(classes == 255, ~inside)
    assert run.heard.all("result")[0]["nodata_pixels"] == (~inside).sum()
    if how != "nodata":
        pixels[:, 100:300, 200:350] = 77
        again, _ = hole(how, tmp_path / "b.tif", pixels)
        np.testing.assert_array_equal(run(again, "b_out.tif"), classes)


@pytest.mark.parametrize("dtype", ["uint16", "int16", "float32"])
def test_other_data_types_are_stretched_and_that_is_said(run, tmp_path, dtype):
    """A stretch by percentiles undoes any linear change of the values."""
    pixels = scene().astype(np.float64)
    other = {"uint16": pixels * 200 + 1000, "int16": pixels * 100 - 9000, "float32": pixels / 255}
    classes = run(save(tmp_path / "a.tif", other[dtype].astype(dtype)))
    assert any("percentiles" in fields["message"] for fields in run.heard.all("warning"))
    reference = run(save(tmp_path / "b.tif", pixels.astype("int32")), "b_out.tif")
    assert (classes == reference).mean() > 0.99


def test_bands_in_any_order(run, image, tmp_path):
    pixels = scene()
    shuffled = save(tmp_path / "a.tif", pixels[[2, 0, 1]], colours="uuu")
    np.testing.assert_array_equal(run(shuffled, bands=(2, 3, 1)), run(image, "b.tif"))


def test_a_palette_is_classified_as_its_colours(run, tmp_path):
    """In blocks at the edges, and in those that lie within."""
    numbers = scene(size=600)[:1] // 32
    colours = {number: (30 * number, 255 - 20 * number, 10 * number, 255) for number in range(8)}
    plain = np.array([colours[number][:3] for number in range(8)], np.uint8)[numbers[0]]
    found = run(save(tmp_path / "palette.tif", numbers, palette=colours))
    np.testing.assert_array_equal(
        found, run(save(tmp_path / "plain.tif", plain.transpose(2, 0, 1)), "plain_out.tif")
    )


@pytest.fixture(scope="module")
def metre_model(tmp_path_factory):
    path = tmp_path_factory.mktemp("metre") / "metre.safetensors"
    return str(write(path, ground_resolution=(1.0, 1.0)))


def test_resampling_works_at_the_models_resolution_on_the_rasters_grid(run, metre_model, tmp_path):
    coarse = scene(seed=2, size=240)  # within one context: both runs see the same
    fine = coarse.repeat(2, 1).repeat(2, 2)
    coarse = save(tmp_path / "coarse.tif", coarse, resolution=1.0, crs=TRUE_SCALE)
    fine = save(tmp_path / "fine.tif", fine, resolution=0.5, crs=TRUE_SCALE)
    at_metre = run(coarse, model=metre_model)
    resampled = run(fine, "fine_out.tif", model=metre_model, resample=True)
    assert resampled.shape == (480, 480)
    assert (resampled == at_metre.repeat(2, 0).repeat(2, 1)).mean() > 0.9
    assert not run.heard.all("warning")


def test_a_far_resolution_is_warned_of(run, metre_model, tmp_path):
    run(save(tmp_path / "a.tif", scene(size=100), resolution=0.4), model=metre_model)
    assert "0.4 m" in run.heard.all("warning")[0]["message"]
    run(save(tmp_path / "b.tif", scene(size=100), resolution=0.7), "b_out.tif", model=metre_model)
    assert not run.heard.all("warning")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_without_crs_there_are_pixels_but_no_areas(run, tmp_path):
    run(save(tmp_path / "a.tif", scene(size=50), crs=None), extent=(10, -30, 40, -20))
    result = run.heard.all("result")[0]
    assert result["pixels"] == 300
    assert {row["area_m2"] for row in result["areas"]} == {None}
    assert sum(row["percent"] for row in result["areas"]) == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 300), (3, 129)])
def test_tiny_and_thin_rasters(run, tmp_path, width, height):
    classes = run(save(tmp_path / "a.tif", scene(size=300)[:, :height, :width]))
    assert classes.shape == (height, width)
    assert (classes != 255).all()


def test_the_job_in_the_report_repeats_the_result(run, image, tmp_path):
    report = tmp_path / "report.json"
    first = run(image, report=str(report))
    job = jobs.from_dict(json.loads(report.read_text("utf-8"))["job"])
    again = jobs.from_dict({**jobs.to_dict(job), "overwrite": True})
    classify(again, Heard())
    with rasterio.open(tmp_path / "out.tif") as result:
        np.testing.assert_array_equal(result.read(1), first)


def test_events_in_order(run, image):
    run(image)
    names = [name for name, _ in run.heard.events]
    assert names[0] == "start"
    assert names[-1] == "result"
    last = run.heard.all("progress")[-1]
    assert last["done"] == last["total"]
    assert run.heard.all("start")[0]["classes"][1] == {
        "id": 2,
        "name": "class 1",
        "colour": card().classes[1].colour,
    }
