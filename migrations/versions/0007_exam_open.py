"""Exam rows of the open set: who had to sit and which results are low or high is not known there.

The columns may be empty from now on. SQLite cannot change a column, so its table is made anew from its own words.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

COLUMNS = ("eligible", "exempt", "low", "high", "below_limit")


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        for column in COLUMNS:
            op.alter_column("fact_exam", column, nullable=True)
        return
    words = connection.execute(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'fact_exam'")
    ).scalar_one()
    for column in COLUMNS:
        if words.count(f"{column} INTEGER NOT NULL") != 1:
            raise RuntimeError(f"fact_exam.{column} is not as migration 0001 made it")
        words = words.replace(f"{column} INTEGER NOT NULL", f"{column} INTEGER")
    op.execute(words.replace("CREATE TABLE fact_exam", "CREATE TABLE fact_exam_0007", 1))
    op.execute("INSERT INTO fact_exam_0007 SELECT * FROM fact_exam")
    op.execute("DROP TABLE fact_exam")
    op.execute("ALTER TABLE fact_exam_0007 RENAME TO fact_exam")
