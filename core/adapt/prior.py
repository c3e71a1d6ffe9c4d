"""How common the classes are on the image: labels are drawn class by class, the ground is not."""

from __future__ import annotations

import torch
from torch import Tensor

ITERATIONS = 20
LEAST = 1e-3
"""Share below which a class does not fall: somebody labelled it."""


def class_shares(logits: Tensor) -> Tensor:
    """Shares (K,) of the classes among pixels, by expectation maximisation.

    Saerens, Latinne and Decaestecker 2002, Neural Computation 14(1), equation 2.9: where classes
    had equal weight when the classifier was fitted, their shares among new samples are those under
    which the corrected probabilities have them as their mean.

    Args:
        logits: (n, K) of calibrated probabilities, all classes being equally common.
    """
    likelihood = logits.softmax(1)
    shares = torch.full((logits.shape[1],), 1 / logits.shape[1])
    for _ in range(ITERATIONS):
        posterior = likelihood * shares
        shares = (posterior / posterior.sum(1, keepdim=True).clamp_min(1e-12)).mean(0)
    shares = shares.clamp_min(LEAST)
    return shares / shares.sum()
