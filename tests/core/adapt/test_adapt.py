"""The parts of an adaptation: what is exact, what is convex, what is held out."""

import subprocess
from functools import partial

import numpy as np
import pytest
import tiny_model  # noqa: F401 - whose encoder is used
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.adapt.base import begin, decide_of_base, read_base, regroup
from core.adapt.classes import knows_all
from core.adapt.clock import Clock
from core.adapt.crossvalidation import calibration_error, choose_power, expected_score, is_believed
from core.adapt.discriminant import Discriminant
from core.adapt.experts import BASE, ExpertFitter, build, share_of_start, usual_shares
from core.adapt.familiarity import FAR, fit_rarity
from core.adapt.fit import Adaptation
from core.adapt.folds import NEVER, deal, find_folds
from core.adapt.outcome import Outcome
from core.adapt.pseudo_labels import Unlabelled, add_pseudo_labels
from core.adapt.regions import Region
from core.adapt.regression import Linear, Scale, effective_number, fit_logistic, mix, weigh_samples
from core.adapt.samples import Polygon, Samples, find_spots, join_samples
from core.model.ginet import GINet
from core.model.precision import Precision
from core.model.probe import stack_features, texture, texture_channels
from core.wire.classes import ClassTable, LandCoverClass
from core.wire.events import silent


@pytest.fixture(scope="module")
def seen():
    """A network, patches of a scene, and what it sees of them."""
    torch.manual_seed(0)
    network = GINet(inputs=3, classes=4, width=8).eval()
    image, valid = torch.rand(2, 3, 96, 64), torch.ones(2, 1, 96, 64)
    valid[0, :, :20, :30] = 0
    box = torch.tensor([[0.0, 0, 0.5, 0.5], [0.25, 0.25, 1, 1]])
    with torch.no_grad():
        context = network.context(torch.rand(1, 3, 64, 64), torch.ones(1, 1, 64, 64))
        features = network.encode(image, valid)
        embedding = network.local_head.embedding(network.inject(features, box, context))
    return (
        network,
        (image, valid, box, context),
        stack_features(features, embedding, image, valid, 3),
    )


