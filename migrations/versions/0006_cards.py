"""Roll-up cards of the pages: the drawn pages of institutions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "stored_page",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("html", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "plane", "address", "variant", name=op.f("pk_stored_page")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
