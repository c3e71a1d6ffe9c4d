"""What holds no data is no label: one rule for label rasters, references, maps and images."""

import numpy as np
import pytest
import rasterio
import rasters
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.warp import transform
from scenes import Heard

from core.accuracy.raster import ClassRaster
from core.adapt.labels import LabelRaster
from core.assess import assess
from core.datasets.decoding import ThresholdedColours
from core.datasets.scenes import open_scene
from core.finetune import finetune
from core.raster.reading import Raster
from core.raster.validity import has_data, may_lack_data
from core.wire.accuracy_job import AssessJob
from core.wire.classes import ClassTable, LandCoverClass
from core.wire.errors import DatasetError
from core.wire.finetune_job import FinetuneJob

HEIGHT, WIDTH = 60, 80
CLASSES = ClassTable([LandCoverClass(value, f"class {value}", "#000000") for value in (0, 1, 2, 3)])
RANDOM = np.random.default_rng(0)
VALUES = RANDOM.integers(0, 4, (HEIGHT, WIDTH)).astype(np.uint8)
HIDDEN = RANDOM.random((HEIGHT, WIDTH)) < 0.3


def labels(path, how):
    """Write ``VALUES``, of which some hold no data, and return which do."""
    values, there = VALUES[None], np.ones(VALUES.shape, bool)
    options = {"colours": "u"}
    if how in ("mask", "mask and nodata"):
        options["mask"], there = ~HIDDEN, there & ~HIDDEN
    if how in ("alpha", "alpha and nodata"):
        values = np.stack([VALUES, np.uint8(255) * ~HIDDEN])
        options["colours"], there = "ua", there & ~HIDDEN
    if how in ("nodata", "mask and nodata", "alpha and nodata"):
        options["nodata"], there = 2, there & (VALUES != 2)
    if how == "negative":
        values, options["nodata"] = np.where(HIDDEN, np.int16(-1), VALUES)[None], -1
        there &= ~HIDDEN
    if how == "nan":
        values = np.where(HIDDEN, np.nan, VALUES)[None].astype(np.float32)
        options["nodata"], there = np.nan, there & ~HIDDEN
    if how == "float":
        values, options["nodata"], there = values.astype(np.float32), 2, there & (VALUES != 2)
    rasters.write(path, values, **options)
    if how == "mask beside":
        there &= ~HIDDEN
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as dataset:
            dataset.write_mask(~HIDDEN)
        assert path.with_name(f"{path.name}.msk").exists()
    if how == "mask of a band":
        mask = rasters.write(path.with_name("m.tif"), np.uint8(255) * ~HIDDEN[None], colours="u")
        path = path.with_suffix(".vrt")
        path.write_text(VRT.format(mask=mask))
        there &= ~HIDDEN
    return str(path), there


VRT = f"""<VRTDataset rasterXSize="{WIDTH}" rasterYSize="{HEIGHT}"><SRS>EPSG:32633</SRS>
<GeoTransform>500000, 0.5, 0, 5000000, 0, -0.5</GeoTransform>
<VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename relativeToVRT="1">labels.tif</SourceFilename></SimpleSource>
<MaskBand><VRTRasterBand dataType="Byte"><SimpleSource><SourceFilename>{{mask}}</SourceFilename>
</SimpleSource></VRTRasterBand></MaskBand></VRTRasterBand></VRTDataset>"""
HOW = (
    "nodata", "mask", "mask beside", "alpha", "mask and nodata", "alpha and nodata", "negative",
    "nan", "float", "mask of a band",
)  # fmt: skip


@pytest.fixture(params=HOW)
def marked(request, tmp_path):
    """A label raster, and where it holds data."""
    return labels(tmp_path / "labels.tif", request.param)


def test_label_raster(marked, tmp_path):
    path, there = marked
    with (
        Raster(rasters.write(tmp_path / "image.tif", rasters.noise())) as image,
        LabelRaster(path, image, CLASSES, 255) as read,
    ):
        found = read.read((0, 0, WIDTH, HEIGHT))
        assert np.array_equal(found, np.where(there, VALUES.astype(np.int16), -1))
        counts = sum(read.count().values())
    assert counts.tolist() == [int((there & (value == VALUES)).sum()) for value in range(4)]


def test_reference_raster(marked):
    path, there = marked
    with ClassRaster(path) as read:
        found, valid = read.read((0, 0, WIDTH, HEIGHT))
    assert np.array_equal(valid, there)
    assert np.array_equal(found[valid], VALUES[there])


def test_scene_to_train_and_evaluate_on(marked, tmp_path):
    path, there = marked
    rasters.write(tmp_path / "image.tif", rasters.noise())
    entry = {"name": "s", "image": "image.tif", "label": path, "labels": "all"}
    scheme = {"all": {str(value): [f"class {value}"] for value in range(4)}}
    scene = open_scene(tmp_path, entry, scheme, CLASSES)
    found = scene.read_labels((0, 0, WIDTH, HEIGHT))
    assert np.array_equal(found, np.where(there, 1 << VALUES, 0))


def test_image(marked):
    path, there = marked
    with Raster(path, inputs=1, bands=(1,)) as read:
        assert np.array_equal(read.read((0, 0, WIDTH, HEIGHT))[1], there)


