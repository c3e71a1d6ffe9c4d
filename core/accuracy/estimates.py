"""Estimates of accuracy and area from a stratified sample, with their standard errors.

Two papers, one estimator. Olofsson et al. 2014 (Good practices for estimating area and assessing
accuracy of land change, Remote Sensing of Environment 148, doi 10.1016/j.rse.2014.02.015) have the
map's classes for strata. Stehman 2014 (Estimating area and map accuracy for stratified random
sampling when the strata are different from the map classes, International Journal of Remote
Sensing 35, doi 10.1080/01431161.2014.930207) allows any strata; where these are the map's classes
his formulas become the others, but for the finite population correction 1 - n / N, which Olofsson
et al. leave out, as is done here: samples are small beside maps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z = 1.96
"""Half-width of a 95 % confidence interval in standard errors."""

Indices = NDArray[np.int64]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Estimate:
    """What a sample says about one number of the whole map.

    Attributes:
        value: NaN where the sample says nothing of it.
        error: Standard error; NaN where it cannot be told, as of a stratum's only unit.
    """

    value: float
    error: float

    @property
    def margin(self) -> float:
        """Half-width of the 95 % confidence interval."""
        return Z * self.error


class Sample:
    """Labelled pixels, as rows that count equal ones.

    Args:
        stratum: Index of each row's stratum, (n,).
        mapped: Index of its class on the map, (n,).
        truth: Index of its class in the reference, (n,).
        unit: What was drawn, (n,): pixels of one unit (a polygon) are not independent, units are.
            Where a unit reaches into several strata, each part counts as a unit of its own.
        pixels: Pixels that the row stands for, (n,).
        sizes: Area of the map by stratum and map class, (strata, classes), in any unit. Strata of
            which nothing was drawn are left out of all estimates.
    """

    def __init__(
        self,
        stratum: Indices,
        mapped: Indices,
        truth: Indices,
        unit: Indices,
        pixels: Indices,
        sizes: Numbers,
    ) -> None:
        """Work out the weights."""
        self._stratum, self._mapped, self._truth, self._pixels = stratum, mapped, truth, pixels
        self._sizes = sizes
        strata = len(sizes)
        self.pixels_drawn = np.bincount(stratum, pixels, minlength=strata)
        drawn, self._unit = np.unique(np.stack([stratum, unit]), axis=1, return_inverse=True)
        self._home = drawn[0]
        self.units_drawn = np.bincount(self._home, minlength=strata)
        with np.errstate(invalid="ignore", divide="ignore"):
            expansion = sizes.sum(axis=1) / self.pixels_drawn
        self._weight = pixels * expansion[stratum]
        self.size = float(sizes.sum(axis=1)[self.pixels_drawn > 0].sum())

    @property
    def counts(self) -> Indices:
        """Confusion matrix of the sample, map in rows and reference in columns, (K, K)."""
        classes = self._sizes.shape[1]
        cells = self._mapped * classes + self._truth
        table = np.bincount(cells, self._pixels, minlength=classes**2)
        return table.reshape(classes, classes).astype(np.int64)

    @property
    def proportions(self) -> Numbers:
        """Confusion matrix as estimated shares of the area, (K, K).

        Olofsson equation 4, p_ij = W_i n_ij / n_i; Stehman equation 16 in equation 2.
        """
        classes = self._sizes.shape[1]
        cells = self._mapped * classes + self._truth
        table = np.bincount(cells, self._weight, minlength=classes**2)
        return np.asarray(table.reshape(classes, classes) / self.size)

    def overall(self) -> Estimate:
        """Overall accuracy: Olofsson equations 1 and 5, Stehman equations 12 and 25."""
        return self._ratio(self._mapped == self._truth, np.ones(len(self._truth), np.bool_))

    def area(self, index: int) -> Estimate:
        """Share of a class in the whole area: Olofsson equations 9 and 10, Stehman 14 and 25."""
        return self._ratio(self._truth == index, np.ones(len(self._truth), np.bool_))

    def users(self, index: int) -> Estimate:
        """User's accuracy of a class: Olofsson equations 2 and 6, Stehman 27 and 28."""
        on_map = self._mapped == index
        # Where the class is not on the map at all, its part of the sum is known to be 0.
        return self._ratio(on_map & (self._truth == index), on_map, self._sizes[:, index] > 0)

    def producers(self, index: int) -> Estimate:
        """Producer's accuracy of a class: Olofsson equations 3 and 7, Stehman 27 and 28."""
        true = self._truth == index
        return self._ratio(true & (self._mapped == index), true)

    def _ratio(self, part: Flags, whole: Flags, strata: Flags | None = None) -> Estimate:
        """The area of ``part`` in that of ``whole``.

        Stehman equation 27, R = sum(N_h y_h) / X with X = sum(N_h x_h), y_h and x_h means over the
        stratum's sample; and 28, V(R) = sum(N_h^2 s_h^2 / n_h) / X^2, s_h^2 the variance of
        y - R x within the stratum (written out it is s_y^2 + R^2 s_x^2 - 2 R s_xy). With x = 1
        these are equations 2 and 25. For units of several pixels n_h and s_h are of the units'
        totals: the linearised variance of a cluster sample (Cochran 1977, Sampling Techniques,
        section 9A).

        Args:
            part: Whether y is 1, for each row.
            whole: Whether x is 1, for each row.
            strata: Strata that can hold any of ``whole``; None is all.
        """
        area = float(self._weight @ whole)
        if not area:
            return Estimate(float("nan"), float("nan"))
        value = float(self._weight @ part) / area
        rest = part - value * whole
        with np.errstate(invalid="ignore", divide="ignore"):
            totals = np.bincount(self._stratum, self._pixels * rest, minlength=len(self._sizes))
            means = totals / self.pixels_drawn
            deviation = self._weight * (rest - means[self._stratum])
            units = np.bincount(self._unit, deviation, minlength=len(self._home))
            squares = np.bincount(self._home, units**2, minlength=len(self._sizes))
            variances = squares * self.units_drawn / (self.units_drawn - 1.0)
        variances[self.units_drawn == 1] = np.nan
        counted = self.units_drawn > 0
        if strata is not None:
            counted &= strata
        return Estimate(value, float(np.sqrt(variances[counted].sum())) / area)
