"""Every generated sentence about values, in one place; the texts stand in ``locale/*/LC_MESSAGES``.

Sentences are made for people who decide. They give the counts first, say what chance can do, and end with
what a level does not mean. No sentence ranks, and none calls an institution good or bad.

A row is a mapping with the columns of ``indicator_value``; missing is ``None``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from indicators import published_rules, stages
from indicators.model import UNITS, Indicator
from language import numbers
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

if TYPE_CHECKING:
    from indicators.comparison import Difference
    from indicators.simulator import Change, Outlook

Row = Mapping[str, object]

CERTAIN = 0.90
LIKELY = 0.60


# --- values in words -----------------------------------------------------------------------------


def value_text(indicator: Indicator, value: float, lang: str, *, difference: bool = False) -> str:
    """A value with its unit: ``12,5 %``, ``+25,0 procentpunkti``, ``0,75 uz 100 izglītojamiem``."""
    unit = UNITS[indicator.unit]
    if indicator.unit == "share" and not difference:
        return numbers.percent(value, lang, unit.digits)
    if indicator.unit in ("share", "share_difference"):
        return numbers.points(value, lang, unit.digits)
    printed = numbers.signed if difference or indicator.relative else numbers.decimal
    return f"{printed(value, lang, unit.digits)}{numbers.NBSP}{unit.lv if lang == 'lv' else unit.en}"


def interval_text(indicator: Indicator, lower: float, upper: float, lang: str) -> str:
    """An interval without its unit word, except for the percent sign: ``4,0–39,9 %``."""
    unit = UNITS[indicator.unit]
    if indicator.unit == "share":
        return numbers.interval(lower, upper, lang, unit.digits)
    ends = (lower * unit.scale, upper * unit.scale)
    return numbers.interval(*ends, lang, unit.digits, unit="number")


def probability_text(probability: float, lang: str) -> str:
    """A probability in whole per cent; nothing is ever 0 % or 100 % probable."""
    if probability > 0.99:
        return t("more than 99%", lang)
    if probability < 0.01:
        return t("less than 1%", lang)
    return numbers.percent(probability, lang, 0)


def period_text(indicator: Indicator, school_year: int, semester: int, lang: str) -> str:
    """The period of a value: ``2023./2024. m. g. 2. semestris``, or the calendar year."""
    if indicator.period == "calendar_year":
        return t("year {year}", lang, year=school_year)
    return numbers.period(school_year, semester or None, lang)


# --- what was counted, one sentence per indicator -------------------------------------------------


def _low_over_high(row: Row, lang: str) -> str:
    surplus, total = round(_number(row, "numerator")), _whole(row, "denominator", lang)
    if surplus == 0:
        return t("There were as many low as high results; results in all: {total}.", lang, total=total)
    count = numbers.integer(abs(surplus), lang)
    if surplus > 0:
        return t(
            "Low results outnumbered high ones by {count}; results in all: {total}.",
            lang,
            count=count,
            total=total,
        )
    return t(
        "High results outnumbered low ones by {count}; results in all: {total}.",
        lang,
        count=count,
        total=total,
    )


def _repeaters(row: Row, lang: str) -> str:
    return tn(
        "{n} learner of {total} was kept for a second year in the same grade.",
        "{n} learners of {total} were kept for a second year in the same grade.",
        *_counted(row, lang),
        total=_whole(row, "denominator", lang),
    )


def _long_absence(row: Row, lang: str) -> str:
    return tn(
        "{n} learner of {total} missed {limit} in the semester without a valid reason.",
        "{n} learners of {total} missed {limit} in the semester without a valid reason.",
        *_counted(row, lang),
        total=_whole(row, "denominator", lang),
        limit=published_rules.ABSENCE_LIMIT.words(lang),
    )


def _graduates(row: Row, lang: str) -> str:
    return tn(
        "{n} learner of {total} admitted obtained the education in the planned time.",
        "{n} learners of {total} admitted obtained the education in the planned time.",
        *_counted(row, lang),
        total=_whole(row, "denominator", lang),
    )


def _teacher_loads(row: Row, lang: str) -> str:
    return t("Teacher loads: {loads}; learners: {total}.", lang, **_loads(row, lang))


def _placed(row: Row, lang: str) -> str:
    return tn(
        "{n} graduate of {total} works or studies within a year.",
        "{n} graduates of {total} work or study within a year.",
        *_counted(row, lang),
        total=_whole(row, "denominator", lang),
    )


def _support_staff(row: Row, lang: str) -> str:
    if _number(row, "numerator") == 0:
        return t(
            "The institution has no support staff; learners: {total}.", lang, total=_loads(row, lang)["total"]
        )
    return t("Support staff loads: {loads}; learners: {total}.", lang, **_loads(row, lang))


def _turnover(row: Row, lang: str) -> str:
    if stages.is_whole(str(row["stage"])):
        return tn(
            "{n} teacher of {total} left in the year.",
            "{n} teachers of {total} left in the year.",
            *_counted(row, lang),
            total=_whole(row, "denominator", lang),
        )
    return tn(
        "{n} learner of {total} joined or left during the year.",
        "{n} learners of {total} joined or left during the year.",
        *_counted(row, lang),
        total=_whole(row, "denominator", lang),
    )


def _complaints(row: Row, lang: str) -> str:
    if _number(row, "numerator") == 0:
        total = _loads(row, lang)["total"]
        return t("No complaint was received in the year; learners: {total}.", lang, total=total)
    return tn(
        "{n} complaint was received in the year; learners: {total}.",
        "{n} complaints were received in the year; learners: {total}.",
        *_counted(row, lang),
        total=_loads(row, lang)["total"],
    )


def _marks(row: Row, lang: str) -> str:
    total = _whole(row, "denominator", lang)
    return t("Change of marks beyond the change in the country; learners: {total}.", lang, total=total)


def _mark_gap(row: Row, lang: str) -> str:
    total = _whole(row, "denominator", lang)
    return t("Final marks against exams; learners: {total}.", lang, total=total)


def _not_taken(row: Row, lang: str) -> str:
    return tn(
        "{n} of {total} learners who had to sit a compulsory exam did not.",
        "{n} of {total} learners who had to sit a compulsory exam did not sit it.",
        *_counted(row, lang),
        total=_whole(row, "denominator", lang),
    )


COUNTED: Mapping[str, Callable[[Row, str], str]] = {
    "R01": _low_over_high,
    "R02": _repeaters,
    "R03": _long_absence,
    "R04": _graduates,
    "R05": _teacher_loads,
    "R06": _placed,
    "R07": _support_staff,
    "R08": _turnover,
    "R09": _complaints,
    "R10": _marks,
    "R11": _mark_gap,
    "R12": _not_taken,
}


def _number(row: Row, name: str) -> float:
    return float(row[name])


def _whole(row: Row, name: str, lang: str) -> str:
    return numbers.integer(_number(row, name), lang)


def _counted(row: Row, lang: str) -> tuple[int, str]:
    return round(_number(row, "numerator")), lang


def _loads(row: Row, lang: str) -> dict[str, str]:
    return {
        "loads": numbers.decimal(_number(row, "numerator"), lang, 1),
        "total": numbers.integer(100 * _number(row, "denominator"), lang),
    }


def counted(indicator: Indicator, row: Row, lang: str) -> str:
    """What was counted, with the numbers. An indicator without its own sentence gets a plain one."""
    if indicator.id in COUNTED:
        return COUNTED[indicator.id](row, lang)
    return t(
        "{name}: {value}.",
        lang,
        name=indicator.text(lang).short_name,
        value=value_text(indicator, _number(row, "value"), lang),
    )


# --- is it chance? ---------------------------------------------------------------------------------


def chance(indicator: Indicator, row: Row, lang: str, *, national: float | None = None) -> str:
    """Counts, interval, the country, and how far chance explains the value; ends with what it is not.

    For a value that is missing, or too few cases to judge, the reason takes the place of the level.
    """
    if row.get("value") is None:
        return missing(row, lang)
    parts = [counted(indicator, row, lang), *_value_and_interval(indicator, row, lang)]
    if national is not None:
        parts.append(t("In the country: {national}.", lang, national=value_text(indicator, national, lang)))
    if row.get("reason") == "u":
        return " ".join([*parts, too_few(lang)])
    if row.get("level") is None:
        return " ".join(parts)
    parts += [*_pooled(indicator, row, lang), verdict(indicator, row, lang)]
    parts.append(not_a_judgement(lang) if row["level"] != "low" else low_is_no_proof(lang))
    return " ".join(parts)


def _value_and_interval(indicator: Indicator, row: Row, lang: str) -> list[str]:
    value = value_text(indicator, _number(row, "value"), lang)
    if row.get("lower") is None:
        return [t("The value is {value}.", lang, value=value)]
    return [
        t(
            "The value is {value} (95% confidence interval {interval}).",
            lang,
            value=value,
            interval=interval_text(indicator, _number(row, "lower"), _number(row, "upper"), lang),
        )
    ]


def _pooled(indicator: Indicator, row: Row, lang: str) -> list[str]:
    periods = int(row.get("pooled_periods") or 0)
    if periods < 2 or indicator.family not in ("share", "rate"):
        return []
    numerator, size = _number(row, "pooled_numerator"), _number(row, "pooled_denominator")
    if indicator.unit == "per_100_pupils":
        size_text = numbers.integer(size * 100, lang)
    else:
        size_text = numbers.integer(size, lang)
    return [
        t(
            "The last {periods} comparable periods together: {numerator} of {total}, that is {value}.",
            lang,
            periods=periods,
            numerator=numbers.integer(numerator, lang),
            total=size_text,
            value=value_text(indicator, numerator / size, lang),
        )
    ]


def verdict(indicator: Indicator, row: Row, lang: str) -> str:
    """Whether the boundary is passed, and whether that can be chance."""
    level = row["level"]
    own = "boundary_high" if level == "high" else "boundary_medium"
    boundary = row.get(own)
    if boundary is None:
        return t("Zero is below any boundary.", lang)
    limit = value_text(indicator, float(boundary), lang)
    below = _risk_below(indicator, row)
    if level == "low":
        if below:
            return t("The value is not below the boundary of {limit}.", lang, limit=limit)
        return t("The value is not above the boundary of {limit}.", lang, limit=limit)
    probability = row.get("probability_high" if level == "high" else "probability_medium")
    if probability is None:
        return _census(indicator, row, below, lang)
    probability = float(probability)
    chance_text = probability_text(probability, lang)
    if probability >= CERTAIN:
        text = t("This is hardly chance.", lang)
    elif probability >= LIKELY:
        text = t("This may be more than chance, but it cannot be said for certain.", lang)
    else:
        text = t("This may be chance.", lang)
    if below:
        tail = t(
            "The probability that the true level lies below {limit} is {probability}.",
            lang,
            limit=limit,
            probability=chance_text,
        )
    else:
        tail = t(
            "The probability that the true level lies above {limit} is {probability}.",
            lang,
            limit=limit,
            probability=chance_text,
        )
    surer = row.get("probability_medium")
    if level == "high" and probability < CERTAIN and surer is not None and float(surer) >= CERTAIN:
        medium = value_text(indicator, _number(row, "boundary_medium"), lang)
        tail += " " + t("The boundary of a medium level ({limit}) is passed for certain.", lang, limit=medium)
    return f"{text} {tail}"


def _risk_below(indicator: Indicator, row: Row) -> bool:
    if indicator.direction == "both":
        return float(row["boundary_high"]) < float(row["boundary_medium"])
    return indicator.direction == "low_bad"


def _census(indicator: Indicator, row: Row, below: bool, lang: str) -> str:
    if indicator.family != "size_band":
        return t("There are too few institutions to tell whether this is chance.", lang)
    limit = value_text(indicator, _number(row, "boundary_medium"), lang)
    if below:
        first = t(
            "This is less than usual for an institution of this size (from {limit}).", lang, limit=limit
        )
    else:
        first = t(
            "This is more than usual for an institution of this size (up to {limit}).", lang, limit=limit
        )
    if row.get("certainty") == "certain":
        return first + " " + t("It was so the year before, too.", lang)
    return first + " " + t("It was not so the year before, or that is not known.", lang)


def too_few(lang: str) -> str:
    """The sentence for small numbers."""
    return t("The number is too small to tell from chance; look at each case on its own.", lang)


def missing(row: Row, lang: str) -> str:
    """Why there is no value."""
    if row.get("reason") == "u":
        return too_few(lang)
    return t("The data have not been received; a missing value is not a low level.", lang)


def not_a_judgement(lang: str) -> str:
    """What a medium or high level does not mean."""
    return t("This is a reason to find out why and not a judgement of the institution.", lang)


def low_is_no_proof(lang: str) -> str:
    """What a low level does not mean."""
    return t("A low level does not prove that there are no difficulties.", lang)


def compared_with(indicator: Indicator, school_year: int, semester: int, lang: str) -> str:
    """Which period the comparison is with."""
    if indicator.period == "calendar_year":
        return t("Compared with the year {year}.", lang, year=school_year)
    year = numbers.school_year(school_year, lang)
    if semester:
        return t("Compared with semester {semester} of {year}.", lang, semester=semester, year=year)
    return t("Compared with {year}.", lang, year=year)


# --- one institution, one municipality, one list -----------------------------------------------------


def state(high: int, high_certain: int, medium: int, new: int, no_data: int, lang: str) -> str:
    """The state of an institution in one line, in numbers of indicators."""
    parts = []
    if high:
        text = tn("high risk in {n} indicator", "high risk in {n} indicators", high, lang)
        if high_certain:
            text += " " + tn("({n} of them certain)", "({n} of them certain)", high_certain, lang)
        parts.append(text)
    if medium:
        parts.append(tn("medium risk in {n} indicator", "medium risk in {n} indicators", medium, lang))
    if not parts:
        parts.append(t("no indicator at a high or medium level", lang))
    if new:
        parts.append(tn("{n} risk is new", "{n} risks are new", new, lang))
    if no_data:
        parts.append(tn("no data for {n} indicator", "no data for {n} indicators", no_data, lang))
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def municipality(institutions: int, with_certain_high: int, certain_high: int, new: int, lang: str) -> str:
    """How many institutions have a certain high risk, and how many of those risks are new."""
    parts = [tn("{n} institution.", "{n} institutions.", institutions, lang)]
    if not with_certain_high:
        return " ".join([*parts, t("No institution has a certain high risk.", lang)])
    first = tn(
        "{n} institution has at least one certain high risk",
        "{n} institutions have at least one certain high risk",
        with_certain_high,
        lang,
    )
    if not new:
        second = t("none of these risks is new.", lang)
    elif certain_high == 1:
        second = t("this risk is new.", lang)
    else:
        second = tn("{n} of these risks is new.", "{n} of these risks are new.", new, lang)
    return " ".join([*parts, f"{first}; {second}"])


def noise(flags: int, expected: float, lang: str) -> str:
    """How many flags of a list would be there by chance."""
    if not flags:
        return t("There are no risks in this list.", lang)
    first = tn("There is {n} risk in this list.", "There are {n} risks in this list.", flags, lang)
    if expected < 0.5:
        return first + " " + t("Hardly any of them is likely to be chance.", lang)
    about = math.floor(expected + 0.5)
    second = tn(
        "About {n} of them is likely to be chance: the true level does not pass the boundary.",
        "About {n} of them are likely to be chance: the true level does not pass the boundary.",
        about,
        lang,
    )
    return f"{first} {second}"


def persistence(periods: int, lang: str) -> str:
    """How long the level has lasted."""
    return tn(
        "The level has lasted for {n} period.",
        "The level has lasted for {n} periods in a row.",
        periods,
        lang,
    )


def position(share_below: float, lang: str) -> str:
    """Where the value stands among institutions of the stage; a comparison and not a judgement."""
    return t(
        "The value is higher than in {share} of comparable institutions. This is a comparison and not a "
        "judgement.",
        lang,
        share=numbers.percent(share_below, lang, 0),
    )


# --- change --------------------------------------------------------------------------------------------


def trend(indicator: Indicator, text: str, lang: str, *, country: bool = False) -> str:
    """A trend column in words. Units are told against the country, the country against itself."""
    from indicators.comparison import CANNOT_TELL, split_trend

    word, reason = split_trend(text)
    if word == "cannot_tell":
        return t("A trend cannot be told: {reason}.", lang, reason=CANNOT_TELL[reason][lang])
    if word == "no_change":
        if country:
            return t("There is no material change.", lang)
        return t("There is no material change against the country.", lang)
    worse_up = indicator.direction == "high_bad"
    rises = (
        word == "increasing" or (word == "worsening" and worse_up) or (word == "improving" and not worse_up)
    )
    judged = word if word in ("worsening", "improving") else None
    return t(_TRENDS[country, rises, judged], lang)


_TRENDS = {
    (False, True, "worsening"): _("Against the country the value rises; the situation gets worse."),
    (False, False, "worsening"): _("Against the country the value falls; the situation gets worse."),
    (False, True, "improving"): _("Against the country the value rises; the situation gets better."),
    (False, False, "improving"): _("Against the country the value falls; the situation gets better."),
    (False, True, None): _("Against the country the value rises (without a judgement)."),
    (False, False, None): _("Against the country the value falls (without a judgement)."),
    (True, True, "worsening"): _("The value rises; the situation gets worse."),
    (True, False, "worsening"): _("The value falls; the situation gets worse."),
    (True, True, "improving"): _("The value rises; the situation gets better."),
    (True, False, "improving"): _("The value falls; the situation gets better."),
    (True, True, None): _("The value rises (without a judgement)."),
    (True, False, None): _("The value falls (without a judgement)."),
}


def difference(indicator: Indicator, change: Difference, before: Row, now: Row, lang: str) -> str:
    """The change against the comparable period before, and whether chance can explain it."""
    text = value_text(indicator, change.difference, lang, difference=True)
    if indicator.family == "share":
        first = t(
            "Against the comparable period before: {difference} (from {before} to {now}).",
            lang,
            difference=text,
            before=numbers.share_with_counts(
                round(_number(before, "numerator")), round(_number(before, "denominator")), lang
            ),
            now=numbers.share_with_counts(
                round(_number(now, "numerator")), round(_number(now, "denominator")), lang
            ),
        )
    else:
        first = t("Against the comparable period before: {difference}.", lang, difference=text)
    if change.changed is None:
        return first
    if change.changed:
        return first + " " + t("The value has changed by more than chance explains.", lang)
    return first + " " + t("A change of this size may be chance.", lang)


# --- what would change the level? -------------------------------------------------------------------------


# Marks go from 1 to 10 and percentile ranks from 0 to 100: what lies farther cannot happen and is not told.
_FARTHEST = {"grade_points": 9.0, "percentile_points": 100.0}


def what_would_change(indicator: Indicator, found: Outlook, lang: str) -> list[str]:
    """The answers of the simulator, one sentence each, the nearest first; then what they do not mean.

    Where one step leads past both boundaries there is no number at which the level is medium, and none is told.
    What two years in a row decide (a size band) has no number of its own for certainty.
    """
    answers = []
    medium = found.to_medium
    if medium is not None and found.to_high is not None and medium.numerator == found.to_high.numerator:
        medium = None
    for change, text in (
        (found.below_high, _no_longer_high),
        (found.below_medium, _low),
        (found.not_certain, _no_longer_certain),
        (medium, _medium),
        (found.to_high, _high),
        (
            found.to_certain if indicator.family != "size_band" else None,
            _certainly_high if found.level == "high" else _certainly_medium,
        ),
    ):
        if change is not None and abs(change.value) <= _FARTHEST.get(indicator.unit, math.inf):
            answers.append((abs(change.by), text(_amount(indicator, change, lang), lang)))
    answers.sort(key=lambda answer: answer[0])
    return [*(text for _by, text in answers), not_a_target(lang)]


def way_down(indicator: Indicator, found: Outlook, lang: str) -> str:
    """What would bring the level one step down, in one sentence; empty where nothing that can be pictured would."""
    for change, text in ((found.below_high, _no_longer_high), (found.below_medium, _low)):
        if change is not None and abs(change.value) <= _FARTHEST.get(indicator.unit, math.inf):
            return text(_amount(indicator, change, lang), lang)
    return ""


def _no_longer_high(amounts: dict[str, str], lang: str) -> str:
    return t("The level would no longer be high at {numerator} ({by}).", lang, **amounts)


def _low(amounts: dict[str, str], lang: str) -> str:
    return t("The level would be low at {numerator} ({by}).", lang, **amounts)


def _no_longer_certain(amounts: dict[str, str], lang: str) -> str:
    return t("The level would no longer be certain at {numerator} ({by}).", lang, **amounts)


def _medium(amounts: dict[str, str], lang: str) -> str:
    return t("The level would be medium at {numerator} ({by}).", lang, **amounts)


def _high(amounts: dict[str, str], lang: str) -> str:
    return t("The level would be high at {numerator} ({by}).", lang, **amounts)


def _certainly_medium(amounts: dict[str, str], lang: str) -> str:
    return t(
        "The value would certainly be beyond the medium boundary at {numerator} ({by}).", lang, **amounts
    )


def _certainly_high(amounts: dict[str, str], lang: str) -> str:
    return t("The value would certainly be beyond the high boundary at {numerator} ({by}).", lang, **amounts)


def _amount(indicator: Indicator, change: Change, lang: str) -> dict[str, str]:
    """The new numerator (or value, where that is what can be pictured) and how far it is."""
    if indicator.step_of == "value":
        now, by = change.value, change.value_by
        digits = UNITS[indicator.unit].digits
    else:
        now, by, digits = change.numerator, change.by, 0 if indicator.step == 1 else 1
    amount = numbers.decimal(abs(by), lang, digits)
    text = t("{amount} more", lang, amount=amount) if by > 0 else t("{amount} fewer", lang, amount=amount)
    return {"numerator": numbers.decimal(now, lang, digits), "by": text}


def not_a_target(lang: str) -> str:
    """The lesson of every published boundary."""
    return t(
        "An indicator is not a target: to record cases differently means not to see the difficulty.", lang
    )
