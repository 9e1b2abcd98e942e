"""The monitoring database: dimensions, fact tables of counts, provenance, releases and their values.

One definition for SQLite (STRICT tables) and PostgreSQL. Dates are ISO text (YYYY-MM-DD) and flags are 0/1
integers so that both engines store, compare and sort them alike. A school year is the integer of its first
calendar year (2023 = "2023/2024"). Facts are counts of persons or sums of loads, never persons.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import sqlite

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Real = Float(53).with_variant(sqlite.REAL(), "sqlite")

LEVELS = ("low", "medium", "high")
REASONS = ("c", "x", "z", "low", "u")
RATINGS = ("insufficient", "needs_improvement", "good", "very_good", "excellent")


def _table(name: str, *parts, without_rowid: bool = False) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=not without_rowid)


def _text(name: str, *args, null: bool = False, **kwargs) -> Column:
    return Column(name, Text, *args, nullable=null, **kwargs)


def _int(name: str, *args, null: bool = False, **kwargs) -> Column:
    return Column(name, Integer, *args, nullable=null, **kwargs)


def _real(name: str, null: bool = False) -> Column:
    return Column(name, Real, nullable=null)


def _count(name: str, null: bool = False) -> tuple[Column, CheckConstraint]:
    return _int(name, null=null), CheckConstraint(f"{name} >= 0", name=f"{name}_not_negative")


def _counts(*names: str, null: bool = False) -> list:
    return [part for name in names for part in _count(name, null)]


# --- provenance ---------------------------------------------------------------------------------

source = _table(
    "source",
    _text("code", primary_key=True),
    _text("name_lv"),
    _text("name_en"),
    _text("publisher"),
    _text("licence"),
)

load_batch = _table(
    "load_batch",
    _int("id", primary_key=True),
    _text("dataset"),
    _text("source_code", ForeignKey("source.code")),
    _text("file_name"),
    _text("sha256"),
    _text("as_of"),
    _text("loaded_at"),
    _text("loader_version"),
    _int("rows_read"),
    _int("rows_loaded"),
    _int("rows_quarantined"),
    _int("rows_declared"),  # blank and total lines: read, named, not loaded
    _int("synthetic"),
    UniqueConstraint("dataset", "sha256"),
)

# --- dimensions ---------------------------------------------------------------------------------

region = _table("region", _text("code", primary_key=True), _text("name_lv"), _text("name_en"))

municipality = _table(
    "municipality",
    _text("code", primary_key=True),  # CSP code, LV + ATVK 2021
    _text("iso", null=True),
    _text("name"),  # short nominative: "Ādaži", "Rīga"
    _text("name_full"),  # "Ādažu novads"
    _text("name_genitive"),  # "Ādažu novada"
    _text("name_locative"),  # "Ādažu novadā"
    _text("name_en"),
    _text("kind"),  # state_city | county
    _text("region_code", ForeignKey("region.code")),
    _int("population", null=True),
    _int("population_year", null=True),
    _int("unified_visited_2023", null=True),
    _text("valid_from"),
    _text("valid_to", null=True),
    _text("successor_code", ForeignKey("municipality.code"), null=True),
    _text("sort_key"),
    _text("search_key"),
    _int("load_batch_id", ForeignKey("load_batch.id")),
)

stage = _table(
    "stage",
    _text("code", primary_key=True),
    _text("name_lv"),
    _text("name_en"),
    _int("position"),
)

school_year = _table("school_year", _int("start", primary_key=True), _text("code", unique=True))

institution = _table(
    "institution",
    _int("id", primary_key=True),
    _text("reg_no", unique=True),
    _text("name"),
    _text(
        "type"
    ),  # preschool, primary, basic, secondary, state_gymnasium, special, vocational, orientation, higher
    _text("founder_kind"),  # municipality, state, private
    _text("municipality_code", ForeignKey("municipality.code")),
    _text("urbanity"),  # city, town, rural, border
    _int("in_transition"),  # 1 = moves from a minority programme to the unified school
    _text("valid_from"),
    _text("valid_to", null=True),
    _text("sort_key"),
    _text("search_key"),
    _int("load_batch_id", ForeignKey("load_batch.id")),
    Index("ix_institution_municipality", "municipality_code"),
)

institution_lineage = _table(
    "institution_lineage",
    _int("from_id", ForeignKey("institution.id"), primary_key=True),
    _int("to_id", ForeignKey("institution.id"), primary_key=True),
    _text("date"),
    _text("kind"),  # merged, renamed, split
    _real("share"),
    _int("load_batch_id", ForeignKey("load_batch.id")),
)

# --- facts --------------------------------------------------------------------------------------


def _fact(name: str, keys: list[str], *parts) -> Table:
    """A fact table: natural key, counts, load batch. `keys` are column names in key order."""
    kinds = {
        "institution_id": lambda: _int("institution_id", ForeignKey("institution.id"), primary_key=True),
        "municipality_code": lambda: _text(
            "municipality_code", ForeignKey("municipality.code"), primary_key=True
        ),
        "school_year": lambda: _int("school_year", ForeignKey("school_year.start"), primary_key=True),
        "stage": lambda: _text("stage", ForeignKey("stage.code"), primary_key=True),
        "source_code": lambda: _text("source_code", ForeignKey("source.code"), primary_key=True),
    }
    integers = {"semester", "year", "graduation_year", "monitoring_year", "visit_no", "age_from"}
    columns = [
        kinds[key]()
        if key in kinds
        else (_int(key, primary_key=True) if key in integers else _text(key, primary_key=True))
        for key in keys
    ]
    batch = _int("load_batch_id", ForeignKey("load_batch.id"))
    # Natural keys begin with the institution, so a school's page reads neighbouring pages of the file.
    return _table(name, *columns, *parts, batch, without_rowid=True)


SCHOOL = ["institution_id", "school_year", "stage"]

fact_enrolment = _fact(
    "fact_enrolment",
    ["institution_id", "school_year", "semester", "stage"],
    *_counts("pupils"),  # enrolled at the end of the semester
)

fact_progress = _fact(
    "fact_progress",
    SCHOOL,
    *_counts("pupils_start", "joined", "left_early", "repeat_eligible", "repeaters"),
)

fact_cohort = _fact(  # of the school year in which the cohort should have finished
    "fact_cohort",
    SCHOOL,
    *_counts("entered", "graduated_on_time", "transferred"),
)

fact_absence = _fact(  # source_code: e_journals (primary) or viis_cases
    "fact_absence",
    ["institution_id", "school_year", "semester", "stage", "source_code"],
    *_counts("long_unexcused"),
    *_counts("any_unexcused", "any_excused", "any_illness", null=True),
)

fact_absence_case = _fact(  # VIIS entries only: reason and action of a long absence
    "fact_absence_case",
    ["institution_id", "school_year", "semester", "stage", "reason", "action"],
    *_counts("cases"),
)

fact_exam = _fact(
    "fact_exam",
    ["institution_id", "school_year", "stage", "subject", "exam_level"],
    *_counts("eligible", "exempt", null=True),  # the open set of exams does not tell who had to sit
    *_counts("sat"),
    *_counts("low", "high", "below_limit", null=True),  # nor which results are low or high
    _real("mean", null=True),  # percent of points, of those who sat
    _real("sd", null=True),
    *_counts(*[f"band_{i}" for i in range(10)]),  # takers in [10i, 10i+10) percent, 100 in the last
    _int("compulsory"),
)

fact_mark = _fact(  # yearly marks on the ten-point scale
    "fact_mark",
    ["institution_id", "school_year", "stage", "subject"],
    *_counts("pupils", "good"),  # good = 7 and above
    _real("mean"),
    _real("sd"),
)

fact_exam_mark_gap = _fact(  # pupil pairs: national percentile rank of final mark minus of exam
    "fact_exam_mark_gap",
    SCHOOL,
    *_counts("pairs", "large_gap"),
    _real("mean_difference"),
    _real("sd"),
)

fact_staff = _fact(
    "fact_staff",
    ["institution_id", "school_year"],
    *_counts("teachers", "teachers_left", "long_vacancies"),  # vacancies open longer than a month
    _real("teacher_load"),  # likmes
    _real("support_load"),
    _real("vacant_load"),
    _int("combined_classes"),
)

fact_vocational_outcome = _fact(  # of the graduates of the school year, twelve months later
    "fact_vocational_outcome",
    ["institution_id", "school_year", "qualification_group"],
    *_counts("graduates", "placed", "emigrated", "unknown"),
)

fact_complaint = _fact(
    "fact_complaint",
    ["institution_id", "year", "topic"],
    *_counts("received", "confirmed", "not_confirmed", "explained", "forwarded"),
)

fact_inspection = _fact(
    "fact_inspection", ["institution_id", "year"], *_counts("inspections", "violations_found")
)

fact_visit = _fact(  # unified-school evaluation visits
    "fact_visit",
    ["institution_id", "visit_no"],
    _int("school_year", ForeignKey("school_year.start")),
    _text("date"),
    _text("stage", ForeignKey("stage.code")),
    _int("announced"),
    _text(
        "level", null=True
    ),  # one of RATINGS, or "optimal" where only the three upper ones together are known
    _real("funding_granted", null=True),
    _real("funding_used", null=True),
)

fact_visit_criterion = _fact(
    "fact_visit_criterion", ["institution_id", "visit_no", "criterion"], _int("answer", null=True)
)

fact_evaluation = _fact(  # accreditation of institutions and assessment of heads
    "fact_evaluation",
    ["institution_id", "year", "kind", "criterion"],
    _text("area"),
    _text("level"),
)

fact_task = _fact(
    "fact_task",
    ["institution_id", "year", "area", "topic"],
    *_counts("tasks", "done"),
    _text("due", null=True),
)

fact_unregistered = _fact(  # children of compulsory age without a place, at the end of the year
    "fact_unregistered",
    ["municipality_code", "year", "status"],
    *_counts("children"),
    _int("delivered"),
)

fact_graduate = _fact(
    "fact_graduate",
    ["institution_id", "graduation_year", "monitoring_year", "programme", "sex"],
    _text("system"),  # higher | vocational
    _text("field"),
    _text("level"),
    *_counts(
        "graduates", "employed", "unemployed", "studying", "inactive", "emigrated", "unknown", "skilled"
    ),
    *_counts("earners", "founded", null=True),
    _real("income_median", null=True),
    _real("income_lower_quartile", null=True),
    _real("income_upper_quartile", null=True),
    _real("income_mean", null=True),  # used only where no median was delivered
)

fact_graduate_sector = _fact(
    "fact_graduate_sector",
    ["institution_id", "graduation_year", "monitoring_year", "programme", "kind", "category"],
    *_counts("graduates"),
)

fact_graduate_age = _fact(  # the same graduates by age at graduation; not crossed with sex
    "fact_graduate_age",
    ["institution_id", "graduation_year", "monitoring_year", "programme", "age_group"],
    *_counts(
        "graduates", "employed", "unemployed", "studying", "inactive", "emigrated", "unknown", "skilled"
    ),
    *_counts("earners", null=True),
    _real("income_median", null=True),
    _real("income_lower_quartile", null=True),
    _real("income_upper_quartile", null=True),
)

fact_local_market = _fact(  # what graduates are measured against where they live
    "fact_local_market",
    ["municipality_code", "year"],
    _real("monthly_gross_wage", null=True),  # EUR, mean of the year, by place of residence
    _real("registered_unemployment", null=True),  # share at the end of the year
    _text("origin"),  # published | computed | demo
    _text("citation"),
)

fact_finance = _fact("fact_finance", ["institution_id", "year", "category"], _real("euro"))

fact_teacher = _fact(
    "fact_teacher",
    ["municipality_code", "school_year", "subject_group", "age_from"],
    *_counts("teachers"),
    _real("load"),
    _real("vacant_load"),
)

fact_context = _fact(  # composition of the pupils, for similar schools
    "fact_context",
    ["institution_id", "school_year"],
    *_counts("pupils", "free_meals", "special_needs", "minority_language"),
)

FACTS: dict[str, Table] = {
    name.removeprefix("fact_"): table for name, table in metadata.tables.items() if name.startswith("fact_")
}

# --- published figures --------------------------------------------------------------------------

figure_published = _table(
    "figure_published",
    _int("id", primary_key=True),
    _text("collection"),  # annual_report_2024 | national_series
    _text("table_id", null=True),
    _text("figure_key"),
    _text("label_lv"),
    _text("label_en"),
    _text("period_label"),  # as printed: "2023/2024", "2024", "2024-12-31"
    _text("period"),  # semester 1 | semester 2 | year | school year | ...
    _text("stage"),
    _text("category"),
    _real("value", null=True),
    _text("value_text"),  # exactly as transcribed
    _text("unit"),
    _text("denominator"),
    _text("citation"),
    _text("note"),
    _text("precision"),
    _int("load_batch_id", ForeignKey("load_batch.id")),
    Index("ix_figure_published_key", "figure_key", "period_label"),
)

figure_check = _table(
    "figure_check",
    _text("id", primary_key=True),
    *[
        _text(f"{name}_{lang}")
        for name in ("place", "printed", "recomputed", "kind", "handling")
        for lang in ("lv", "en")
    ],
    _int("load_batch_id", ForeignKey("load_batch.id")),
)

# --- releases, thresholds, values ---------------------------------------------------------------

release = _table(
    "release",
    _int("id", primary_key=True),
    _text("created_at"),
    _text("author"),
    _text("reason"),
    _text("facts_hash"),
    _text("code_version"),
    _text("as_of"),
    _int("synthetic"),
)

release_pointer = _table(
    "release_pointer",
    _int("id", primary_key=True),
    _int("release_id", ForeignKey("release.id")),
    _text("moved_at"),
    _text("reason"),
    CheckConstraint("id = 1", name="single_row"),
)

threshold = _table(
    "threshold",
    _int("id", primary_key=True),
    _text("indicator_id"),
    _text("stage"),  # stage code or "*"
    _text("territory_kind"),  # state_city, county or "*"
    _text("operator"),  # > or >=
    _text("basis"),  # absolute | times_national | plus_national | band
    _real("medium"),
    _real("high"),
    _text("valid_from"),
    _text("origin"),  # official | published_rule | provisional
    _text("citation"),
    _text("author"),
    _text("status"),  # in_force | proposal | withdrawn
    _text("created_at"),
    _text("reason"),
    Index("ix_threshold_indicator", "indicator_id", "stage", "valid_from"),
)

_VALUE_KEY = [
    ("release_id", Integer),
    ("unit_kind", Text),  # institution | municipality | country
    ("unit_id", Text),  # institution id, municipality code or "LV"
    ("indicator_id", Text),
    ("stage", Text),
    ("school_year", Integer),
    ("semester", Integer),  # 0 = whole year
]


def _value_table(name: str) -> Table:
    return _table(
        name,
        *[Column(key, kind, primary_key=True) for key, kind in _VALUE_KEY],
        _text("municipality_code", null=True),
        _real("numerator", null=True),
        _real("denominator", null=True),
        _real("value", null=True),
        _real("lower", null=True),
        _real("upper", null=True),
        _real("probability_medium", null=True),
        _real("probability_high", null=True),
        _text("level", null=True),
        _text("certainty", null=True),
        _int("persistence", null=True),
        _int("is_new", null=True),
        _text("trend", null=True),
        _real("boundary_medium", null=True),
        _real("boundary_high", null=True),
        _int("threshold_id", ForeignKey("threshold.id"), null=True),
        _real("pooled_numerator", null=True),
        _real("pooled_denominator", null=True),
        _int("pooled_periods", null=True),
        _int("fixed_rule", null=True),  # result of the published rule, 1 = exceeded
        _text("reason", null=True),
        _text("value_text", null=True),  # released plane: band or top/bottom code where no number may stand
        CheckConstraint("value IS NULL OR reason IS NULL OR reason = 'u'", name="value_or_reason"),
        Index(f"ix_{name}_indicator", "release_id", "indicator_id", "school_year", "unit_kind"),
        Index(f"ix_{name}_municipality", "release_id", "municipality_code", "school_year"),
        without_rowid=True,
    )


indicator_value = _value_table("indicator_value")  # detail plane: exact, read only within a scope
indicator_released = _value_table("indicator_released")  # released plane: disclosure rules applied

indicator_distribution = _table(  # roll-up: spread of institution values, one row a group and period
    "indicator_distribution",
    _int("release_id", primary_key=True),
    _text("indicator_id", primary_key=True),
    _text("stage", primary_key=True),
    _int("school_year", primary_key=True),
    _int("semester", primary_key=True),
    _int("institutions"),
    *[_real(f"p{q:02d}", null=True) for q in (5, 10, 25, 50, 75, 90, 95)],
    _real("national", null=True),
    _real("numerator", null=True),
    _real("denominator", null=True),
    without_rowid=True,
)

indicator_level_count = _table(  # roll-up: how many institutions at each level
    "indicator_level_count",
    _int("release_id", primary_key=True),
    _text("area_kind", primary_key=True),  # country | municipality
    _text("area_id", primary_key=True),
    _text("indicator_id", primary_key=True),
    _text("stage", primary_key=True),
    _int("school_year", primary_key=True),
    _int("semester", primary_key=True),
    _text("level", primary_key=True),  # low, medium, high, u, x
    _int("institutions"),
    _int("certain"),
    _int("is_new"),
    _int("persistent"),
    _real("expected_by_chance", null=True),  # NULL where nothing is flagged or nothing can be judged
    without_rowid=True,
)

indicator_prior = _table(  # what certainty was judged with: parameters fitted per stage and period
    "indicator_prior",
    _int("release_id", primary_key=True),
    _text("indicator_id", primary_key=True),
    _text("stage", primary_key=True),
    _int("school_year", primary_key=True),
    _int("semester", primary_key=True),
    _text("family"),
    _real("first", null=True),
    _real("second", null=True),
    without_rowid=True,
)

page_card = _table(  # roll-up: what a page would otherwise sum from facts, as JSON, for everybody
    "page_card",
    _int("release_id", primary_key=True),
    _text("plane", primary_key=True),  # detail | released
    _text("kind", primary_key=True),
    _text("unit_id", primary_key=True),
    _text("payload"),
    without_rowid=True,
)

stored_page = _table(  # roll-up: the drawn page of an institution, for each plane, language and usual view
    "stored_page",
    _int("release_id", primary_key=True),
    _text("plane", primary_key=True),  # detail | released
    _text("address", primary_key=True),
    _text("variant", primary_key=True),  # empty | unusual: the view that municipalities begin with
    _int("institution_id"),
    _text("municipality_code"),
    _text("mark"),  # of the code that drew it
    _int("answer_id"),  # newest answer of the institution that it shows, 0 without any
    Column("html", LargeBinary, nullable=False),  # zstd
)

absence_count = _table(  # roll-up: absentees of one area or institution in one semester, by stage and source
    "absence_count",
    _int("release_id", primary_key=True),
    _text("plane", primary_key=True),  # detail | released; institutions are in the detail plane only
    _text("area_kind", primary_key=True),  # country | municipality | institution
    _text("area_id", primary_key=True),
    _text("stage", primary_key=True),  # a stage, "total" (table 6) or "basic_all" (with special ones)
    _text("source_code", primary_key=True),
    _int("school_year", primary_key=True),
    _int("semester", primary_key=True),
    _int("institutions"),  # that delivered
    _int("expected"),  # that have learners in the stage
    _int("pupils", null=True),  # of the institutions that delivered
    _int("long_unexcused", null=True),
    _real("share", null=True),
    _real("share_low", null=True),  # ends of the band where no exact share may be shown
    _real("share_high", null=True),
    _text("reason", null=True),
    _int("any_excused", null=True),
    _int("any_illness", null=True),
    _int("any_unexcused", null=True),
    _text("any_reason", null=True),
    _text("trend", null=True),
    Index(
        "ix_absence_count_period", "release_id", "plane", "area_kind", "stage", "source_code", "school_year"
    ),
    without_rowid=True,
)

absence_cause = _table(  # roll-up: VIIS entries by reason and by action; areas are read within the scope only
    "absence_cause",
    _int("release_id", primary_key=True),
    _text("area_kind", primary_key=True),
    _text("area_id", primary_key=True),
    _int("school_year", primary_key=True),
    _int("semester", primary_key=True),
    _text("kind", primary_key=True),  # reason | action
    _text("code", primary_key=True),
    _int("cases"),
    without_rowid=True,
)

absence_projection = (
    _table(  # one step ahead from the same semester of earlier years; `actual` once it is known
        "absence_projection",
        _int("release_id", primary_key=True),
        _text("area_kind", primary_key=True),
        _text("area_id", primary_key=True),
        _text("stage", primary_key=True),
        _int("semester", primary_key=True),
        _int("school_year", primary_key=True),
        _real("value"),
        _real("lower"),
        _real("upper"),
        _real("actual", null=True),
        without_rowid=True,
    )
)

absence_accuracy = _table(  # how the projections of one kind of area would have done
    "absence_accuracy",
    _int("release_id", primary_key=True),
    _text("area_kind", primary_key=True),
    _text("stage", primary_key=True),
    _int("semester", primary_key=True),
    _int("projections"),
    _int("inside"),
    _real("error"),  # mean absolute error, in shares
    without_rowid=True,
)

unregistered_count = _table(  # roll-up: children without a place, by area, year and status
    "unregistered_count",
    _int("release_id", primary_key=True),
    _text("plane", primary_key=True),
    _text("area_kind", primary_key=True),
    _text("area_id", primary_key=True),
    _int("year", primary_key=True),
    _text("status", primary_key=True),  # a status, or "total" of the nine of the report's table 5
    _int("children", null=True),
    _text("reason", null=True),
    _int("delivered"),
    _int("expected"),
    without_rowid=True,
)


def _area_table(name: str, keys: list[tuple[str, type]], *parts) -> Table:
    """A roll-up of areas on two planes; a row has its numbers or the reason why they are not shown."""
    return _table(
        name,
        _int("release_id", primary_key=True),
        _text("plane", primary_key=True),  # detail | released
        _text("area_kind", primary_key=True),  # country | municipality | institution (detail plane only)
        _text("area_id", primary_key=True),
        *[Column(key, kind, primary_key=True) for key, kind in keys],
        *parts,
        _text("reason", null=True),
        without_rowid=True,
    )


visit_count = _area_table(  # roll-up: visited institutions by level of the head's work
    "visit_count",
    # stage: all, preschool, basic; level: one of RATINGS, optimal, none (visited, not rated), all
    [("school_year", Integer), ("visit_no", Integer), ("stage", Text), ("level", Text)],
    _int("institutions", null=True),
)

visit_criterion_count = _area_table(  # roll-up: what the visits found
    "visit_criterion_count",
    # level_group: all, optimal (good and higher), lagging (needs improvement, insufficient)
    [("school_year", Integer), ("visit_no", Integer), ("level_group", Text), ("criterion", Text)],
    _int("yes", null=True),
    _int("rated", null=True),
)

visit_change_count = _area_table(  # roll-up: level of the first and of the repeated visit
    "visit_change_count",
    [("from_level", Text), ("to_level", Text)],
    _text("change"),  # up, same, down, unknown
    _int("steps", null=True),  # NULL where only the sum of the upper levels is known
    _int("institutions", null=True),
)

visit_funding = _area_table(  # roll-up: additional state funding of the visited institutions
    "visit_funding",
    [("school_year", Integer)],
    _int("institutions", null=True),
    _int("unused", null=True),  # institutions that used nothing of what was granted
    _real("granted", null=True),
    _real("used", null=True),
)

evaluation_count = _area_table(  # roll-up: accreditations and assessments of heads by criterion and level
    "evaluation_count",
    # criterion: one of twelve, or "any" with the levels all, needs_improvement (at least one) and none_weak
    [("year", Integer), ("kind", Text), ("type_group", Text), ("criterion", Text), ("level", Text)],
    _int("institutions", null=True),
)

task_count = _area_table(  # roll-up: tasks set in the evaluations and what became of them
    "task_count",
    [("year", Integer), ("area", Text), ("topic", Text)],
    _int("tasks", null=True),
    _int("done", null=True),
    _int("overdue", null=True),  # not done and due before the as-of date of the release
)

supervision_count = _area_table(  # roll-up: complaints by outcome, and inspections in the rows of all topics
    "supervision_count",
    [("year", Integer), ("topic", Text)],
    *[
        _int(name, null=True)
        for name in (
            "received",
            "confirmed",
            "not_confirmed",
            "explained",
            "forwarded",
            "inspections",
            "violations_found",
        )
    ],
)

follow_up_count = (
    _table(  # roll-up: high levels of one year and the level of the next, with and without a visit
        "follow_up_count",
        _int("release_id", primary_key=True),
        _int("school_year", primary_key=True),  # of the high level
        _int(
            "visited", primary_key=True
        ),  # 1 = accredited, assessed or inspected in the calendar year after it
        _int("high"),
        _int("no_longer"),  # not high in the next school year
        _int("still"),
        _int("unknown"),  # no level in the next school year
        without_rowid=True,
    )
)

finding = _table(  # high and medium levels of the newest periods: what a school is asked to answer
    "finding",
    _int("release_id", primary_key=True),
    _int("institution_id", primary_key=True),
    _text("indicator_id", primary_key=True),
    _text("stage", primary_key=True),
    _int("school_year"),
    _int("semester"),
    _text("municipality_code"),
    _text("level"),
    _text("certainty", null=True),
    _text("since"),  # day of the first release that had it
    Index("ix_finding_municipality", "release_id", "municipality_code"),
    without_rowid=True,
)

# --- what people write: kept whatever is published, never changed --------------------------------

school_answer = _table(
    "school_answer",
    _int("id", primary_key=True),
    _text("reg_no"),  # of the institution; outlives a reload of the register
    _int("release_id"),
    _text("indicator_id"),
    _text("stage"),
    _int("school_year"),
    _int("semester"),
    _text("verdict"),  # right | wrong
    _text("reason"),  # why the data are wrong
    _text("explanation"),
    _int("restricted"),  # 1 = for the school, its founder and the ministry only
    _text("action"),
    _text("responsible"),
    _text("due", null=True),
    _text("author"),
    _text("created_at"),
    CheckConstraint("verdict IN ('right', 'wrong')", name="verdict"),
    CheckConstraint(
        "length(explanation) <= 600 AND length(reason) <= 600 AND length(action) <= 600", name="short"
    ),
    Index("ix_school_answer_reg_no", "reg_no", "indicator_id", "stage"),
)

deflator = _table(  # consumer prices, 2015 = 100, by calendar year
    "deflator",
    _int("year", primary_key=True),
    _real("value"),
    _text("citation"),
    _text("origin"),  # published | computed | demo
    _int("load_batch_id", ForeignKey("load_batch.id")),
)

labour_market = _table(  # what graduates are measured against, by calendar year and area
    "labour_market",
    _int("year", primary_key=True),
    _text("area_code", primary_key=True),  # LV or a region; municipalities: fact_local_market
    _text("measure", primary_key=True),  # monthly_gross_wage (EUR) | registered_unemployment (share)
    _real("value"),
    _text("citation"),
    _text("origin"),
    _int("load_batch_id", ForeignKey("load_batch.id")),
)

GRADUATE_SHARES = (
    "employed",
    "unemployed",
    "studying",
    "inactive",
    "emigrated",
    "unknown",
    "employed_local",  # of those in Latvia whose status is known
    "skilled",  # of the employed
)


def _graduate_numbers() -> list[Column]:
    """What is told of a group of graduates."""
    return [
        _int("cohorts"),
        _int("year_from"),  # monitoring years
        _int("year_to"),
        _int("graduates", null=True),
        _int("in_latvia", null=True),
        *[_real(f"{name}_{end}", null=True) for name in GRADUATE_SHARES for end in ("low", "high")],
        _real("employed_lower", null=True),  # 95 % interval
        _real("employed_upper", null=True),
        _int("earners", null=True),
        _real("income_lower_quartile", null=True),  # EUR a year in prices of 2015
        _real("income_median", null=True),
        _real("income_upper_quartile", null=True),
        _real("relative_income", null=True),  # of the average wage of the same year where the earners live
        _text("income_reason", null=True),
        _text("relative_reason", null=True),
        _real("relative_unemployment", null=True),
        _real("relative_unemployment_lower", null=True),
        _real("relative_unemployment_upper", null=True),
        _text("unemployment_reason", null=True),
        _real("expected_employed", null=True),  # detail plane: of the same field, level and k in the country
        _real("probability_higher", null=True),
        _text("reason", null=True),
        _real("income_mean", null=True),  # EUR a year in prices of 2015, where there is no median
        _text("income_basis", null=True),  # the wage is that of: municipality | part (of some) | country
        _text("unemployment_basis", null=True),  # the rate is that of: municipality | region | part | country
        _real(
            "local_wage", null=True
        ),  # EUR a year in prices of 2015, the wage that incomes are measured against
        _real("local_rate", null=True),  # registered unemployment expected where they live
    ]


graduate_group = _table(  # roll-up: graduates of one group, k years after graduation
    "graduate_group",
    _int("release_id", primary_key=True),
    _text("plane", primary_key=True),  # detail (institutions only) | released
    _text("system", primary_key=True),  # higher | vocational
    _text("area_kind", primary_key=True),  # country | region (of the institution) | institution
    _text("area_id", primary_key=True),
    _text("sex", primary_key=True),  # all | women | men
    _int("cohort", primary_key=True),  # graduation year; 0 = the last three cohorts observed at k
    _text("programme", primary_key=True),  # "" = all
    _text("field", primary_key=True),  # "" = all
    _text("level", primary_key=True),  # "" = all
    _int("k", primary_key=True),
    *_graduate_numbers(),
    without_rowid=True,
)

graduate_age = (
    _table(  # roll-up: graduates by age at graduation, the last three cohorts observed at k together
        "graduate_age",
        _int("release_id", primary_key=True),
        _text("plane", primary_key=True),  # detail (institutions only) | released (country only)
        _text("system", primary_key=True),
        _text("area_kind", primary_key=True),  # country | institution
        _text("area_id", primary_key=True),
        _text("age_group", primary_key=True),  # up_to_24 | 25_29 | 30_39 | 40_over
        _text("field", primary_key=True),  # "" = all
        _text("level", primary_key=True),  # "" = all
        _int("k", primary_key=True),
        *_graduate_numbers(),
        without_rowid=True,
    )
)

graduate_flow = (
    _table(  # roll-up: where graduates work and live, k = 1, 3, 5, 10, founders at every k; released plane
        "graduate_flow",
        _int("release_id", primary_key=True),
        _text("system", primary_key=True),
        _text("kind", primary_key=True),  # sector | occupation | region | founded (yes, no)
        _int("k", primary_key=True),
        _text("field", primary_key=True),  # "" = all
        _text("category", primary_key=True),  # "" = all of the field
        _int("graduates", null=True),
        _real("share", null=True),
        _text("reason", null=True),
        without_rowid=True,
    )
)

graduate_own = _table(  # roll-up: the same of each institution, exact; detail plane
    "graduate_own",
    _int("release_id", primary_key=True),
    _int("institution_id", primary_key=True),
    _text("system", primary_key=True),
    _text("kind", primary_key=True),
    _int("k", primary_key=True),
    _text("category", primary_key=True),  # "" = all
    _int("graduates"),
    without_rowid=True,
)

RELEASE_TABLES = (
    indicator_value,
    indicator_released,
    indicator_distribution,
    indicator_level_count,
    indicator_prior,
    page_card,
    stored_page,
    absence_count,
    absence_cause,
    absence_projection,
    absence_accuracy,
    unregistered_count,
    visit_count,
    visit_criterion_count,
    visit_change_count,
    visit_funding,
    evaluation_count,
    task_count,
    supervision_count,
    follow_up_count,
    finding,
    graduate_group,
    graduate_age,
    graduate_flow,
    graduate_own,
)

# The tables of these rooms have their own files; importing them here completes the metadata.
from . import schema_disclosure, schema_identity, schema_loading, schema_proposals  # noqa: E402, F401
