"""Design of a stratified sample: how many units in all, and how many in each stratum."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.wire.errors import JobError


def sample_size(sizes: Sequence[int], accuracies: Sequence[float], standard_error: float) -> int:
    """Units that a stratified random sample needs.

    Olofsson et al. 2014, equation 13 (after Cochran 1977, equation 5.25):
    n = sum(W_i S_i)^2 / (S(O)^2 + sum(W_i S_i^2) / N), with S_i = sqrt(U_i (1 - U_i)).

    Args:
        sizes: Pixels of each stratum, together N; W_i is each one's share.
        accuracies: User's accuracy that is expected of each, U_i.
        standard_error: Of the overall accuracy, S(O), that is to be reached.
    """
    total = sum(sizes)
    shares = np.asarray(sizes, np.float64) / total
    spread = np.sqrt(np.asarray(accuracies) * (1 - np.asarray(accuracies)))
    most = float(shares @ spread**2) / total
    needed = float(shares @ spread) ** 2 / (standard_error**2 + most)
    return max(math.ceil(needed - 1e-9), 1)


def allocate(sizes: Sequence[int], total: int, minimum: int) -> list[int]:
    """Units for each stratum: in proportion to its size, but no fewer than a minimum.

    As Olofsson et al. 2014 advise (section 5.1.2): rare classes get the minimum, so that their
    user's accuracy is known too; the rest is shared out among the others in proportion.

    Args:
        sizes: Pixels of each stratum; one without pixels gets nothing.
        total: Units in all.
        minimum: Units of each stratum, or all its pixels where there are fewer.

    Returns:
        Units of each stratum. Together they are ``total``, or fewer where there are no more
        pixels.

    Raises:
        JobError: The minima alone are more than the total.
    """
    floors = [min(size, minimum) for size in sizes]
    if sum(floors) > total:
        raise JobError(
            f"{minimum} points for each class are {sum(floors)} in all, more than {total}.",
            "Choose a larger sample or a smaller minimum.",
        )
    total = min(total, sum(sizes))
    fixed: dict[int, int] = {}
    while True:
        free = [index for index in range(len(sizes)) if index not in fixed]
        shares = _proportional([sizes[index] for index in free], total - sum(fixed.values()))
        found = dict(zip(free, shares, strict=True))
        low = {index: floors[index] for index in free if found[index] < floors[index]}
        if not low:
            return [{**fixed, **found}[index] for index in range(len(sizes))]
        fixed.update(low)


def _proportional(sizes: Sequence[int], total: int) -> list[int]:
    """Whole numbers in proportion to sizes that add up to a total (largest remainders)."""
    if not sum(sizes):
        return [0] * len(sizes)
    exact: NDArray[np.float64] = np.asarray(sizes, np.float64) * (total / sum(sizes))
    shares = np.floor(exact).astype(int)
    for index in np.argsort(shares - exact, kind="stable")[: total - int(shares.sum())]:
        shares[index] += 1
    return [int(share) for share in shares]
