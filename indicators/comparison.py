"""Differences and trends: only like with like, and with the courage to say that nothing can be told.

A difference needs the same indicator, stage and semester and no marked break between the two periods. A
trend needs four comparable periods and is told against the development of the country: a school that falls
as fast as the country does not "improve".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indicators.later import later
from indicators.statistics import intervals, multiplicity, trend

if TYPE_CHECKING:
    from indicators.model import Indicator

np = later("numpy")

WINDOW = 6  # comparable periods that a trend looks back, this one included
MIN_POINTS = trend.MIN_POINTS
MIN_POINTS_COUNTRY = 5  # Mann-Kendall cannot confirm anything with four points
FALSE_DISCOVERY = 0.10

TRENDS = ("worsening", "improving", "increasing", "decreasing", "no_change", "cannot_tell")
SHORT, BREAK, RELATIVE = "cannot_tell:short", "cannot_tell:break", "cannot_tell:relative"
CANNOT_TELL = {
    SHORT: {"lv": "mazāk nekā četri salīdzināmi periodi", "en": "fewer than four comparable periods"},
    BREAK: {
        "lv": "pēc metodikas maiņas vēl nav četru salīdzināmu periodu",
        "en": "not yet four comparable periods since the method changed",
    },
    RELATIVE: {
        "lv": "vērtību mēra pret valsti, tāpēc valstī kopumā tā vienmēr ir tuvu nullei",
        "en": "the value is measured against the country, so for the country it is always near zero",
    },
}


# --- difference of two periods or units ----------------------------------------------------------


class IncomparableError(ValueError):
    """Two values that must not be subtracted; the reason is told in both languages."""

    def __init__(self, lv: str, en: str) -> None:
        super().__init__(f"{lv} | {en}")
        self.reason = {"lv": lv, "en": en}


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One value as it is compared: a unit's counts (or mean, sd and n) in one period."""

    indicator: Indicator
    stage: str
    school_year: int
    semester: int = 0
    numerator: float
    denominator: float
    sd: float | None = None  # means only

    @property
    def value(self) -> float:
        """The unrounded value."""
        return self.numerator / self.denominator


@dataclass(frozen=True, kw_only=True)
class Difference:
    """``b`` minus ``a`` in the unit of the value, with its 95 % interval (NaN for a census)."""

    difference: float
    lower: float
    upper: float

    @property
    def changed(self) -> bool | None:
        """Whether the interval leaves out zero; ``None`` where there is no interval."""
        if np.isnan(self.lower):
            return None
        return bool(self.lower > 0 or self.upper < 0)


def _refuse_unlike(a: Observation, b: Observation) -> None:
    if a.indicator.id != b.indicator.id:
        raise IncomparableError(
            f"{a.indicator.id} un {b.indicator.id} ir dažādi rādītāji.",
            f"{a.indicator.id} and {b.indicator.id} are different indicators.",
        )
    if a.stage != b.stage:
        raise IncomparableError(
            "Dažādus izglītības posmus nesalīdzina.", "Different stages of education are not compared."
        )
    if a.semester != b.semester:
        raise IncomparableError(
            "Pirmo semestri salīdzina tikai ar pirmo, otro – ar otro.",
            "A first semester is compared with a first one only, a second with a second.",
        )
    first, last = sorted((a.school_year, b.school_year))
    for found in a.indicator.breaks_of(a.stage):
        if first < found.school_year <= last:
            raise IncomparableError(
                f"Starp periodiem mainīta metodika. {found.lv}",
                f"The method changed between the two periods. {found.en}",
            )
    for one in (a, b):
        if not one.denominator > 0:
            raise IncomparableError(
                "Vienā no periodiem nav datu.", "There are no data for one of the two periods."
            )


