"""What an image's own colours say of its classes."""

import math

import numpy as np
import pytest
import torch
from torch.distributions import MultivariateNormal

from core.model.image_colours import COMMON, FEW, NOISE, OUTLIERS, ImageColours

SURE = 50.0
WEIGHT = 0.4
NEARLY = {"atol": 1e-3, "rtol": 0}


def two_kinds(count=4000, apart=0.2):
    """Colours of cells of two classes, and which they are."""
    random = np.random.default_rng(0)
    kinds = random.integers(0, 2, count)
    colours = random.normal(0.4, 0.05, (count, 3))
    colours[:, 2] += apart * kinds
    return torch.from_numpy(colours.T).float(), torch.from_numpy(kinds)


def sure_of(kinds, classes, sure=SURE):
    """Logits (classes, n)."""
    return sure * torch.nn.functional.one_hot(kinds, classes).float().T


def test_evidence_is_bayes_rule_with_a_gaussian_for_each_class():
    colours, kinds = two_kinds(apart=0.03)
    logits = sure_of(kinds, 3)  # none is of the third
    found = ImageColours.fit(logits, colours, WEIGHT).evidence(colours)
    values, densities = colours.T.double().numpy(), []
    shares = np.stack([kinds.numpy() == kind for kind in range(3)]).astype(float)
    for counts in (*shares + FEW, np.ones(len(kinds))):
        weight = counts / counts.sum()
        covariance = np.cov(values.T, aweights=weight, ddof=0) + NOISE * np.eye(3)
        gaussian = MultivariateNormal(
            torch.from_numpy(np.average(values, axis=0, weights=weight)),
            torch.from_numpy(covariance),
        )
        densities.append(gaussian.log_prob(torch.from_numpy(values)).exp().numpy())
    *densities, of_any = densities
    of_all = shares.mean(1) @ densities
    known = (shares.mean(1) / (shares.mean(1) + FEW))[:, None]
    densities = known * np.stack(densities) + (1 - known) * of_all
    every = of_all + OUTLIERS * of_any
    # The second round's shares are hardly others: colours cannot outvote logits of fifty.
    told = np.log((densities + OUTLIERS * of_any) / every)
    expected = WEIGHT * (told + COMMON * np.log(shares.mean(1) + FEW)[:, None])
    np.testing.assert_allclose(found.numpy(), expected, atol=2e-3)


def test_colours_mend_what_a_network_gets_wrong_here_and_there():
    colours, kinds = two_kinds()
    wrong = torch.from_numpy(np.random.default_rng(1).random(len(kinds)) < 0.2)
    said = torch.where(wrong, 1 - kinds, kinds)
    logits = sure_of(said, 2, torch.where(wrong, 0.3, 4.0))  # less so where it errs
    after = logits + ImageColours.fit(logits, colours, WEIGHT).evidence(colours)
    assert (logits.argmax(0) == kinds).float().mean() < 0.81
    assert (after.argmax(0) == kinds).float().mean() > 0.97


def test_where_colours_tell_nothing_the_network_has_its_way():
    colours, _ = two_kinds(apart=0.0)
    logits = torch.randn(4, colours.shape[1], generator=torch.Generator().manual_seed(3))
    evidence = ImageColours.fit(logits, colours, WEIGHT).evidence(colours)
    assert (evidence - evidence.mean(1, keepdim=True)).abs().mean() < 0.04


def test_what_is_like_no_cell_that_was_looked_at_says_nothing():
    colours, kinds = two_kinds()
    found = ImageColours.fit(sure_of(kinds, 4), colours, WEIGHT)
    far = found.evidence(torch.tensor([[9.0, 9.0, 9.0], [0.0, 1.0, 0.0], [-1.0, 0.5, 2.0]]).T)
    frequency = WEIGHT * COMMON * (found.share + FEW).log()
    torch.testing.assert_close(far, frequency.expand(3, -1).T, **NEARLY)


def test_of_a_class_that_is_hardly_there_no_colour_tells():
    colours, kinds = two_kinds()
    found = ImageColours.fit(sure_of(kinds, 3), colours, WEIGHT)
    evidence = found.evidence(torch.cartesian_prod(*[torch.linspace(0, 1, 9)] * 3).T)
    torch.testing.assert_close(
        evidence[2], torch.full_like(evidence[2], WEIGHT * COMMON * math.log(FEW)), **NEARLY
    )


@pytest.mark.parametrize("count", [1, 3, 500])
@pytest.mark.parametrize("bands", [1, 3, 4])
def test_even_ground_and_bands_that_are_copies_are_no_trouble(count, bands):
    colours = torch.full((bands, count), 0.25)
    if count > 3:
        colours += 0.1 * torch.rand(1, count, generator=torch.Generator().manual_seed(0))
    logits = torch.randn(5, count, generator=torch.Generator().manual_seed(1))
    found = ImageColours.fit(logits, colours, WEIGHT)
    assert found.evidence(colours).isfinite().all()
    cells = found.add_to(logits[:, :, None], colours[:, :, None])
    torch.testing.assert_close(cells[..., 0], logits + found.evidence(colours))
