"""Graduates against the labour market of the municipality where they live."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0009"


def upgrade() -> None:
    real = sa.Float(precision=53).with_variant(sa.REAL(), "sqlite")
    op.create_table(
        "fact_local_market",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("monthly_gross_wage", real, nullable=True),
        sa.Column("registered_unemployment", real, nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["load_batch_id"], ["load_batch.id"], name=op.f("fk_fact_local_market_load_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_fact_local_market_municipality_code")
        ),
        sa.PrimaryKeyConstraint("municipality_code", "year", name=op.f("pk_fact_local_market")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    for name, kind in (
        ("income_basis", sa.Text()),
        ("unemployment_basis", sa.Text()),
        ("local_wage", real),
        ("local_rate", real),
    ):
        op.add_column("graduate_group", sa.Column(name, kind, nullable=True))
