"""What is usual for an institution of a given size: 5, 50 and 95 % lines of loads per learner.

The logarithm of the ratio is fitted on the logarithm of size (with its square) and on what else changes
staffing, by quantile regression. It is a census, not a sample: there is no interval and no probability.
"""

from __future__ import annotations

import numpy as np

QUANTILES = (0.05, 0.50, 0.95)
MIN_INSTITUTIONS = 30
_ROUNDS = 60
_GAP = 1e-6  # how far the loss of the fit may be from the smallest one
_INSIDE = 0.9995  # share of the way to the edge that a step may go


def quantile_regression(design: np.ndarray, y: np.ndarray, quantile: float) -> np.ndarray:
    """Coefficients of the ``quantile`` line, by the interior point method of Portnoy and Koenker (1997).

    Solves the dual (a weight ``a`` between 0 and 1 for every observation, ``s`` = 1 - a) with Mehrotra's
    predictor and corrector; ``z`` and ``w`` are the parts of the residuals above and below the line.

    >>> x = np.linspace(0, 1, 101)
    >>> line = quantile_regression(np.column_stack([np.ones(101), x]), 2 + 3 * x, 0.5)
    >>> [round(float(c), 3) for c in line]
    [2.0, 3.0]
    """
    count = len(y)
    a = np.full(count, 1 - quantile)
    s = 1 - a
    target = design.T @ a
    line = np.linalg.lstsq(design, y, rcond=None)[0]
    residual = design @ line - y
    residual += 0.001 * (residual == 0)
    z = np.maximum(residual, 0.0)
    w = z - residual
    for _ in range(_ROUNDS):
        if line @ target - y @ a + w.sum() < _GAP:
            break
        weight = 1 / (z / a + w / s)
        weighted = (design * weight[:, None]).T
        normal = weighted @ design + 1e-12 * weight.max() * np.eye(design.shape[1])

        def move(force: np.ndarray, weight=weight, weighted=weighted, normal=normal) -> tuple:
            turn = np.linalg.solve(normal, weighted @ force)
            return turn, weight * (design @ turn - force)

        turn, da = move(z - w)
        dz, dw = -z * (1 + da / a), -w * (1 - da / s)
        primal, dual = _step((a, da), (s, -da)), _step((z, dz), (w, dw))
        if min(primal, dual) < 1:
            now = z @ a + w @ s
            then = (z + dual * dz) @ (a + primal * da) + (w + dual * dw) @ (s - primal * da)
            centre = now * (then / now) ** 3 / (2 * count)
            bend_z, bend_w = da * dz / a, -da * dw / s
            turn, da = move(z - w + bend_z - bend_w - centre * (1 / a - 1 / s))
            dz = (centre - z * da) / a - z - bend_z
            dw = (centre + w * da) / s - w - bend_w
            primal, dual = _step((a, da), (s, -da)), _step((z, dz), (w, dw))
        a, s = a + primal * da, s - primal * da
        z, w = z + dual * dz, w + dual * dw
        line = line - dual * turn
    return line


def _step(*pairs: tuple[np.ndarray, np.ndarray]) -> float:
    """The longest step, at most 1, that keeps every value of the pairs (value, change) above zero."""
    longest = 1.0
    for value, change in pairs:
        falling = change < 0
        if falling.any():
            longest = min(longest, _INSIDE * float((value[falling] / -change[falling]).min()))
    return longest


def _columns(pupils: np.ndarray, covariates: np.ndarray, centre: float) -> np.ndarray:
    size = np.log(pupils) - centre
    return np.column_stack([np.ones_like(size), size, size**2, covariates])


def band(pupils: np.ndarray, ratio: np.ndarray, covariates: np.ndarray) -> np.ndarray | None:
    """The three lines for every institution (rows: 5 %, 50 %, 95 %); ``None`` when there are too few.

    Institutions with a ratio of zero do not shape the lines (a ratio has no logarithm there) but have them.
    """
    fits = (pupils > 0) & (ratio > 0) & np.isfinite(ratio)
    if fits.sum() < MIN_INSTITUTIONS:
        return None
    centre = float(np.log(pupils[fits]).mean())
    varies = np.ptp(covariates[fits], axis=0) > 0 if covariates.size else np.zeros(0, bool)
    kept = covariates[:, varies]
    lines = np.full((len(QUANTILES), len(pupils)), np.nan)
    placed = pupils > 0
    shape = _columns(pupils[fits], kept[fits], centre)
    place = _columns(pupils[placed], kept[placed], centre)
    for row, quantile in enumerate(QUANTILES):
        lines[row, placed] = np.exp(place @ quantile_regression(shape, np.log(ratio[fits]), quantile))
    return np.sort(lines, axis=0)  # lines of a fit may cross at the ends
