"""Funnel plots with exact limits and with additive over-dispersion (Spiegelhalter 2005, 2012)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indicators.statistics import _checks

Array = np.ndarray
TRIMMINGS = ("winsorise", "truncate")


@dataclass(frozen=True)
class Funnel:
    """A funnel over units; arrays have the shape of the input, limits the scale of the indicator.

    `value` is the indicator itself (share or observed / expected) and `target` the centre line. `z` is
    the transformed distance from the target in standard errors, `z_adjusted` the same with the
    between-unit variance `tau2` added; `phi` is the dispersion ratio, the mean of the squared z after
    trimming. `lower` and `upper` are the limits without over-dispersion and `outliers` the units outside
    them; `..._overdispersed` are their counterparts with `tau2`. A unit without observations has NaN
    values and limits and is never an outlier.
    """

    value: Array
    target: float
    z: Array
    z_adjusted: Array
    phi: float
    tau2: float
    lower: Array
    upper: Array
    outliers: Array
    lower_overdispersed: Array
    upper_overdispersed: Array
    outliers_overdispersed: Array


def _dispersion(z: Array, s: Array, trim: float, trimming: str) -> tuple[float, float]:
    """Return (phi, tau2) from z scores and standard errors of the units that were observed."""
    if trimming == "winsorise":
        kept = np.clip(z, *np.quantile(z, [trim, 1 - trim]))
        weight = 1 / s**2
    else:
        rank = _ranks(z)
        keep = (rank >= (z.size + 1) * trim - 1e-9) & (rank < (z.size + 1) * (1 - trim) - 1e-9)
        keep |= not keep.any()
        kept, weight = z[keep], 1 / s[keep] ** 2
    phi = float(np.mean(kept**2))
    units = kept.size
    room = weight.sum() - (weight**2).sum() / weight.sum()
    excess = units * phi - (units - 1)
    return phi, float(max(0.0, excess / room)) if units > 1 else 0.0


def _ranks(values: Array) -> Array:
    """Return ranks 1..n with ties sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return ((last - counts + 1 + last) / 2)[inverse]


def _spread(seen: Array, values: Array) -> Array:
    """Put the values of observed units back into an array of all units, NaN elsewhere."""
    out = np.full(seen.shape, np.nan)
    out[seen] = values
    return out


def _binomial_upper(n: Array, share: float, tail: float) -> Array:
    """Return per unit the count u with P(X >= u) = tail, continued between whole counts, at most n."""
    from scipy.special import bdtrik

    any_event = -np.expm1(n * np.log1p(-share))
    upper = np.where(share**n > tail, n, bdtrik(1 - tail, n, share) + 1)
    return np.where(any_event < tail, any_event / tail, upper)


def _binomial_limits(n: Array, share: float, tail: float) -> tuple[Array, Array]:
    """Return the shares l <= u per unit: P(X >= n u) = P(X <= n l) = tail."""
    if share in (0, 1):
        return np.full(n.shape, float(share)), np.full(n.shape, float(share))
    lower = n - _binomial_upper(n, 1 - share, tail)
    return lower / n, _binomial_upper(n, share, tail) / n


def _poisson_limits(expected: Array, tail: float) -> tuple[Array, Array]:
    """Return the ratios l <= u per unit: P(X >= E u) = P(X <= E l) = tail, continued between counts."""
    from scipy.special import pdtrik

    lower = np.where(np.exp(-expected) > tail, 0.0, pdtrik(tail, expected))
    any_event = -np.expm1(-expected)
    upper = np.where(any_event < tail, any_event / tail, pdtrik(1 - tail, expected) + 1)
    return lower / expected, upper / expected


def proportion(
    x: object,
    n: object,
    target: float | None = None,
    transform: str = "arcsine",
    trim: float = 0.10,
    trimming: str = "winsorise",
    level: float = 0.998,
) -> Funnel:
    """Funnel of shares x / n over units, arrays of one shape.

    `target` is the centre line, by default the pooled share. On the scale y = arcsin sqrt(x / n) the
    standard error is 1 / (2 sqrt n). The share `trim` at each end of the z scores is pulled in to the
    quantile ("winsorise") or left out ("truncate") before phi and tau2 are taken. `level` is the
    two-sided coverage of the limits. The exact limits are those of the binomial distribution with the
    target: a unit is an outlier when a count at least as extreme has a probability below (1 - level) / 2.

    ValueError for x > n, negative or NaN counts, no observation at all, a target outside (0, 1), an
    unknown transform or trimming, a trim outside [0, 0.5) and a level outside (0, 1).

    Source: Spiegelhalter (2005), Stat Med 24:1185 and Qual Saf Health Care 14:347; Spiegelhalter et al.
    (2012), J R Stat Soc A 175:1; tau2 after DerSimonian & Laird (1986).
    """
    x_array, n_array = _checks.events(x, n)
    _checks.choice("transform", transform, ("arcsine",))
    trim, reach = _common(trim, trimming, level)
    seen = n_array > 0
    if not seen.any():
        raise ValueError("no unit has an observation")
    count, size = x_array[seen], n_array[seen]
    centre = count.sum() / size.sum() if target is None else _checks.fraction("target", target)
    y, y0, s = np.arcsin(np.sqrt(count / size)), np.arcsin(np.sqrt(centre)), 1 / (2 * np.sqrt(size))
    lower, upper = _binomial_limits(size, float(centre), (1 - level) / 2)

    def back(angle: Array) -> Array:
        return np.sin(np.clip(angle, 0, np.pi / 2)) ** 2

    return _assemble(seen, count / size, centre, y - y0, s, trim, trimming, reach, lower, upper, y0, back)


