"""The monitoring database as of the first release: every table, frozen here. Later changes are later files."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "absence_accuracy",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("projections", sa.Integer(), nullable=False),
        sa.Column("inside", sa.Integer(), nullable=False),
        sa.Column("error", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint(
            "release_id", "area_kind", "stage", "semester", name=op.f("pk_absence_accuracy")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "absence_cause",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "release_id",
            "area_kind",
            "area_id",
            "school_year",
            "semester",
            "kind",
            "code",
            name=op.f("pk_absence_cause"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "absence_count",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("institutions", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("pupils", sa.Integer(), nullable=True),
        sa.Column("long_unexcused", sa.Integer(), nullable=True),
        sa.Column("share", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("share_low", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("share_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("any_excused", sa.Integer(), nullable=True),
        sa.Column("any_illness", sa.Integer(), nullable=True),
        sa.Column("any_unexcused", sa.Integer(), nullable=True),
        sa.Column("any_reason", sa.Text(), nullable=True),
        sa.Column("trend", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id",
            "plane",
            "area_kind",
            "area_id",
            "stage",
            "source_code",
            "school_year",
            "semester",
            name=op.f("pk_absence_count"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_absence_count_period",
        "absence_count",
        ["release_id", "plane", "area_kind", "stage", "source_code", "school_year"],
        unique=False,
    )
    op.create_table(
        "absence_projection",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("lower", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("upper", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("actual", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id",
            "area_kind",
            "area_id",
            "stage",
            "semester",
            "school_year",
            name=op.f("pk_absence_projection"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at"], unique=False)
    op.create_table(
        "evaluation_count",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("type_group", sa.Text(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("institutions", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id",
            "plane",
            "area_kind",
            "area_id",
            "year",
            "kind",
            "type_group",
            "criterion",
            "level",
            name=op.f("pk_evaluation_count"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "finding",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("certainty", sa.Text(), nullable=True),
        sa.Column("since", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "release_id", "institution_id", "indicator_id", "stage", name=op.f("pk_finding")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_finding_municipality", "finding", ["release_id", "municipality_code"], unique=False)
    op.create_table(
        "follow_up_count",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("visited", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("no_longer", sa.Integer(), nullable=False),
        sa.Column("still", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "school_year", "visited", name=op.f("pk_follow_up_count")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "graduate_flow",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("graduates", sa.Integer(), nullable=True),
        sa.Column("share", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id", "system", "kind", "k", "field", "category", name=op.f("pk_graduate_flow")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "graduate_group",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("cohorts", sa.Integer(), nullable=False),
        sa.Column("year_from", sa.Integer(), nullable=False),
        sa.Column("year_to", sa.Integer(), nullable=False),
        sa.Column("graduates", sa.Integer(), nullable=True),
        sa.Column("in_latvia", sa.Integer(), nullable=True),
        sa.Column("employed_low", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("employed_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("unemployed_low", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("unemployed_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("studying_low", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("studying_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("inactive_low", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("inactive_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("emigrated_low", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("emigrated_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("unknown_low", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("unknown_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column(
            "employed_local_low", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column(
            "employed_local_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column("skilled_low", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("skilled_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("employed_lower", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("employed_upper", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("earners", sa.Integer(), nullable=True),
        sa.Column(
            "income_lower_quartile", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column("income_median", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column(
            "income_upper_quartile", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column("relative_income", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("income_reason", sa.Text(), nullable=True),
        sa.Column("relative_reason", sa.Text(), nullable=True),
        sa.Column(
            "relative_unemployment", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column(
            "relative_unemployment_lower",
            sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "relative_unemployment_upper",
            sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"),
            nullable=True,
        ),
        sa.Column("unemployment_reason", sa.Text(), nullable=True),
        sa.Column(
            "expected_employed", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column(
            "probability_higher", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id",
            "plane",
            "system",
            "area_kind",
            "area_id",
            "sex",
            "cohort",
            "programme",
            "field",
            "level",
            "k",
            name=op.f("pk_graduate_group"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "indicator_distribution",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("institutions", sa.Integer(), nullable=False),
        sa.Column("p05", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("p10", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("p25", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("p50", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("p75", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("p90", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("p95", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("national", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("numerator", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("denominator", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id",
            "indicator_id",
            "stage",
            "school_year",
            "semester",
            name=op.f("pk_indicator_distribution"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "indicator_level_count",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("indicator_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("institutions", sa.Integer(), nullable=False),
        sa.Column("certain", sa.Integer(), nullable=False),
        sa.Column("is_new", sa.Integer(), nullable=False),
        sa.Column("persistent", sa.Integer(), nullable=False),
        sa.Column(
            "expected_by_chance", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.PrimaryKeyConstraint(
            "release_id",
            "area_kind",
            "area_id",
            "indicator_id",
            "stage",
            "school_year",
            "semester",
            "level",
            name=op.f("pk_indicator_level_count"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "indicator_prior",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("first", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("second", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id", "indicator_id", "stage", "school_year", "semester", name=op.f("pk_indicator_prior")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "page_card",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "plane", "kind", "unit_id", name=op.f("pk_page_card")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "region",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_lv", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("facts_hash", sa.Text(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("synthetic", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "school_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reg_no", sa.Text(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("restricted", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("responsible", sa.Text(), nullable=False),
        sa.Column("due", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.CheckConstraint("verdict IN ('right', 'wrong')", name=op.f("ck_school_answer_verdict")),
        sa.CheckConstraint(
            "length(explanation) <= 600 AND length(reason) <= 600 AND length(action) <= 600",
            name=op.f("ck_school_answer_short"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_answer")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_school_answer_reg_no", "school_answer", ["reg_no", "indicator_id", "stage"], unique=False
    )
    op.create_table(
        "school_year",
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("start", name=op.f("pk_school_year")),
        sa.UniqueConstraint("code", name=op.f("uq_school_year_code")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "source",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_lv", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_source")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "stage",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_lv", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_stage")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "supervision_count",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=True),
        sa.Column("confirmed", sa.Integer(), nullable=True),
        sa.Column("not_confirmed", sa.Integer(), nullable=True),
        sa.Column("explained", sa.Integer(), nullable=True),
        sa.Column("forwarded", sa.Integer(), nullable=True),
        sa.Column("inspections", sa.Integer(), nullable=True),
        sa.Column("violations_found", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id", "plane", "area_kind", "area_id", "year", "topic", name=op.f("pk_supervision_count")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "task_count",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("tasks", sa.Integer(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=True),
        sa.Column("overdue", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id", "plane", "area_kind", "area_id", "year", "area", "topic", name=op.f("pk_task_count")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "threshold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("territory_kind", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("medium", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_threshold_indicator", "threshold", ["indicator_id", "stage", "valid_from"], unique=False
    )
    op.create_table(
        "unregistered_count",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "release_id",
            "plane",
            "area_kind",
            "area_id",
            "year",
            "status",
            name=op.f("pk_unregistered_count"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "visit_change_count",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("from_level", sa.Text(), nullable=False),
        sa.Column("to_level", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=True),
        sa.Column("institutions", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id",
            "plane",
            "area_kind",
            "area_id",
            "from_level",
            "to_level",
            name=op.f("pk_visit_change_count"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "visit_count",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("visit_no", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("institutions", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id",
            "plane",
            "area_kind",
            "area_id",
            "school_year",
            "visit_no",
            "stage",
            "level",
            name=op.f("pk_visit_count"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "visit_criterion_count",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("visit_no", sa.Integer(), nullable=False),
        sa.Column("level_group", sa.Text(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=True),
        sa.Column("rated", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id",
            "plane",
            "area_kind",
            "area_id",
            "school_year",
            "visit_no",
            "level_group",
            "criterion",
            name=op.f("pk_visit_criterion_count"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "visit_funding",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("institutions", sa.Integer(), nullable=True),
        sa.Column("unused", sa.Integer(), nullable=True),
        sa.Column("granted", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("used", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id", "plane", "area_kind", "area_id", "school_year", name=op.f("pk_visit_funding")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "indicator_released",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("unit_kind", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("indicator_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=True),
        sa.Column("numerator", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("denominator", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("value", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("lower", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("upper", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column(
            "probability_medium", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column(
            "probability_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("certainty", sa.Text(), nullable=True),
        sa.Column("persistence", sa.Integer(), nullable=True),
        sa.Column("is_new", sa.Integer(), nullable=True),
        sa.Column("trend", sa.Text(), nullable=True),
        sa.Column("boundary_medium", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("boundary_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("threshold_id", sa.Integer(), nullable=True),
        sa.Column(
            "pooled_numerator", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column(
            "pooled_denominator", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column("pooled_periods", sa.Integer(), nullable=True),
        sa.Column("fixed_rule", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("value_text", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "value IS NULL OR reason IS NULL OR reason = 'u'",
            name=op.f("ck_indicator_released_value_or_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["threshold_id"], ["threshold.id"], name=op.f("fk_indicator_released_threshold_id")
        ),
        sa.PrimaryKeyConstraint(
            "release_id",
            "unit_kind",
            "unit_id",
            "indicator_id",
            "stage",
            "school_year",
            "semester",
            name=op.f("pk_indicator_released"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_indicator_released_indicator",
        "indicator_released",
        ["release_id", "indicator_id", "school_year", "unit_kind"],
        unique=False,
    )
    op.create_index(
        "ix_indicator_released_municipality",
        "indicator_released",
        ["release_id", "municipality_code", "school_year"],
        unique=False,
    )
    op.create_table(
        "indicator_value",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("unit_kind", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("indicator_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=True),
        sa.Column("numerator", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("denominator", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("value", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("lower", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("upper", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column(
            "probability_medium", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column(
            "probability_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("certainty", sa.Text(), nullable=True),
        sa.Column("persistence", sa.Integer(), nullable=True),
        sa.Column("is_new", sa.Integer(), nullable=True),
        sa.Column("trend", sa.Text(), nullable=True),
        sa.Column("boundary_medium", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("boundary_high", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("threshold_id", sa.Integer(), nullable=True),
        sa.Column(
            "pooled_numerator", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column(
            "pooled_denominator", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column("pooled_periods", sa.Integer(), nullable=True),
        sa.Column("fixed_rule", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("value_text", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "value IS NULL OR reason IS NULL OR reason = 'u'", name=op.f("ck_indicator_value_value_or_reason")
        ),
        sa.ForeignKeyConstraint(
            ["threshold_id"], ["threshold.id"], name=op.f("fk_indicator_value_threshold_id")
        ),
        sa.PrimaryKeyConstraint(
            "release_id",
            "unit_kind",
            "unit_id",
            "indicator_id",
            "stage",
            "school_year",
            "semester",
            name=op.f("pk_indicator_value"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_indicator_value_indicator",
        "indicator_value",
        ["release_id", "indicator_id", "school_year", "unit_kind"],
        unique=False,
    )
    op.create_index(
        "ix_indicator_value_municipality",
        "indicator_value",
        ["release_id", "municipality_code", "school_year"],
        unique=False,
    )
    op.create_table(
        "load_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.Text(), nullable=False),
        sa.Column("loader_version", sa.Text(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_loaded", sa.Integer(), nullable=False),
        sa.Column("rows_quarantined", sa.Integer(), nullable=False),
        sa.Column("rows_declared", sa.Integer(), nullable=False),
        sa.Column("synthetic", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_code"], ["source.code"], name=op.f("fk_load_batch_source_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_load_batch")),
        sa.UniqueConstraint("dataset", "sha256", name=op.f("uq_load_batch_dataset_sha256")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "release_pointer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_release_pointer_single_row")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_pointer_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_pointer")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "deflator",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["load_batch_id"], ["load_batch.id"], name=op.f("fk_deflator_load_batch_id")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_deflator")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "figure_check",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place_lv", sa.Text(), nullable=False),
        sa.Column("place_en", sa.Text(), nullable=False),
        sa.Column("printed_lv", sa.Text(), nullable=False),
        sa.Column("printed_en", sa.Text(), nullable=False),
        sa.Column("recomputed_lv", sa.Text(), nullable=False),
        sa.Column("recomputed_en", sa.Text(), nullable=False),
        sa.Column("kind_lv", sa.Text(), nullable=False),
        sa.Column("kind_en", sa.Text(), nullable=False),
        sa.Column("handling_lv", sa.Text(), nullable=False),
        sa.Column("handling_en", sa.Text(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_figure_check_load_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_check")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "figure_published",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("table_id", sa.Text(), nullable=True),
        sa.Column("figure_key", sa.Text(), nullable=False),
        sa.Column("label_lv", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("period_label", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("value_text", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("denominator", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_figure_published_load_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_published")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_figure_published_key", "figure_published", ["figure_key", "period_label"], unique=False
    )
    op.create_table(
        "labour_market",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_labour_market_load_batch_id")
        ),
        sa.PrimaryKeyConstraint("year", "area_code", "measure", name=op.f("pk_labour_market")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "municipality",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("iso", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_full", sa.Text(), nullable=False),
        sa.Column("name_genitive", sa.Text(), nullable=False),
        sa.Column("name_locative", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("population_year", sa.Integer(), nullable=True),
        sa.Column("unified_visited_2023", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.Column("successor_code", sa.Text(), nullable=True),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_municipality_load_batch_id")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_municipality_region_code")),
        sa.ForeignKeyConstraint(
            ["successor_code"], ["municipality.code"], name=op.f("fk_municipality_successor_code")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_municipality")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "fact_teacher",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("subject_group", sa.Text(), nullable=False),
        sa.Column("age_from", sa.Integer(), nullable=False),
        sa.Column("teachers", sa.Integer(), nullable=False),
        sa.Column("load", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("vacant_load", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("teachers >= 0", name=op.f("ck_fact_teacher_teachers_not_negative")),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_teacher_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_fact_teacher_municipality_code")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_teacher_school_year")
        ),
        sa.PrimaryKeyConstraint(
            "municipality_code", "school_year", "subject_group", "age_from", name=op.f("pk_fact_teacher")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_unregistered",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("children >= 0", name=op.f("ck_fact_unregistered_children_not_negative")),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_unregistered_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_fact_unregistered_municipality_code")
        ),
        sa.PrimaryKeyConstraint("municipality_code", "year", "status", name=op.f("pk_fact_unregistered")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "institution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reg_no", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("founder_kind", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("urbanity", sa.Text(), nullable=False),
        sa.Column("in_transition", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_institution_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_institution_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("reg_no", name=op.f("uq_institution_reg_no")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_institution_municipality", "institution", ["municipality_code"], unique=False)
    op.create_table(
        "fact_absence",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("long_unexcused", sa.Integer(), nullable=False),
        sa.Column("any_unexcused", sa.Integer(), nullable=True),
        sa.Column("any_excused", sa.Integer(), nullable=True),
        sa.Column("any_illness", sa.Integer(), nullable=True),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("any_excused >= 0", name=op.f("ck_fact_absence_any_excused_not_negative")),
        sa.CheckConstraint("any_illness >= 0", name=op.f("ck_fact_absence_any_illness_not_negative")),
        sa.CheckConstraint("any_unexcused >= 0", name=op.f("ck_fact_absence_any_unexcused_not_negative")),
        sa.CheckConstraint("long_unexcused >= 0", name=op.f("ck_fact_absence_long_unexcused_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_absence_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_absence_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_absence_school_year")
        ),
        sa.ForeignKeyConstraint(["source_code"], ["source.code"], name=op.f("fk_fact_absence_source_code")),
        sa.ForeignKeyConstraint(["stage"], ["stage.code"], name=op.f("fk_fact_absence_stage")),
        sa.PrimaryKeyConstraint(
            "institution_id", "school_year", "semester", "stage", "source_code", name=op.f("pk_fact_absence")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_absence_case",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("cases >= 0", name=op.f("ck_fact_absence_case_cases_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_absence_case_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_absence_case_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_absence_case_school_year")
        ),
        sa.ForeignKeyConstraint(["stage"], ["stage.code"], name=op.f("fk_fact_absence_case_stage")),
        sa.PrimaryKeyConstraint(
            "institution_id",
            "school_year",
            "semester",
            "stage",
            "reason",
            "action",
            name=op.f("pk_fact_absence_case"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_cohort",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("graduated_on_time", sa.Integer(), nullable=False),
        sa.Column("transferred", sa.Integer(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("entered >= 0", name=op.f("ck_fact_cohort_entered_not_negative")),
        sa.CheckConstraint(
            "graduated_on_time >= 0", name=op.f("ck_fact_cohort_graduated_on_time_not_negative")
        ),
        sa.CheckConstraint("transferred >= 0", name=op.f("ck_fact_cohort_transferred_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_cohort_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_cohort_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_cohort_school_year")
        ),
        sa.ForeignKeyConstraint(["stage"], ["stage.code"], name=op.f("fk_fact_cohort_stage")),
        sa.PrimaryKeyConstraint("institution_id", "school_year", "stage", name=op.f("pk_fact_cohort")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_complaint",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("not_confirmed", sa.Integer(), nullable=False),
        sa.Column("explained", sa.Integer(), nullable=False),
        sa.Column("forwarded", sa.Integer(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("confirmed >= 0", name=op.f("ck_fact_complaint_confirmed_not_negative")),
        sa.CheckConstraint("explained >= 0", name=op.f("ck_fact_complaint_explained_not_negative")),
        sa.CheckConstraint("forwarded >= 0", name=op.f("ck_fact_complaint_forwarded_not_negative")),
        sa.CheckConstraint("not_confirmed >= 0", name=op.f("ck_fact_complaint_not_confirmed_not_negative")),
        sa.CheckConstraint("received >= 0", name=op.f("ck_fact_complaint_received_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_complaint_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_complaint_load_batch_id")
        ),
        sa.PrimaryKeyConstraint("institution_id", "year", "topic", name=op.f("pk_fact_complaint")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_context",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("pupils", sa.Integer(), nullable=False),
        sa.Column("free_meals", sa.Integer(), nullable=False),
        sa.Column("special_needs", sa.Integer(), nullable=False),
        sa.Column("minority_language", sa.Integer(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("free_meals >= 0", name=op.f("ck_fact_context_free_meals_not_negative")),
        sa.CheckConstraint(
            "minority_language >= 0", name=op.f("ck_fact_context_minority_language_not_negative")
        ),
        sa.CheckConstraint("pupils >= 0", name=op.f("ck_fact_context_pupils_not_negative")),
        sa.CheckConstraint("special_needs >= 0", name=op.f("ck_fact_context_special_needs_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_context_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_context_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_context_school_year")
        ),
        sa.PrimaryKeyConstraint("institution_id", "school_year", name=op.f("pk_fact_context")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_enrolment",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("pupils", sa.Integer(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("pupils >= 0", name=op.f("ck_fact_enrolment_pupils_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_enrolment_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_enrolment_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_enrolment_school_year")
        ),
        sa.ForeignKeyConstraint(["stage"], ["stage.code"], name=op.f("fk_fact_enrolment_stage")),
        sa.PrimaryKeyConstraint(
            "institution_id", "school_year", "semester", "stage", name=op.f("pk_fact_enrolment")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_evaluation",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_evaluation_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_evaluation_load_batch_id")
        ),
        sa.PrimaryKeyConstraint(
            "institution_id", "year", "kind", "criterion", name=op.f("pk_fact_evaluation")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_exam",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("exam_level", sa.Text(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("exempt", sa.Integer(), nullable=False),
        sa.Column("sat", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("below_limit", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("sd", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("band_0", sa.Integer(), nullable=False),
        sa.Column("band_1", sa.Integer(), nullable=False),
        sa.Column("band_2", sa.Integer(), nullable=False),
        sa.Column("band_3", sa.Integer(), nullable=False),
        sa.Column("band_4", sa.Integer(), nullable=False),
        sa.Column("band_5", sa.Integer(), nullable=False),
        sa.Column("band_6", sa.Integer(), nullable=False),
        sa.Column("band_7", sa.Integer(), nullable=False),
        sa.Column("band_8", sa.Integer(), nullable=False),
        sa.Column("band_9", sa.Integer(), nullable=False),
        sa.Column("compulsory", sa.Integer(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("band_0 >= 0", name=op.f("ck_fact_exam_band_0_not_negative")),
        sa.CheckConstraint("band_1 >= 0", name=op.f("ck_fact_exam_band_1_not_negative")),
        sa.CheckConstraint("band_2 >= 0", name=op.f("ck_fact_exam_band_2_not_negative")),
        sa.CheckConstraint("band_3 >= 0", name=op.f("ck_fact_exam_band_3_not_negative")),
        sa.CheckConstraint("band_4 >= 0", name=op.f("ck_fact_exam_band_4_not_negative")),
        sa.CheckConstraint("band_5 >= 0", name=op.f("ck_fact_exam_band_5_not_negative")),
        sa.CheckConstraint("band_6 >= 0", name=op.f("ck_fact_exam_band_6_not_negative")),
        sa.CheckConstraint("band_7 >= 0", name=op.f("ck_fact_exam_band_7_not_negative")),
        sa.CheckConstraint("band_8 >= 0", name=op.f("ck_fact_exam_band_8_not_negative")),
        sa.CheckConstraint("band_9 >= 0", name=op.f("ck_fact_exam_band_9_not_negative")),
        sa.CheckConstraint("below_limit >= 0", name=op.f("ck_fact_exam_below_limit_not_negative")),
        sa.CheckConstraint("eligible >= 0", name=op.f("ck_fact_exam_eligible_not_negative")),
        sa.CheckConstraint("exempt >= 0", name=op.f("ck_fact_exam_exempt_not_negative")),
        sa.CheckConstraint("high >= 0", name=op.f("ck_fact_exam_high_not_negative")),
        sa.CheckConstraint("low >= 0", name=op.f("ck_fact_exam_low_not_negative")),
        sa.CheckConstraint("sat >= 0", name=op.f("ck_fact_exam_sat_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_exam_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_exam_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_exam_school_year")
        ),
        sa.ForeignKeyConstraint(["stage"], ["stage.code"], name=op.f("fk_fact_exam_stage")),
        sa.PrimaryKeyConstraint(
            "institution_id", "school_year", "stage", "subject", "exam_level", name=op.f("pk_fact_exam")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_exam_mark_gap",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("large_gap", sa.Integer(), nullable=False),
        sa.Column(
            "mean_difference", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False
        ),
        sa.Column("sd", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("large_gap >= 0", name=op.f("ck_fact_exam_mark_gap_large_gap_not_negative")),
        sa.CheckConstraint("pairs >= 0", name=op.f("ck_fact_exam_mark_gap_pairs_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_exam_mark_gap_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_exam_mark_gap_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_exam_mark_gap_school_year")
        ),
        sa.ForeignKeyConstraint(["stage"], ["stage.code"], name=op.f("fk_fact_exam_mark_gap_stage")),
        sa.PrimaryKeyConstraint("institution_id", "school_year", "stage", name=op.f("pk_fact_exam_mark_gap")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_finance",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("euro", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_finance_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_finance_load_batch_id")
        ),
        sa.PrimaryKeyConstraint("institution_id", "year", "category", name=op.f("pk_fact_finance")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_graduate",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("graduation_year", sa.Integer(), nullable=False),
        sa.Column("monitoring_year", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("graduates", sa.Integer(), nullable=False),
        sa.Column("employed", sa.Integer(), nullable=False),
        sa.Column("unemployed", sa.Integer(), nullable=False),
        sa.Column("studying", sa.Integer(), nullable=False),
        sa.Column("inactive", sa.Integer(), nullable=False),
        sa.Column("emigrated", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("skilled", sa.Integer(), nullable=False),
        sa.Column("earners", sa.Integer(), nullable=True),
        sa.Column("founded", sa.Integer(), nullable=True),
        sa.Column("income_median", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column(
            "income_lower_quartile", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column(
            "income_upper_quartile", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True
        ),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("earners >= 0", name=op.f("ck_fact_graduate_earners_not_negative")),
        sa.CheckConstraint("emigrated >= 0", name=op.f("ck_fact_graduate_emigrated_not_negative")),
        sa.CheckConstraint("employed >= 0", name=op.f("ck_fact_graduate_employed_not_negative")),
        sa.CheckConstraint("founded >= 0", name=op.f("ck_fact_graduate_founded_not_negative")),
        sa.CheckConstraint("graduates >= 0", name=op.f("ck_fact_graduate_graduates_not_negative")),
        sa.CheckConstraint("inactive >= 0", name=op.f("ck_fact_graduate_inactive_not_negative")),
        sa.CheckConstraint("skilled >= 0", name=op.f("ck_fact_graduate_skilled_not_negative")),
        sa.CheckConstraint("studying >= 0", name=op.f("ck_fact_graduate_studying_not_negative")),
        sa.CheckConstraint("unemployed >= 0", name=op.f("ck_fact_graduate_unemployed_not_negative")),
        sa.CheckConstraint("unknown >= 0", name=op.f("ck_fact_graduate_unknown_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_graduate_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_graduate_load_batch_id")
        ),
        sa.PrimaryKeyConstraint(
            "institution_id",
            "graduation_year",
            "monitoring_year",
            "programme",
            "sex",
            name=op.f("pk_fact_graduate"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_graduate_sector",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("graduation_year", sa.Integer(), nullable=False),
        sa.Column("monitoring_year", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("graduates", sa.Integer(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("graduates >= 0", name=op.f("ck_fact_graduate_sector_graduates_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_graduate_sector_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_graduate_sector_load_batch_id")
        ),
        sa.PrimaryKeyConstraint(
            "institution_id",
            "graduation_year",
            "monitoring_year",
            "programme",
            "kind",
            "category",
            name=op.f("pk_fact_graduate_sector"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_inspection",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("inspections", sa.Integer(), nullable=False),
        sa.Column("violations_found", sa.Integer(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("inspections >= 0", name=op.f("ck_fact_inspection_inspections_not_negative")),
        sa.CheckConstraint(
            "violations_found >= 0", name=op.f("ck_fact_inspection_violations_found_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_inspection_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_inspection_load_batch_id")
        ),
        sa.PrimaryKeyConstraint("institution_id", "year", name=op.f("pk_fact_inspection")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_mark",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("pupils", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("sd", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("good >= 0", name=op.f("ck_fact_mark_good_not_negative")),
        sa.CheckConstraint("pupils >= 0", name=op.f("ck_fact_mark_pupils_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_mark_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_mark_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_mark_school_year")
        ),
        sa.ForeignKeyConstraint(["stage"], ["stage.code"], name=op.f("fk_fact_mark_stage")),
        sa.PrimaryKeyConstraint(
            "institution_id", "school_year", "stage", "subject", name=op.f("pk_fact_mark")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_progress",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("pupils_start", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("left_early", sa.Integer(), nullable=False),
        sa.Column("repeat_eligible", sa.Integer(), nullable=False),
        sa.Column("repeaters", sa.Integer(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("joined >= 0", name=op.f("ck_fact_progress_joined_not_negative")),
        sa.CheckConstraint("left_early >= 0", name=op.f("ck_fact_progress_left_early_not_negative")),
        sa.CheckConstraint("pupils_start >= 0", name=op.f("ck_fact_progress_pupils_start_not_negative")),
        sa.CheckConstraint(
            "repeat_eligible >= 0", name=op.f("ck_fact_progress_repeat_eligible_not_negative")
        ),
        sa.CheckConstraint("repeaters >= 0", name=op.f("ck_fact_progress_repeaters_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_progress_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_progress_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_progress_school_year")
        ),
        sa.ForeignKeyConstraint(["stage"], ["stage.code"], name=op.f("fk_fact_progress_stage")),
        sa.PrimaryKeyConstraint("institution_id", "school_year", "stage", name=op.f("pk_fact_progress")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_staff",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("teachers", sa.Integer(), nullable=False),
        sa.Column("teachers_left", sa.Integer(), nullable=False),
        sa.Column("long_vacancies", sa.Integer(), nullable=False),
        sa.Column("teacher_load", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("support_load", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("vacant_load", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("combined_classes", sa.Integer(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("long_vacancies >= 0", name=op.f("ck_fact_staff_long_vacancies_not_negative")),
        sa.CheckConstraint("teachers >= 0", name=op.f("ck_fact_staff_teachers_not_negative")),
        sa.CheckConstraint("teachers_left >= 0", name=op.f("ck_fact_staff_teachers_left_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_staff_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_staff_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_staff_school_year")
        ),
        sa.PrimaryKeyConstraint("institution_id", "school_year", name=op.f("pk_fact_staff")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_task",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("tasks", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("due", sa.Text(), nullable=True),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("done >= 0", name=op.f("ck_fact_task_done_not_negative")),
        sa.CheckConstraint("tasks >= 0", name=op.f("ck_fact_task_tasks_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_task_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_task_load_batch_id")
        ),
        sa.PrimaryKeyConstraint("institution_id", "year", "area", "topic", name=op.f("pk_fact_task")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_visit",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("visit_no", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("announced", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("funding_granted", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("funding_used", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_visit_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_visit_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_visit_school_year")
        ),
        sa.ForeignKeyConstraint(["stage"], ["stage.code"], name=op.f("fk_fact_visit_stage")),
        sa.PrimaryKeyConstraint("institution_id", "visit_no", name=op.f("pk_fact_visit")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_visit_criterion",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("visit_no", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_visit_criterion_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_visit_criterion_load_batch_id")
        ),
        sa.PrimaryKeyConstraint(
            "institution_id", "visit_no", "criterion", name=op.f("pk_fact_visit_criterion")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fact_vocational_outcome",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("qualification_group", sa.Text(), nullable=False),
        sa.Column("graduates", sa.Integer(), nullable=False),
        sa.Column("placed", sa.Integer(), nullable=False),
        sa.Column("emigrated", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("emigrated >= 0", name=op.f("ck_fact_vocational_outcome_emigrated_not_negative")),
        sa.CheckConstraint("graduates >= 0", name=op.f("ck_fact_vocational_outcome_graduates_not_negative")),
        sa.CheckConstraint("placed >= 0", name=op.f("ck_fact_vocational_outcome_placed_not_negative")),
        sa.CheckConstraint("unknown >= 0", name=op.f("ck_fact_vocational_outcome_unknown_not_negative")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_fact_vocational_outcome_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_vocational_outcome_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_year"], ["school_year.start"], name=op.f("fk_fact_vocational_outcome_school_year")
        ),
        sa.PrimaryKeyConstraint(
            "institution_id", "school_year", "qualification_group", name=op.f("pk_fact_vocational_outcome")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "institution_lineage",
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("share", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["institution.id"], name=op.f("fk_institution_lineage_from_id")),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_institution_lineage_load_batch_id")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["institution.id"], name=op.f("fk_institution_lineage_to_id")),
        sa.PrimaryKeyConstraint("from_id", "to_id", name=op.f("pk_institution_lineage")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
