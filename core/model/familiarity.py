"""Familiarity: what a place looks like, is it like anything that was labelled?

Softmax is sure far from all labels too. A linear classifier of the image's pixels against the
labelled ones tells how much more common a look is on the image than among the labels (density
ratio estimation by probabilistic classification: S. Bickel, M. Brückner and T. Scheffer,
"Discriminative learning under covariate shift", JMLR 10, 2009). Where it is far more common, the
classes' logits are drawn to their mean: the likeliest class stays, and is less sure.
"""

from __future__ import annotations

from torch import Tensor, nn

UNLIKE = 0.5
"""Familiarity below which a place counts as unlike all labels."""


class Familiarity(nn.Module):
    """Draws logits to their mean where the local head's embedding is unlike all labels.

    Args:
        width: Channels of the embedding.
    """

    def __init__(self, width: int) -> None:
        """Start with everything half familiar."""
        super().__init__()
        self.known = nn.Conv2d(width, 1, 1)
        nn.init.zeros_(self.known.weight)
        nn.init.zeros_(self.known.bias)  # type: ignore[arg-type]

    def measure(self, embedding: Tensor) -> Tensor:
        """How familiar (N, 1, h, w) cells are, 0..1, single precision.

        Args:
            embedding: (N, width, h, w), see ``Head.embedding``.
        """
        known: Tensor = self.known(embedding.to(self.known.weight.dtype))
        return known.float().sigmoid()

    def forward(self, logits: Tensor, embedding: Tensor) -> Tensor:
        """Logits (N, classes, h, w), drawn to their mean.

        Args:
            logits: (N, classes, h, w).
            embedding: As in ``measure``.
        """
        return draw(logits, self.measure(embedding))


def draw(logits: Tensor, familiarity: Tensor) -> Tensor:
    """Logits (N, classes, h, w), drawn to their mean where little is familiar, (N, 1, h, w)."""
    mean = logits.mean(1, keepdim=True)
    return mean + (logits - mean) * familiarity