def test_a_network_decides_as_the_linear_function_that_it_was_built_of(seen):
    network, patches, stacked = seen
    torch.manual_seed(1)
    linear = Linear(torch.randn(stacked.shape[1], 5) / 10, torch.randn(5))
    built = build(network, linear)
    wanted = linear(stacked.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    with torch.no_grad():
        found = built.segment(*patches)
    assert found.shape == (2, 5, 24, 16)
    assert torch.allclose(found, wanted, atol=1e-3)
    again = read_base(built)
    assert torch.allclose(again.weight, linear.weight)
    assert torch.allclose(again.bias, linear.bias)


def test_what_is_unlike_all_labels_keeps_its_class_and_is_less_sure(seen):
    network, patches, stacked = seen
    torch.manual_seed(2)
    linear = Linear(torch.randn(stacked.shape[1], 5) / 10, torch.randn(5))
    rarity = Linear(20 * torch.randn(8, 1), torch.zeros(1))
    with torch.no_grad():
        sure, found = (build(network, linear, own).segment(*patches) for own in (None, rarity))
    rare = rarity(stacked[:, :8].permute(0, 2, 3, 1))[..., 0]
    assert rare.std() > 0.1
    mean = sure.mean(1, keepdim=True)
    wanted = mean + (sure - mean) / (1 + rare[:, None].exp())
    assert torch.allclose(found, wanted, atol=1e-3)
    assert torch.equal(found.argmax(1), sure.argmax(1))


def test_a_look_that_no_label_has_is_rare():
    """Of three looks, each in twenty features of its own, two are labelled."""
    torch.manual_seed(0)
    look = torch.arange(3).repeat_interleave(500)
    background = 2 * (torch.arange(60) // 20 == look[:, None]) + torch.randn(1500, 60)
    labels = torch.tensor([0] * 40 + [1] * 40 + [1] * 40)
    polygon = torch.tensor([0] * 40 + [1] * 40 + [2] * 40)
    owners = tuple(Polygon(channel, (0, 0, 1, 1)) for channel in (0, 1, 1))
    chosen = torch.cat((torch.arange(40), 500 + torch.arange(80)))
    samples = Samples(background[chosen], labels, polygon, owners)
    rarity = fit_rarity(samples, background, slice(0, 60), Scale.of(background))
    first, second, third = rarity(background)[:, 0].view(3, 500).mean(1).tolist()
    assert first == pytest.approx(second, abs=0.5)  # classes weigh the same, not polygons
    assert first + FAR < 0  # more common among the labels than on the image
    assert third > 0


def test_the_base_model_is_rebuilt_as_it_is(seen):
    network, patches, _ = seen
    with torch.no_grad():
        base = network.segment(*patches)
        built = build(network, regroup(read_base(network), [[2], [0], [3], [1]], torch.zeros(0)))
        assert torch.allclose(built.segment(*patches), base[:, [2, 0, 3, 1]], atol=1e-4)


def test_a_class_made_of_several_is_as_probable_as_they_are(seen):
    network, _, stacked = seen
    features = stacked.permute(0, 2, 3, 1).flatten(0, 2)
    base = read_base(network)
    base = Linear(base.weight * 200, base.bias)
    share = base(features).softmax(1)
    wanted = torch.stack((share[:, 0], share[:, 1] + share[:, 3], share[:, 2]), 1)
    found = regroup(base, [[0], [1, 3], [2]], features)(features).softmax(1)
    assert wanted.std(0).min() > 0.05
    assert (found - wanted).abs().mean() < 0.03


def test_what_is_believed_of_classes_before_there_are_labels(seen):
    """Of two that share a base class each gets half; a new one is as probable everywhere."""
    network, _, stacked = seen
    features = stacked.permute(0, 2, 3, 1).flatten(0, 2)
    base = read_base(network)
    share = base(features).softmax(1)
    found = begin(base, [[0], [1], [1], []], features)(features).softmax(1)
    known = found[:, :3] / found[:, :3].sum(1, keepdim=True)
    wanted = share[:, [0, 1, 1]] / share[:, :2].sum(1, keepdim=True) / torch.tensor([1, 2, 2])
    assert torch.allclose(known, wanted, atol=1e-5)
    assert float((found[:, 3] / found[:, :3].sum(1)).mean()) == pytest.approx(0.14, rel=0.2)
    nothing = begin(base, [[], []], features)
    assert not nothing.weight.any()
    assert BASE not in usual_shares(nothing)
    assert share_of_start(nothing, 5) == 0


COLUMNS = {"network": [1, 2], "detail": [1], "texture": [3]}


def test_experts_begin_as_the_base_model_and_leave_it_with_many_labels():
    """Three labels say what the base model says; of a feature that it does not use they say none.

    With 5 polygons the experts are the base model, and with 20 they have a quarter of its evidence.
    """
    torch.manual_seed(0)
    features = torch.randn(600, 4)
    start = Linear(torch.tensor([[3.0, -3], [0, 0], [0, 0], [0, 0]]), torch.zeros(2))
    chosen = torch.arange(3)
    labels = start(features).argmax(1)
    polygons = tuple(Polygon(0, (0, 0, 1, 1)) for _ in range(3))
    samples = Samples(features[:3], labels[:3], torch.arange(3), polygons)
    columns = {name: torch.tensor(own) for name, own in COLUMNS.items()}
    evidence, scale = Scale.of(start(features)), Scale.of(features)
    discriminant = Discriminant.of(torch.arange(1, 4), scale, features)
    drawn = partial(discriminant, discriminant.means(start, features))
    for count, part in ((3, 1.0), (5, 1.0), (20, 0.25)):
        fit = ExpertFitter(columns, scale, start, evidence, count, drawn)
        found = fit(samples, chosen)
        assert share_of_start(start, count) == part
        assert found.keys() == usual_shares(start).keys()
        for name in columns:
            assert torch.equal(found[name].weight[0], part * start.weight[0])
        assert (found[BASE](features).argmax(1) == labels).float().mean() > 0.95


def test_a_discriminants_means_are_drawn_to_the_base_models():
    """Of two polygons of a class that are at 3 and 1 beside a mean at 0 before: at 4/3.

    The other class has one at -2 where the base model's is at -1: at -1.5. Between them lies -1/12.
    A class without labels stays where the base model has it.
    """
    scale = Scale(torch.tensor([5.0, 10.0]), torch.tensor([1.0, 2.0]))
    before = torch.tensor([[0.0], [-1.0], [4.0]])
    pixels = torch.linspace(-1, 1, 101)[:, None]
    own = torch.tensor([1])
    fit = Discriminant(own, scale[own], pixels, torch.tensor([[7.0]]))
    labels, polygon = torch.tensor([0, 0, 0, 1]), torch.tensor([0, 0, 1, 2])
    features = torch.tensor([[0.0, 16], [9, 16], [0, 12], [7, 6]])
    found = fit(before, features, labels, torch.tensor([0.125, 0.125, 0.25, 0.5]), polygon)
    assert not found.weight[0].any()

    def logits(*standardised: float) -> torch.Tensor:
        value = 10 + 2.0 * torch.tensor(standardised)
        return found(torch.stack((torch.full_like(value, 3.0), value), 1))

    middle = logits(-1 / 12, (4 / 3 + 4) / 2)
    assert middle[0, 0] == pytest.approx(float(middle[0, 1]), abs=1e-4)
    assert middle[1, 0] == pytest.approx(float(middle[1, 2]), abs=1e-4)
    assert logits(-3, 0, 4).argmax(1).tolist() == [1, 0, 2]
    assert float(logits(*pixels[:, 0].tolist()).std(0).mean()) == pytest.approx(2, rel=1e-3)


def test_texture_by_hand():
    """Of a chessboard of pixels, and beside a hole: nothing of it leaks."""
    row, column = np.indices((64, 64))
    board = torch.from_numpy(((row + column) % 2).astype(np.float32)).expand(1, 3, 64, 64)
    maps = texture(board, torch.ones(1, 1, 64, 64), 3)
    assert [level.shape[1] for level in maps] == list(texture_channels(3))
    assert [level.shape[-1] for level in maps] == [16, 16, 8, 4, 2]
    colour, variance, energy = maps[0][0, :3], maps[0][0, 3], maps[0][0, 4]
    assert torch.allclose(colour, torch.full_like(colour, 0.5))
    assert torch.allclose(variance, torch.tensor(0.25 + 1e-4).log().expand(16, 16), atol=1e-4)
    assert torch.allclose(energy[:-1, :-1], torch.tensor(2 + 1e-4).log().expand(15, 15))
    holed, valid = board.clone(), torch.ones(1, 1, 64, 64)
    holed[..., 16:32, 16:32], valid[..., 16:32, 16:32] = 9.0, 0
    for level, whole in zip(texture(holed, valid, 3), maps, strict=True):
        there = level[:, :3][:, :, (level[0, 0] > 0.1)]
        assert torch.allclose(there, torch.full_like(there, 0.5), atol=1e-4)
        assert level.isfinite().all()
        assert level.shape == whole.shape


def test_logistic_regression_is_at_its_optimum():
    """There the gradient of the penalised log-loss is zero: residuals weigh as coefficients."""
    torch.manual_seed(0)
    features = torch.randn(300, 4) * torch.tensor([1.0, 10, 0.1, 3]) + 5
    labels = (features[:, 0] > 5).long() + (features[:, 1] > 5).long()
    weight = weigh_samples(labels, torch.arange(300) // 10, 3)
    mean, spread = features[:100].mean(0), features[:100].std(0)
    fitted = fit_logistic(features, torch.eye(3)[labels], weight, Scale(mean, spread), 1e-2)
    residual = weight[:, None] * (fitted(features).softmax(1) - torch.eye(3)[labels])
    gradient = ((features - mean) / spread).T @ residual + 1e-2 * fitted.weight * spread[:, None]
    assert gradient.abs().max() < 2e-3
    assert residual.sum(0).abs().max() < 2e-3


def test_a_fit_does_not_load_the_compiler(python):
    """Of PyTorch, as its optimisers do: that takes longer than the fit."""
    code = """if True:
        import sys, torch
        from core.adapt.regression import Scale, fit_logistic
        x, one = torch.randn(9, 2), torch.ones(2)
        fit_logistic(x, torch.eye(2)[x.argmax(1)], torch.full((9,), 1 / 9), Scale(0 * one, one), 1)
        sys.exit("torch._dynamo" in sys.modules)
    """
    assert subprocess.run([*python, "-c", code], check=False).returncode == 0


def test_each_class_weighs_the_same():
    labels, polygon = torch.tensor([0] * 90 + [1] * 10), torch.tensor([0] * 81 + [1] * 9 + [2] * 10)
    weight = weigh_samples(labels, polygon, 3)
    assert weight[:90].sum() == pytest.approx(0.5)
    assert float(weight[:81].sum() / weight[81:90].sum()) == pytest.approx(3)  # roots of 81 and 9


def test_an_expert_that_knows_nothing_has_no_share():
    torch.manual_seed(0)
    labels = torch.arange(400) % 4
    good = 3 * torch.eye(4)[labels] + torch.randn(400, 4)
    given = [good, torch.randn(400, 4) * 3], labels, torch.full((400,), 1 / 400), (0.4, 0.4)
    shares = mix(*given, 1e-4)
    assert shares[0] > 5 * shares[1]
    assert mix(*given, 1e3) == pytest.approx((0.4, 0.4), rel=0.01)  # few samples decide little


@pytest.mark.parametrize(
    ("right", "polygons", "believed"), [(26, 10, True), (24, 10, False), (0, 9, True)]
)
def test_a_base_model_no_better_than_chance_is_not_believed(right, polygons, believed):
    """Four classes with 100 labels each, of which so many are right."""
    labels = torch.arange(4).repeat_interleave(100)
    shown = labels.where(torch.arange(400) % 100 < right, (labels + 1) % 4)
    samples = Samples(torch.zeros(400, 1), labels, labels, (Polygon(0, (0, 0, 1, 1)),) * polygons)
    assert is_believed(shown, samples, 4) == believed


def test_the_score_that_is_expected_on_the_image():
    """Two classes, 90 and 10 % of the ground; a tenth of the labels of each is taken for the other.

    By hand: of 100 pixels 81 and 9 are right, 9 and 1 wrong: 81 / 91 and 9 / 19.
    """
    matrix = np.array([[90, 10, 0], [10, 90, 0], [0, 0, 0]])
    shares = torch.tensor([0.9, 0.1, 0.0])
    assert expected_score(matrix, shares) == pytest.approx((81 / 91 + 9 / 19) / 2)


def test_shares_on_the_image_count_unless_they_wipe_out_a_class():
    labels = torch.arange(200) % 2
    common = torch.tensor([0.9, 0.1]).log()
    plain = 8.0 * torch.eye(2)[labels]
    assert choose_power(plain, common, labels) == 1
    assert choose_power(plain / 5, common, labels) == 0.5  # 1.6 between 1.1 and 2.2
    assert choose_power(plain / 10, common, labels) == 0


def test_calibration_error():
    logits = torch.tensor([[0.75, 0.25]]).log().repeat(100, 1)
    labels = (torch.arange(100) >= 75).long()
    assert calibration_error(logits, labels) == pytest.approx(0, abs=1e-4)
    assert calibration_error(logits * 100, labels) == pytest.approx(0.25, abs=1e-4)


@given(
    polygons=st.lists(st.lists(st.booleans(), min_size=3, max_size=3).filter(any), min_size=1),
    folds=st.integers(2, 4),
    seed=st.integers(0, 9),
)
def test_a_class_is_never_held_out_whole(polygons, folds, seed):
    dealt = deal(
        [np.array(polygon) * 5 for polygon in polygons], folds, np.random.default_rng(seed)
    )
    for channel in range(3):
        own = [fold for polygon, fold in zip(polygons, dealt, strict=True) if polygon[channel]]
        assert not own or len(set(own)) > 1 or own[0] == NEVER
    # Where nothing forbids it, all are held out once.
    if all(sum(polygon[channel] for polygon in polygons) != 1 for channel in range(3)):
        assert dealt.count(NEVER) <= 3


def region(labels, left=0):
    labels = torch.from_numpy(labels.astype(np.int16))
    side = len(labels)
    return Region((left, 0, side, side), None, None, labels, None, None)


def test_separate_polygons_are_separate_however_near():
    """Twelve classes in 72 squares, two pixels apart."""
    labels = np.full((128, 128), -1)
    for number in range(72):
        row, column = divmod(number, 9)
        labels[row * 12 : row * 12 + 10, column * 12 : column * 12 + 10] = number % 12
    spots = find_spots(region(labels), 0)
    polygons = spots.polygons
    assert len(polygons) == 72
    assert len(spots.rows) == 7200
    assert len(spots.first(30).rows) == 72 * 30
    folds = find_folds(polygons, 72, 12, 0)
    assert len(folds) == 4
    assert sorted(index for fold in folds for index in fold.held_out) == list(range(72))


def test_a_polygon_that_regions_cut_is_one_polygon():
    """Three regions of 64 pixels, side by side; one class reaches over all, another over none."""
    labels = np.full((3, 64, 64), -1)
    labels[:, 10:20] = 0
    labels[0, 30:40, 50:], labels[1, 30:40, 5:9] = 1, 1
    labels[2, 50:, 20:30] = 2
    regions = [region(part, 64 * index) for index, part in enumerate(labels)]
    spots = [find_spots(each, 0) for each in regions]
    samples = join_samples(regions, spots, [torch.zeros(len(each.rows), 1) for each in spots])
    assert sorted((polygon.channel, polygon.bounds) for polygon in samples.polygons) == [
        (0, (0, 10, 191, 19)),
        (1, (50, 30, 63, 39)),
        (1, (69, 30, 72, 39)),
        (2, (148, 50, 157, 63)),
    ]
    assert samples.labels.tolist() == [samples.polygons[own].channel for own in samples.polygon]


def test_a_scrap_of_a_polygon_counts_little():
    """By hand: each class weighs a half, of which its polygons have parts by the root of pixels."""
    labels = torch.tensor([0] * 100 + [1] * 50)
    halves = torch.tensor([0] * 100 + [1] * 25 + [2] * 25)
    assert effective_number(labels, halves, 3) == pytest.approx(1 / (1 / 4 + 1 / 16 + 1 / 16))
    scrap = torch.tensor([0] * 100 + [1] * 49 + [2])
    assert effective_number(labels, scrap, 2) == pytest.approx(4 / (1 + 50 / 64), rel=1e-4)


def test_one_unit_of_each_class_holds_out_nothing():
    assert find_folds([Polygon(0, (0, 0, 9, 9)), Polygon(1, (20, 0, 29, 9))], 2, 2, 0) == []


def test_what_the_base_model_shows_of_other_classes():
    logits = torch.eye(4)
    assert decide_of_base(logits, [[2], [0, 1]]).tolist() == [1, 1, 0, -1]
    assert decide_of_base(logits, [[3], [3], []]).tolist() == [-1, -1, -1, 0]


def test_the_base_model_knows_all_classes_only_if_none_is_new_or_shared():
    assert knows_all([[0], [1, 2]])
    assert not knows_all([[0], []])
    assert not knows_all([[0], [0]])


def test_unlabelled_classes_are_taken_from_where_the_base_model_is_surest():
    labelled = Samples(
        torch.zeros(2, 1), torch.tensor([0, 0]), torch.tensor([0, 0]), (Polygon(0, (0, 0, 1, 0)),)
    )
    sure = torch.arange(1, 42) / 10
    logits = torch.zeros(70, 4)
    logits[:41, 1] = sure  # of which the latter half counts
    logits[41:61, 0] = 1  # of a class that is labelled
    logits[61:, 3] = 1  # too few
    features = torch.arange(70.0)[:, None]
    traced = [[0], [1], [0, 2], [3], []]
    said = torch.eye(4)[[3, 3]]  # not what they are
    training, unlabelled = add_pseudo_labels(labelled, said, traced, features, logits)
    assert training.features[:, 0].tolist() == [0, 0, *range(20, 41)]
    assert training.labels.tolist() == [0, 0] + 21 * [1]
    assert training.polygon.tolist() == [0, 0] + 21 * [1]
    assert [polygon.channel for polygon in training.polygons] == [0, 1]
    assert unlabelled == Unlabelled(frozenset({1}), {2: 0})
    few, _ = add_pseudo_labels(
        labelled,
        said,
        traced,
        torch.cat([features, torch.zeros(930, 1)]),
        torch.cat([logits, torch.eye(4)[:1].repeat(930, 1)]),
    )
    assert [polygon.part for polygon in training.polygons] == [1, 1]  # 41 of 70 pixels is common
    assert [polygon.part for polygon in few.polygons] == [
        1,
        pytest.approx(41 / 1000 * 5),
    ]  # of five classes


@pytest.mark.parametrize(("alike", "given_way"), [(5, {1: 0}), (4, {})])
def test_a_base_class_gives_way_to_a_new_one_that_is_drawn_where_it_is(alike, given_way):
    """Meadow on low vegetation, by most of its labels; bare land, a base class too, stays."""
    polygons = (Polygon(0, (0, 0, 8, 0)),)
    labelled = Samples(torch.zeros(9, 1), *2 * (torch.zeros(9, dtype=torch.int64),), polygons)
    said = torch.zeros(9, 3)
    said[:alike, 0] = said[alike : alike + 2, 1] = said[alike + 2 :, 2] = 1
    logits = torch.eye(3)[:2].repeat(40, 1)
    features = torch.zeros(80, 1)
    training, unlabelled = add_pseudo_labels(labelled, said, [[], [0], [1]], features, logits)
    assert unlabelled.replaced == given_way
    assert unlabelled.learned == {1, 2} - set(given_way)
    assert set(training.labels.tolist()) == {0, *unlabelled.learned}
    known, _ = add_pseudo_labels(labelled, said, [[2], [0], [1]], features, logits)
    assert set(known.labels.tolist()) == {0, 1, 2}  # labels of a known class correct the base model


@pytest.mark.parametrize(
    ("right", "wrong", "drawn", "confirmed"),
    [(6, 16, 3, True), (6, 16, 4, False), (4, 0, 1, False), (6, 28, 1, False)],
)
def test_few_labels_may_confirm_what_the_base_model_calls_by_their_name(
    right, wrong, drawn, confirmed
):
    """So many of ten are called what they are, and so many of forty others, which weigh as much."""
    labels = torch.tensor([0] * 10 + [1] * 40)
    polygon = torch.arange(50) % drawn * (1 - labels) + drawn * labels
    polygons = (*[Polygon(0, (0, 0, 9, 0))] * drawn, Polygon(1, (0, 2, 39, 2)))
    labelled = Samples(torch.zeros(50, 1), labels, polygon, polygons)
    said = torch.eye(3)[[0] * right + [2] * (10 - right) + [0] * wrong + [2] * (40 - wrong)]
    logits, features = torch.eye(3)[:1].repeat(30, 1), torch.arange(30.0)[:, None]
    training, unlabelled = add_pseudo_labels(labelled, said, [[0], [1]], features, logits)
    assert [polygon.channel for polygon in training.polygons[drawn + 1 :]] == [0] * confirmed
    assert training.labels[50:].tolist() == 30 * confirmed * [0]
    assert unlabelled == Unlabelled(frozenset(), {})


def test_each_fit_learns_from_pseudo_labels_and_none_is_held_out():
    polygons = [Polygon(number % 2, (0, 0, 9, 9)) for number in range(9)]
    folds = find_folds(polygons, 8, 2, 0)
    assert sorted(index for fold in folds for index in fold.held_out) == list(range(8))
    assert all(8 in fold.training for fold in folds)


def scene_of(network, count, truth):
    """Regions of noise, labelled in squares by a function of the base model's logits."""
    torch.manual_seed(3)
    with torch.no_grad():
        context = network.context(torch.rand(1, 3, 64, 64), torch.ones(1, 1, 64, 64))
    found = []
    for number in range(count):
        image, valid = torch.rand(3, 128, 128) * torch.rand(3, 1, 1), torch.ones(1, 128, 128)
        box = torch.tensor([0.0, 0.0, 0.5, 0.5])
        with torch.no_grad():
            logits = network.segment(image[None], valid[None], box[None], context)
        fine = torch.nn.functional.interpolate(logits, scale_factor=4.0, mode="bilinear")[0]
        labels = torch.full((128, 128), -1, dtype=torch.int16)
        for row in range(8, 120, 20):
            part = np.s_[row : row + 12, 40:64]
            labels[part] = truth(fine)[part].to(torch.int16)
        window = (200 * number, 0, 128, 128)
        found.append(Region(window, image, valid, labels, context, box))
    return found


@pytest.fixture(scope="module")
def opinionated():
    """A random network that says each of its classes somewhere, and is sure of it."""
    torch.manual_seed(5)
    network = GINet("tiny", inputs=3, classes=3, width=8).eval()
    head = network.local_head.classify
    with torch.no_grad():
        seen = [
            network.segment(each.values[None], each.valid[None], each.box[None], each.context)
            for each in scene_of(network, 6, lambda fine: fine.argmax(0))
        ]
        mean, spread = (getattr(torch.cat(seen), of)((0, 2, 3)) for of in ("mean", "std"))
        head.weight.mul_(5 / spread[:, None, None, None])
        head.bias.sub_(mean).mul_(5 / spread)
    return network


def adapt(network, traced, truth):
    """The adaptation of a network to ``scene_of``, with what it saw and made of it."""
    regions = scene_of(network, 6, truth)
    table = ClassTable([LandCoverClass(k, f"c{k}", f"#00{k}0ff") for k in range(len(traced))])
    clock = Clock(1000, silent, lambda: False)
    adaptation = Adaptation(network, 0.0, regions, Precision("float32", "cpu"), 0, clock)
    training = adaptation.learn(regions, traced, table, clock)
    return (
        regions,
        training,
        adaptation.conclude(training, adaptation.hold_out(training, clock), clock),
    )


def test_a_class_without_labels_stays_on_the_map(opinionated):
    def two_of_three(fine):
        return fine.argmax(0).where(fine.argmax(0) < 2, -1)

    regions, training, outcome = adapt(opinionated, [[0], [1], [2], []], two_of_three)
    assert training.fates == {"c2": "learned", "c3": "absent"}
    (given,) = training.warnings
    assert "'c3' has no labels, and the base model does not know it" in given
    adapted = outcome.build()
    right = []
    for each in regions:
        inputs = each.values[None], each.valid[None], each.box[None], each.context
        with torch.no_grad():
            wanted, found = (net.segment(*inputs).argmax(1) for net in (opinionated, adapted))
        right.append((found == 2)[wanted == 2])
    assert torch.cat(right).float().mean() > 0.5


@pytest.mark.parametrize(
    ("traced", "truth"),
    [
        ([[0], [1], [2]], lambda fine: fine.argmax(0)),
        ([[0, 2], [1]], lambda fine: (fine.argmax(0) == 1).int()),
    ],
)
def test_the_base_model_is_kept_where_it_is_right(opinionated, traced, truth):
    _, _, outcome = adapt(opinionated, traced, truth)
    assert outcome.validation["before"] == pytest.approx(1, abs=0.02)
    assert outcome.kept
    assert outcome.build().familiarity is None


def test_a_kept_base_model_is_as_sure_as_it_was(seen):
    network, patches, _ = seen
    read = read_base(network)
    rarity = Linear(torch.full((8, 1), 5.0), torch.zeros(1))
    base = build(network, read, rarity)
    kept = Outcome(base, read_base(base), {}, kept=True)
    with torch.no_grad():
        wanted, found = (each.segment(*patches) for each in (base, kept.build()))
    assert torch.allclose(found, wanted, atol=1e-4)


@pytest.mark.parametrize(
    ("before", "after", "kept", "told"),
    [(0.6, 0.5, False, "though not surely"), (0.6, 0.5, True, "is kept"), (0.5, 0.6, False, "")],
)
def test_it_is_told_where_the_base_model_was_better(before, after, kept, told):
    validation = {"before": before, "after": after}
    warnings = Outcome(None, None, {}, None, validation, kept).warnings
    assert [told in each for each in warnings] == [True] * bool(told)