def compare(a: Observation, b: Observation) -> Difference:
    """``b`` minus ``a``: Newcombe's interval for shares, squared and added limits for rates and means.

    Raises :class:`IncomparableError` for another indicator, stage or semester and across a break. Also for
    two units in one period.
    """
    _refuse_unlike(a, b)
    family = a.indicator.family
    gap = b.value - a.value
    if family == "share":
        limits = intervals.newcombe_difference(b.numerator, b.denominator, a.numerator, a.denominator)
        return Difference(difference=gap, lower=float(limits.lower), upper=float(limits.upper))
    if family in ("rate", "mean"):
        (low_a, high_a), (low_b, high_b) = (
            (
                float(end[0])
                for end in interval(
                    family,
                    np.array([float(one.numerator)]),
                    np.array([float(one.denominator)]),
                    np.array([np.nan if one.sd is None else one.sd**2 / one.denominator]),
                )
            )
            for one in (a, b)
        )
        below = np.hypot(b.value - low_b, high_a - a.value)
        above = np.hypot(high_b - b.value, a.value - low_a)
        return Difference(difference=gap, lower=float(gap - below), upper=float(gap + above))
    return Difference(difference=gap, lower=float("nan"), upper=float("nan"))


def interval(
    family: str, total: np.ndarray, size: np.ndarray, variance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval that people are shown; NaN for a census and where nothing was observed.

    Wilson for shares; exact Poisson below 10 events and Byar from 10 on for rates; t for means, where
    ``variance`` is that of the mean.
    """
    lower, upper = np.full(total.shape, np.nan), np.full(total.shape, np.nan)
    seen = np.isfinite(total) & (size > 0)
    if family == "share":
        limits = intervals.wilson(total[seen], size[seen])
        lower[seen], upper[seen] = limits.lower, limits.upper
    elif family == "rate":
        for here, method in (
            (seen & (total < 10), intervals.exact_poisson),
            (seen & (total >= 10), intervals.byar),
        ):
            limits = method(total[here])
            lower[here], upper[here] = limits.lower / size[here], limits.upper / size[here]
    elif family == "mean":
        from scipy.special import stdtrit

        seen &= (size > 1) & (variance >= 0)
        reach = stdtrit(size[seen] - 1, 0.975) * np.sqrt(variance[seen])
        middle = total[seen] / size[seen]
        lower[seen], upper[seen] = middle - reach, middle + reach
    return lower, upper


# --- trends --------------------------------------------------------------------------------------


def split_trend(text: str) -> tuple[str, str | None]:
    """The trend word and, for ``cannot_tell``, the code of its reason (a key of ``CANNOT_TELL``)."""
    word, _, _ = text.partition(":")
    return word, text if ":" in text else None


def _words(direction: str, rises: bool) -> str:
    if direction in ("both", "none"):
        return "increasing" if rises else "decreasing"
    return "worsening" if rises == (direction == "high_bad") else "improving"


def _score_counts(family, total, size, national, times) -> np.ndarray:
    """p values with the sign of the drift, from the score test; shares above a half by their complement."""
    known = np.isfinite(national)
    usable = (size > 0) & np.isfinite(total) & known & (national > 0)
    share = np.where(known, national, 1.0)
    sign = 1.0
    if family == "share" and national[known].mean() > 0.5:
        total, share, sign = size - total, 1 - share, -1.0
        usable &= share > 0
    # The test knows shares only; a rate becomes one by counting its exposure in smaller pieces.
    pieces = 1.0
    if family == "rate" and usable.any():
        largest = np.divide(total, size, out=np.zeros(total.shape), where=usable).max()
        pieces = 2 * max(1.0, float(largest), float(share.max()))
    x, n = np.where(usable, total, np.nan), np.where(usable, size * pieces, np.nan)
    found = trend.score(x, n, times, share / pieces)
    return np.where(np.isfinite(found.z), np.copysign(np.maximum(found.p, 1e-300), sign * found.z), np.nan)


def _score_means(gap: np.ndarray, variance: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The same for estimates with known variances: slope of the gap to the country, weighted."""
    from scipy.special import gammaincinv, ndtr

    usable = np.isfinite(gap) & (variance > 0)
    weight = np.where(usable, 1 / np.where(usable, variance, 1.0), 0.0)
    value = np.where(usable, gap, 0.0)
    points = usable.sum(axis=1)
    whole = np.maximum(weight.sum(axis=1), 1e-300)[:, None]
    centred = times - (weight * times).sum(axis=1)[:, None] / whole
    rest = value - (weight * value).sum(axis=1)[:, None] / whole
    information = (weight * centred**2).sum(axis=1)
    tested = (points >= MIN_POINTS) & (information > 0)
    if not tested.any():
        return np.full(len(gap), np.nan)
    pearson = (weight * rest**2).sum(axis=1)[tested]
    phi = max(1.0, float(np.median(pearson / (2 * gammaincinv((points[tested] - 1) / 2, 0.5)))))
    z = (weight * rest * centred).sum(axis=1) / np.sqrt(phi * np.where(tested, information, 1.0))
    p = np.maximum(2 * ndtr(-np.abs(z)), 1e-300)
    return np.where(tested, np.copysign(p, z), np.nan)


def _census_variance(gap: np.ndarray) -> np.ndarray:
    """A census has no sampling error; its noise is what changes from year to year in a typical unit."""
    steps = np.diff(gap, axis=1)
    steps = steps[np.isfinite(steps)]
    noise = float(np.median(steps**2)) / 2 / 0.455 if steps.size else 0.0
    return np.full(gap.shape, max(noise, 1e-12))


def trends(
    indicator: Indicator,
    total: np.ndarray,
    size: np.ndarray,
    variance: np.ndarray,
    national: np.ndarray,
    segments: np.ndarray,
    shown: np.ndarray,
) -> np.ndarray:
    """Trend words of many units, as seen at the end of each period; ``None`` where nothing is ``shown``.

    Arrays have shape (units, periods), ``national`` and ``segments`` (periods,). Only drifts confirmed at a
    false discovery rate of 10 % over the units of the period get a word of direction.
    """
    words = np.full(total.shape, None, dtype=object)
    usable = np.isfinite(total) & (size > 0)
    value = np.divide(total, size, out=np.full(total.shape, np.nan), where=usable)
    gap = (
        value - national if indicator.family == "mean" else value / np.where(national != 0, national, np.nan)
    )
    if indicator.family in ("size_band", "fact"):
        variance = _census_variance(gap)
    rising, falling = _words(indicator.direction, True), _words(indicator.direction, False)
    for end in range(total.shape[1]):
        first = max(0, end + 1 - WINDOW)
        same = np.flatnonzero(segments[first : end + 1] == segments[end]) + first
        points = usable[:, same].sum(axis=1)
        here = shown[:, end]
        broken = usable[:, first : end + 1].sum(axis=1) >= MIN_POINTS
        words[here, end] = np.where(broken[here], BREAK, SHORT)
        enough = here & usable[:, end] & (points >= MIN_POINTS)
        if not enough.any():
            continue
        words[enough, end] = "no_change"
        times = same.astype(float)
        if indicator.family in ("share", "rate"):
            told = _score_counts(
                indicator.family, total[enough][:, same], size[enough][:, same], national[same], times
            )
        else:
            told = _score_means(gap[enough][:, same], variance[enough][:, same], times)
        confirmed = multiplicity.benjamini_hochberg(
            np.minimum(np.abs(told), 1.0), FALSE_DISCOVERY, missing="skip"
        ).rejected
        found = np.flatnonzero(enough)[confirmed]
        words[found, end] = np.where(told[confirmed] > 0, rising, falling)
    return words


def country_trend(indicator: Indicator, value: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """Trend words of the country itself, by Mann-Kendall at 5 % over the periods since the last break."""
    words = np.full(value.shape, None, dtype=object)
    known = np.isfinite(value)
    if indicator.relative:
        words[known] = RELATIVE
        return words
    ends = np.flatnonzero(known)
    if not ends.size:
        return words
    place = np.arange(value.size)
    before = np.where(place <= ends[:, None], value, np.nan)
    series = np.where(segments == segments[ends][:, None], before, np.nan)
    points = np.isfinite(series).sum(axis=1)
    found = trend.mann_kendall(series)
    for row, end in enumerate(ends):
        if points[row] < MIN_POINTS_COUNTRY:
            broken = np.isfinite(before[row]).sum() >= MIN_POINTS_COUNTRY
            words[end] = BREAK if broken else SHORT
        elif found.p[row] < 0.05:
            words[end] = _words(indicator.direction, found.s[row] > 0)
        else:
            words[end] = "no_change"
    return words