def test_a_stray_label_is_placed_among_those_that_hold_data(tmp_path):
    values = np.where(HIDDEN, np.int16(-5), VALUES)
    row, column = (int(at) for at in np.argwhere(~HIDDEN)[100])
    values[row, column] = -7
    rasters.write(tmp_path / "labels.tif", values[None], colours="u", nodata=-5)
    rasters.write(tmp_path / "image.tif", rasters.noise())
    entry = {"name": "s", "image": "image.tif", "label": "labels.tif", "labels": "all"}
    scene = open_scene(tmp_path, entry, {"all": {"0": ["class 0"]}}, CLASSES)
    with pytest.raises(DatasetError, match=f"row {row}, column {column}: -7 is not 0 to 255"):
        scene.read_labels((0, 0, WIDTH, HEIGHT))


def test_colours_are_no_labels_where_all_three_hold_nodata(tmp_path):
    values = np.zeros((3, HEIGHT, WIDTH), np.uint8)
    values[0, :, 40:] = 255
    rasters.write(tmp_path / "labels.tif", values, nodata=0)
    rasters.write(tmp_path / "image.tif", rasters.noise())
    entry = {"name": "s", "image": "image.tif", "label": "labels.tif", "labels": "all"}
    colours = ThresholdedColours(((False, False, False), (True, False, False)))
    scheme = {"all": {"0": ["class 0"], "1": ["class 1"]}}
    scene = open_scene(tmp_path, entry, scheme, CLASSES, decode=colours)
    found = scene.read_labels((0, 0, WIDTH, HEIGHT))
    assert (np.unique(found[:, :40]).tolist(), np.unique(found[:, 40:]).tolist()) == ([0], [2])


def test_a_class_whose_id_is_nodata_is_told_of_and_not_learned(tmp_path, tiny_model):
    image = rasters.write(tmp_path / "image.tif", rasters.noise())
    values = np.where(VALUES > 1, VALUES, 0).astype(np.uint8)
    values[VALUES == 3] = 255
    path = rasters.write(tmp_path / "labels.tif", values[None], colours="u", nodata=0)
    heard = Heard()
    job = FinetuneJob(
        image=image, labels=path, classes=CLASSES, output=str(tmp_path / "new.safetensors"),
        base=str(tiny_model), device="cpu",
    )  # fmt: skip
    finetune(job, heard)
    (result,) = heard.all("result")
    assert "class 0" in result["unlabelled"]
    assert "class 2" not in result["unlabelled"]
    assert any("0, the id of 'class 0', is the nodata value" in told for told in messages(heard))


def messages(heard):
    return [fields["message"] for fields in heard.all("warning")]


@pytest.mark.parametrize("how", [each for each in HOW if each != "mask of a band"])
def test_reference_in_another_crs_is_exactly_that_of_the_pixel_centres(tmp_path, how):
    x, y = transform(rasters.UTM, "EPSG:4326", [500_000, 500_040], [5_000_000, 4_999_970])
    degrees = Affine((x[1] - x[0]) / 70, 0, x[0], 0, (y[1] - y[0]) / 50, y[0])
    path, there = labels(tmp_path / "labels.tif", how)
    with rasterio.open(path, "r+") as dataset:
        dataset.transform, dataset.crs = degrees, "EPSG:4326"
    map_ids = np.random.default_rng(1).integers(0, 4, (1, HEIGHT, WIDTH)).astype(np.uint8)
    classified = rasters.write(tmp_path / "map.tif", map_ids, colours="u")
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    places = transform(
        rasters.UTM, "EPSG:4326", (500_000 + columns / 2).ravel(), (5_000_000 - rows / 2).ravel()
    )
    left, top = (np.array(each) for each in places[:2])
    column = np.floor((left - degrees.c) / degrees.a).astype(int).reshape(HEIGHT, WIDTH)
    row = np.floor((top - degrees.f) / degrees.e).astype(int).reshape(HEIGHT, WIDTH)
    inside = (row >= 0) & (row < HEIGHT) & (column >= 0) & (column < WIDTH)
    row, column = row.clip(0, HEIGHT - 1), column.clip(0, WIDTH - 1)
    there = inside & there[row, column]
    with ClassRaster(classified) as onto, ClassRaster(path, onto=onto) as read:
        found, valid = read.read((0, 0, WIDTH, HEIGHT))
    assert 1000 < there.sum() < inside.sum() + 1
    assert np.array_equal(valid, there)
    assert np.array_equal(found[valid], VALUES[row, column][there])
    result = assess(AssessJob(classified=classified, reference=path), Heard())
    truth = VALUES[row, column]
    assert result["matrix"] == [
        [int((there & (map_ids[0] == m) & (truth == t)).sum()) for t in range(4)
         if (there & (truth == t)).any() or (map_ids == t).any()]
        for m in range(4)
    ]  # fmt: skip


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint32])
@given(
    st.lists(st.integers(3, 6), min_size=6, max_size=6),
    st.tuples(*[st.sampled_from([None, -1.0, 3.0, 4.0, 4.5, 6.0, 300.0, np.nan])] * 2),
)
def test_nodata_is_looked_for_wherever_there_is_some(dtype, held, nodata):
    """And not where all of it lies below or above what a window holds."""
    stored = np.array(held, dtype).reshape(2, 1, 3)
    between = [each for each in nodata if each is not None and min(held) <= each <= max(held)]
    assert may_lack_data(stored, nodata) == bool(between)
    assert between or has_data(stored, nodata).all()
