"""The quality service's own published risk rules (A1-A5), kept apart from the twelve indicators.

They are facts about an institution ("has", "has not"), without a model. The shares that the service printed
in its report for 2024 concern the institutions evaluated in 2023/2024, not all institutions, and have no
denominators: they can be reproduced only for the same list of institutions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

REPORT = "IKVD 2024. gada publiskais pārskats, 2.2.3. sadaļa, 16.–17. lpp."

# The groups in which the report prints its shares, by institution type.
GROUP_BY_TYPE = {"basic": "basic", "secondary": "secondary", "state_gymnasium": "secondary"}

E_JOURNALS = "e_journals"


@dataclass(frozen=True, kw_only=True)
class AbsenceLimit:
    """The limit of a learner's long absence. The report writes it both as ``>=`` and as ``>``.

    Facts arrive as counts over the limit, so the operator is not recomputed here: it is the setting that is
    printed beside every count and that the import asks of the sender.
    """

    lessons: int = 20
    operator: str = ">="

    def words(self, lang: str) -> str:
        """The limit as it is printed: ``20 un vairāk mācību stundu``."""
        if self.operator not in (">", ">="):
            raise ValueError(f"the operator of the absence limit is > or >=, not {self.operator!r}")
        at_least = self.operator == ">="
        if lang == "lv":
            text = "{} un vairāk mācību stundu" if at_least else "vairāk nekā {} mācību stundas"
        else:
            text = "{} or more lessons" if at_least else "more than {} lessons"
        return text.format(self.lessons)


ABSENCE_LIMIT = AbsenceLimit()


@dataclass(frozen=True, kw_only=True)
class PublishedShare:
    """A share of institutions that the report prints."""

    group: str
    share: float
    fits: str  # our inference: which small numbers give this share
    citation: str = REPORT


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One published rule. own: group -> (Latvian, English) where the report asks different things of the groups."""

    code: str
    lv: str
    en: str
    needs: tuple[str, ...]
    shares: tuple[PublishedShare, ...]
    own: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def words(self, lang: str, group: str | None = None) -> str:
        """The rule in words; for one group what is asked of that group."""
        if group in self.own:
            return self.own[group][lang == "en"]
        return self.en if lang == "en" else self.lv


RULES = {
    rule.code: rule
    for rule in (
        Rule(
            code="A1",
            lv="apvienotās klases nepietiekama izglītojamo skaita dēļ",
            en="combined classes because of too few learners",
            needs=("staff",),
            shares=(
                PublishedShare(group="basic", share=0.19, fits="7/37"),
                PublishedShare(group="secondary", share=0.095, fits="4/42"),
            ),
        ),
        Rule(
            code="A2",
            lv=f"ir izglītojamie, kuri ilgstoši kavē bez attaisnojoša iemesla ({ABSENCE_LIMIT.words('lv')})",
            en=f"has learners long absent without a valid reason ({ABSENCE_LIMIT.words('en')})",
            needs=("absence",),
            shares=(
                PublishedShare(group="basic", share=0.306, fits="11/36"),
                PublishedShare(group="secondary", share=0.73, fits="30/41, 27/37"),
            ),
        ),
        Rule(
            code="A3",
            lv="nav pieejami atbalsta personāla pakalpojumi iepriekšējā un aktuālajā gadā",
            en="no support staff services in the previous and the current year",
            needs=("staff",),
            shares=(
                PublishedShare(group="basic", share=0.216, fits="8/37"),
                PublishedShare(group="secondary", share=0.119, fits="5/42"),
            ),
        ),
        Rule(
            code="A4",
            lv=(
                "pedagogu vakances ilgāk par mēnesi: pamatskolās iepriekšējā un aktuālajā gadā, vidusskolās "
                "iepriekšējā vai aktuālajā gadā"
            ),
            en=(
                "teacher vacancies longer than a month: basic schools in the previous and the current year, "
                "secondary schools in the previous or the current year"
            ),
            needs=("staff",),
            shares=(
                PublishedShare(group="basic", share=0.444, fits="16/36"),
                PublishedShare(group="secondary", share=0.595, fits="25/42"),
            ),
            own={
                "basic": (
                    "pedagogu vakances ilgāk par mēnesi gan iepriekšējā, gan aktuālajā gadā",
                    "teacher vacancies longer than a month both in the previous and in the current year",
                ),
                "secondary": (
                    "pedagogu vakances ilgāk par mēnesi iepriekšējā vai aktuālajā gadā",
                    "teacher vacancies longer than a month in the previous or in the current year",
                ),
            },
        ),
        Rule(
            code="A5",
            lv=(
                "iepriekšējā gadā vidējais rezultāts vienā vai vairākos obligātajos centralizētajos "
                "eksāmenos par 10–30 % zemāks nekā valstī"
            ),
            en=(
                "mean of the previous year 10-30% below the national mean in one or more compulsory "
                "centralised exams"
            ),
            needs=("exam",),
            shares=(PublishedShare(group="secondary", share=0.475, fits="19/40"),),
        ),
    )
}

KEYS = ["institution_id", "school_year"]


