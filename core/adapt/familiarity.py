"""The fit of familiarity: the image's pixels against the labelled ones."""

from __future__ import annotations

import torch
from torch import Tensor

from core.adapt.regression import Linear, Scale, fit_logistic
from core.adapt.samples import Samples

PENALTY = 0.1
"""Of the standardised weights; chosen, as ``FAR``, where classes were left out of the labels."""

FAR = 3.0
"""Logarithm of how much more common on the image than among the labels a look must be to be half
familiar: 20 times."""

PIXELS = 4000
"""Of the image that are looked at, about."""


def fit_rarity(samples: Samples, background: Tensor, columns: slice, scale: Scale) -> Linear:
    """How rare a look is among labels, beyond ``FAR``, as a linear function of some features.

    Args:
        samples: What is learned from; classes weigh the same.
        background: (n, F) features of pixels all over the image.
        columns: Of the features that count.
        scale: Of all features on the image.

    Returns:
        Of (n, 1): above 0 where the look is rarer among the labels than that.
    """
    count = len(samples.labels)
    weight = samples.weigh(torch.arange(count))
    image = background[:: max(len(background) // PIXELS, 1), columns]
    features = torch.cat((samples.features[:, columns], image))
    targets = torch.zeros(len(features), 2)
    targets[:count, 0] = 1
    targets[count:, 1] = 1
    half = torch.full((len(image),), 0.5 / len(image))
    weight = torch.cat((weight / 2, half))
    found = fit_logistic(features, targets, weight, scale[columns], PENALTY)
    own = found.weight[:, 1:] - found.weight[:, :1]
    return Linear(own, found.bias[1:] - found.bias[:1] - FAR)
