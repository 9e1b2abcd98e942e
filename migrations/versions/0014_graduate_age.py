"""Graduates by age at graduation: facts, and groups of a release."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

COUNTS = ("graduates", "employed", "unemployed", "studying", "inactive", "emigrated", "unknown", "skilled")
SHARES = (
    "employed",
    "unemployed",
    "studying",
    "inactive",
    "emigrated",
    "unknown",
    "employed_local",
    "skilled",
)


def upgrade() -> None:
    def integer(name: str, null: bool = False) -> sa.Column:
        return sa.Column(name, sa.Integer(), nullable=null)

    def text(name: str, null: bool = False) -> sa.Column:
        return sa.Column(name, sa.Text(), nullable=null)

    def real(name: str) -> sa.Column:
        return sa.Column(name, sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True)

    op.create_table(
        "fact_graduate_age",
        *(integer(name) for name in ("institution_id", "graduation_year", "monitoring_year")),
        text("programme"),
        text("age_group"),
        *(integer(name) for name in COUNTS),
        integer("earners", null=True),
        *(real(f"income_{name}") for name in ("median", "lower_quartile", "upper_quartile")),
        integer("load_batch_id"),
        *(
            sa.CheckConstraint(f"{name} >= 0", name=op.f(f"ck_fact_graduate_age_{name}_not_negative"))
            for name in (*COUNTS, "earners")
        ),
        *(
            sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_fact_graduate_age_{name}"))
            for name, target in (("institution_id", "institution.id"), ("load_batch_id", "load_batch.id"))
        ),
        sa.PrimaryKeyConstraint(
            "institution_id", "graduation_year", "monitoring_year", "programme", "age_group",
            name=op.f("pk_fact_graduate_age"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "graduate_age",
        integer("release_id"),
        *(text(name) for name in ("plane", "system", "area_kind", "area_id", "age_group", "field", "level")),
        *(integer(name) for name in ("k", "cohorts", "year_from", "year_to")),
        integer("graduates", null=True),
        integer("in_latvia", null=True),
        *(real(f"{name}_{end}") for name in SHARES for end in ("low", "high")),
        real("employed_lower"),
        real("employed_upper"),
        integer("earners", null=True),
        *(real(f"income_{name}") for name in ("lower_quartile", "median", "upper_quartile")),
        real("relative_income"),
        text("income_reason", null=True),
        text("relative_reason", null=True),
        *(real(f"relative_unemployment{end}") for end in ("", "_lower", "_upper")),
        text("unemployment_reason", null=True),
        real("expected_employed"),
        real("probability_higher"),
        text("reason", null=True),
        real("income_mean"),
        text("income_basis", null=True),
        text("unemployment_basis", null=True),
        real("local_wage"),
        real("local_rate"),
        sa.PrimaryKeyConstraint(
            "release_id", "plane", "system", "area_kind", "area_id", "age_group", "field", "level", "k",
            name=op.f("pk_graduate_age"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )  # fmt: skip
