"""Protected cells, reports and the ledger of disclosure."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "disclosure_ledger",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_disclosure_ledger")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "disclosure_report",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Text(), nullable=False),
        sa.Column("rules_valid_from", sa.Text(), nullable=False),
        sa.Column("rules_sha256", sa.Text(), nullable=False),
        sa.Column("rules_hmac", sa.Text(), nullable=True),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("primary_hidden", sa.Integer(), nullable=False),
        sa.Column("complementary_hidden", sa.Integer(), nullable=False),
        sa.Column("secrets", sa.Integer(), nullable=False),
        sa.Column("outsider_exact", sa.Integer(), nullable=False),
        sa.Column("narrowest", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("insider_cells", sa.Integer(), nullable=False),
        sa.Column("told_for_good", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(precision=53).with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_disclosure_report")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "enrolment_released",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("semester", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("pupils", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "release_id",
            "institution_id",
            "school_year",
            "semester",
            "stage",
            name=op.f("pk_enrolment_released"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
