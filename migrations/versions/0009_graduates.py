"""Graduates: mean income where no median is delivered; exact sectors, occupations and founders of each institution."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "graduate_own",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("graduates", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "release_id", "institution_id", "system", "kind", "k", "category", name=op.f("pk_graduate_own")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    for table in ("fact_graduate", "graduate_group"):
        op.add_column(
            table,
            sa.Column("income_mean", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        )