def _with_group(frame: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    groups = institution.assign(group=institution["type"].map(GROUP_BY_TYPE))
    groups = groups.loc[groups["group"].notna(), ["id", "group"]].rename(columns={"id": "institution_id"})
    return frame.merge(groups, on="institution_id", how="inner")


def _with_previous(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rows with the value of the school year before; missing where that year was not delivered."""
    earlier = frame[[*KEYS, column]].assign(school_year=frame["school_year"] + 1)
    return frame.merge(earlier.rename(columns={column: "previous"}), on=KEYS, how="left")


def _result(frame: pd.DataFrame, exceeded: pd.Series) -> pd.DataFrame:
    return frame[[*KEYS, "group"]].assign(exceeded=exceeded.astype("boolean"))


def combined_classes(staff: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """A1: at least one combined class in the year."""
    rows = _with_group(staff, institution)
    return _result(rows, rows["combined_classes"] > 0)


def long_absence(absence: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """A2: at least one long absentee in a semester of the year, whatever the stage."""
    primary = absence[absence["source_code"] == E_JOURNALS]
    total = primary.groupby(KEYS, as_index=False, sort=True)["long_unexcused"].sum()
    rows = _with_group(total, institution)
    return _result(rows, rows["long_unexcused"] > 0)


def no_support_staff(staff: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """A3: no support staff in the previous and the current year; unknown without the previous year."""
    rows = _with_previous(_with_group(staff, institution), "support_load")
    known = rows["previous"].notna() | (rows["support_load"] > 0)
    return _result(rows, ((rows["support_load"] == 0) & (rows["previous"] == 0)).where(known))


def long_vacancies(staff: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """A4: long vacancies in both years (basic schools) or in one of them (secondary schools)."""
    rows = _with_previous(_with_group(staff, institution), "long_vacancies")
    now, before, known = rows["long_vacancies"] > 0, rows["previous"] > 0, rows["previous"].notna()
    both = (now & before).where(known | ~now)
    either = (now | before).where(known | now)
    return _result(rows, both.where(rows["group"] == "basic", either))


def exam_gaps(exam: pd.DataFrame, base: str = "relative") -> pd.DataFrame:
    """How far the mean of the worst compulsory exam lies below the national mean, per institution and year.

    The report does not say whether its 10-30 % are relative (default) or points of the exam (``points``).
    The national mean is taken over takers, never over institutions.
    """
    if base not in ("relative", "points"):
        raise ValueError(f"the base of the gap is relative or points, not {base!r}")
    taken = exam[(exam["compulsory"] == 1) & (exam["sat"] > 0) & exam["mean"].notna()]
    one = ["stage", "subject", "exam_level", "school_year"]
    taken = taken.assign(points=taken["mean"] * taken["sat"])
    nation = taken.groupby(one, sort=True)[["points", "sat"]].transform("sum")
    national = nation["points"] / nation["sat"]
    gap = (national - taken["mean"]) / (national if base == "relative" else 100)
    keys = ["institution_id", "stage", "school_year"]
    return taken[keys].assign(gap=gap).groupby(keys, as_index=False, sort=True)["gap"].max()


def low_exam_results(
    exam: pd.DataFrame,
    institution: pd.DataFrame,
    *,
    base: str = "relative",
    lower: float = 0.10,
    upper: float = 0.30,
) -> pd.DataFrame:
    """A5: the previous year's mean at least ``lower`` below the nation; ``beyond`` tells gaps over ``upper``.

    The report speaks of 10-30 % and is silent about larger gaps; they exceed the rule too and are told apart.
    """
    gaps = exam_gaps(exam[exam["stage"] == "upper_secondary"], base)
    rows = _with_group(gaps.assign(school_year=gaps["school_year"] + 1), institution)
    rows = rows[rows["group"] == "secondary"]
    return _result(rows, rows["gap"] >= lower).assign(beyond=(rows["gap"] > upper).astype("boolean"))


_FUNCTIONS = {
    "A1": combined_classes,
    "A2": long_absence,
    "A3": no_support_staff,
    "A4": long_vacancies,
    "A5": low_exam_results,
}


def evaluate(code: str, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One rule for every institution and school year: ``group`` and ``exceeded`` (missing = not known)."""
    (fact,) = RULES[code].needs
    return _FUNCTIONS[code](frames[fact], frames["institution"])


def shares(
    result: pd.DataFrame, school_year: int, institutions: Collection[int] | None = None
) -> dict[str, tuple[int, int]]:
    """Institutions over the rule and institutions known, by group; ``institutions`` limits the list."""
    rows = result[(result["school_year"] == school_year) & result["exceeded"].notna()]
    if institutions is not None:
        rows = rows[rows["institution_id"].isin(institutions)]
    return {
        str(group): (int(part["exceeded"].sum()), len(part))
        for group, part in rows.groupby("group", sort=True)
    }


def for_rows(code: str, frames: Mapping[str, pd.DataFrame], rows: pd.DataFrame) -> pd.Series:
    """The rule beside the rows of an indicator, as the fact that stands next to the level.

    A2 looks at the row itself (stage and semester); A5 at the exams of the row's own year; A3 and A4 at the
    institution as a whole. Missing where the rule says nothing about such a row.
    """
    import pandas as pd

    if code == "A2":
        known = rows["numerator"].notna()
        return (rows["numerator"] > 0).where(known).astype("boolean")
    if code == "A5":
        facts = exam_gaps(frames["exam"][frames["exam"]["stage"] == "upper_secondary"])
        facts = facts.assign(exceeded=(facts["gap"] >= 0.10).astype("boolean"))
        keys = ["institution_id", "stage", "school_year"]
    else:
        facts = evaluate(code, frames).assign(stage="all_general")
        keys = ["institution_id", "stage", "school_year"]
    found = rows[keys].merge(facts[[*keys, "exceeded"]], on=keys, how="left")["exceeded"]
    return pd.Series(found.array, index=rows.index, dtype="boolean")