def ratio(
    observed: object,
    expected: object,
    transform: str = "log",
    trim: float = 0.10,
    trimming: str = "truncate",
    level: float = 0.998,
    *,
    limits: str = "garwood",
) -> Funnel:
    """Funnel of standardised ratios observed / expected over units, arrays of one shape; target 1.

    transform "log": y = log(O / E), s = 1 / sqrt E (an observed 0 is taken as 0.5 in y only);
    "sqrt": y = sqrt(O / E), s = 1 / (2 sqrt E). Trimming as in `proportion`, truncation by ranks. The
    defaults are the method of the English hospital mortality indicator (SHMI); transform "sqrt" with
    trimming "winsorise" is that of the Care Quality Commission.

    `limits="garwood"` draws the limits without over-dispersion as FunnelPlotR does, from the
    chi-squared quantiles around the expected count; `limits="tail"` uses the probability of a count at
    least as extreme instead, which is stricter on the low side when the expected count is small.

    ValueError for negative or NaN values, an observed count where nothing is expected, no unit with an
    expectation, and unknown or impossible options.

    Source: as in `proportion`; NHS Digital, SHMI methodology; FunnelPlotR (NHS-R community).
    """
    o_array, e_array = _checks.together(
        observed=_checks.non_negative("observed", observed),
        expected=_checks.non_negative("expected", expected),
    )
    _checks.choice("transform", transform, ("log", "sqrt"))
    _checks.choice("limits", limits, ("garwood", "tail"))
    trim, reach = _common(trim, trimming, level)
    if ((e_array == 0) & (o_array > 0)).any():
        raise ValueError("observed must be 0 where expected is 0")
    seen = e_array > 0
    if not seen.any():
        raise ValueError("no unit has an expected count")
    count, mean = o_array[seen], e_array[seen]
    if limits == "tail":
        lower, upper = _poisson_limits(mean, (1 - level) / 2)
    else:
        from indicators.statistics.intervals import exact_poisson

        around = exact_poisson(mean, level)
        lower, upper = around.lower / mean, around.upper / mean
    if transform == "log":
        y, y0, s, back = np.log(np.maximum(count, 0.5 * (count == 0)) / mean), 0.0, 1 / np.sqrt(mean), np.exp
    else:
        y, y0, s = np.sqrt(count / mean), 1.0, 1 / (2 * np.sqrt(mean))

        def back(root: Array) -> Array:
            return np.maximum(root, 0.0) ** 2

    return _assemble(seen, count / mean, 1.0, y - y0, s, trim, trimming, reach, lower, upper, y0, back)


def _common(trim: float, trimming: str, level: float) -> tuple[float, float]:
    """Check the options both funnels share; return (trim, normal quantile of the level)."""
    _checks.choice("trimming", trimming, TRIMMINGS)
    trim = _checks.fraction("trim", trim, zero=True)
    if trim >= 0.5:
        raise ValueError("trim must be below 0.5")
    return trim, _checks.two_sided_z(_checks.fraction("level", level))


def _assemble(seen, value, target, gap, s, trim, trimming, reach, lower, upper, y0, back) -> Funnel:
    """Build the result from the observed units; `gap` is y - y0 and `back` undoes the transform."""
    phi, tau2 = _dispersion(gap / s, s, trim, trimming)
    wide = np.sqrt(s**2 + tau2)
    outside = np.zeros(seen.shape, dtype=bool)
    outside_wide = np.zeros(seen.shape, dtype=bool)
    outside[seen] = (value < lower) | (value > upper)
    outside_wide[seen] = np.abs(gap / wide) > reach
    return Funnel(
        value=_spread(seen, value),
        target=float(target),
        z=_spread(seen, gap / s),
        z_adjusted=_spread(seen, gap / wide),
        phi=phi,
        tau2=tau2,
        lower=_spread(seen, lower),
        upper=_spread(seen, upper),
        outliers=outside,
        lower_overdispersed=_spread(seen, back(y0 - reach * wide)),
        upper_overdispersed=_spread(seen, back(y0 + reach * wide)),
        outliers_overdispersed=outside_wide,
    )
