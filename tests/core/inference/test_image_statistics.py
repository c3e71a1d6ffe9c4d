"""A model that looks at the image first: normalised for it, or told by its colours."""

import numpy as np
import pytest
import torch
from scenes import save, scene
from tiny_model import card, write

from core.inference.image_colours import colours_for
from core.model.device import choose_device
from core.model.image_colours import SEEN, UNSEEN
from core.model.modelfile import build_network, load_model
from core.model.optimise import optimise
from core.model.precision import Precision
from core.model.statistics import measure, normalised
from core.wire.errors import NoData

SINGLE = Precision("float32", "cpu")


@pytest.fixture(
    scope="module",
    params=[{"image_statistics": 0.5}, {"image_colours": True}],
    ids=["statistics", "colours"],
)
def own_model(request, tmp_path_factory):
    """Normalised half for the image, or told by its colours."""
    return write(tmp_path_factory.mktemp("own") / "own.safetensors", **request.param)


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    return save(tmp_path_factory.mktemp("dark") / "image.tif", scene() // 3 + 20)


@pytest.mark.parametrize("share", [1.0, 0.25])
def test_the_first_normalisation_expects_the_mean_and_variance_of_what_it_gets(share):
    network = build_network(card()).eval()
    random = torch.Generator().manual_seed(0)
    views = [(torch.rand(3, 64, 64, generator=random), torch.ones(1, 64, 64)) for _ in range(4)]
    _, convolution, norm, _ = network.local_encoder.stem
    fed = []
    convolution.register_forward_hook(lambda *seen: fed.append(seen[2]))
    network.encode(*map(torch.stack, zip(*views, strict=True)))
    values = fed[0].detach().double().transpose(0, 1).flatten(1)
    found = normalised(network, measure(network, views, SINGLE), share).local_encoder.stem[2]
    for name, own in (("running_mean", values.mean(1)), ("running_var", values.var(1))):
        expected = share * own + (1 - share) * getattr(norm, name)
        torch.testing.assert_close(getattr(found, name).double(), expected, rtol=1e-4, atol=1e-6)
    assert not any(module.training for module in found.modules())


def test_without_a_share_a_network_stays_itself(tiny_model):
    network = load_model(str(tiny_model)).network
    assert normalised(network, [], 0.0) is network


def test_it_changes_the_map_alike_for_every_extent_and_number_of_threads(
    run, image, own_model, tiny_model
):
    whole = run(image, model=str(own_model), threads=1)
    assert (whole != run(image, "plain.tif", model=str(tiny_model))).any()
    np.testing.assert_array_equal(
        whole, run(image, "two.tif", model=str(own_model), threads=2, batch_size=1)
    )
    extent = (528050.0, 4977850.0, 528100.0, 4977950.0)
    part = run(image, "part.tif", model=str(own_model), extent=extent)
    np.testing.assert_array_equal(part, whole[100:300, 100:200])


def test_small_rasters_and_those_with_hardly_any_data(run, own_model, tmp_path):
    assert run(save(tmp_path / "small.tif", scene()[:, :40, :9]), model=str(own_model)).shape
    pixels = np.zeros_like(scene())
    pixels[:, :30, :30] = 90
    sparse = save(tmp_path / "sparse.tif", pixels, nodata=0)
    found = run(sparse, "sparse_map.tif", model=str(own_model))
    assert (found != 255).sum() == 900
    with pytest.raises(NoData):
        run(save(tmp_path / "none.tif", 0 * pixels, nodata=0), "no.tif", model=str(own_model))


@pytest.mark.parametrize(("further", "weight"), [(0, SEEN), (1, UNSEEN)])
@pytest.mark.parametrize("probe", [False, True])
def test_a_band_that_the_network_does_not_see_counts_for_more(tmp_path, further, weight, probe):
    model = load_model(str(write(tmp_path / "own.safetensors", image_colours=True, probe=probe)))
    optimise(model.network, "cpu", torch.float32)
    generator = torch.Generator().manual_seed(0)
    view = torch.rand(3 + further, 64, 64, generator=generator), torch.ones(1, 64, 64)
    found = colours_for(model, [view, view], choose_device("cpu"))
    assert found.weight == weight
    assert found.mean.shape == (len(model.card.classes) + 1, 3 + further)


def test_views_without_a_cell_that_is_wholly_valid_tell_nothing(tmp_path):
    model = load_model(str(write(tmp_path / "own.safetensors", image_colours=True)))
    valid = (torch.arange(64) % 4 < 3).float().expand(1, 64, 64)
    assert colours_for(model, [(torch.rand(3, 64, 64), valid)], choose_device("cpu")) is None
