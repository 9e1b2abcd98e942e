"""Multiple comparisons: the false discovery rate."""

from __future__ import annotations

from dataclasses import dataclass

from indicators.later import later
from indicators.statistics import _checks

np = later("numpy")

Array = "np.ndarray"


@dataclass(frozen=True)
class FalseDiscovery:
    """Which hypotheses are rejected, and the adjusted p values; arrays of the shape of the input."""

    rejected: Array
    adjusted: Array


def benjamini_hochberg(p: object, q: float = 0.10, *, missing: str = "raise") -> FalseDiscovery:
    """Step-up procedure of Benjamini and Hochberg at false discovery rate q.

    `p` holds p values in [0, 1], any shape, all of them one family. `missing="skip"` leaves NaN (a unit
    that could not be tested) out of the family: never rejected, adjusted NaN; by default NaN is an
    error. ValueError for p outside [0, 1] and q outside (0, 1).

    Source: Benjamini & Hochberg (1995), J R Stat Soc B 57:289; adjusted p as in Yekutieli &
    Benjamini (1999).
    """
    _checks.choice("missing", missing, ("raise", "skip"))
    values = _checks.real("p", p, missing=missing == "skip")
    q = _checks.fraction("q", q)
    if ((values < 0) | (values > 1)).any():
        raise ValueError("p must lie between 0 and 1")
    tested = ~np.isnan(values)
    family = values[tested]
    adjusted = np.full(values.shape, np.nan)
    rejected = np.zeros(values.shape, dtype=bool)
    if family.size:
        order = np.argsort(family, kind="stable")
        ranks = np.arange(1, family.size + 1)
        stepped = np.minimum.accumulate((family[order] * family.size / ranks)[::-1])[::-1]
        passing = np.nonzero(family[order] <= q * ranks / family.size)[0]
        result = np.empty(family.size)
        result[order] = np.minimum(stepped, 1.0)
        chosen = np.zeros(family.size, dtype=bool)
        if passing.size:
            chosen[order[: passing[-1] + 1]] = True
        adjusted[tested] = result
        rejected[tested] = chosen
    return FalseDiscovery(rejected, adjusted)
