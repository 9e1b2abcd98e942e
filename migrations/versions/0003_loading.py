"""Staging, findings and revisions of the loader."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "import_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_loaded", sa.Integer(), nullable=False),
        sa.Column("rows_quarantined", sa.Integer(), nullable=False),
        sa.Column("rows_declared", sa.Integer(), nullable=False),
        sa.Column("rows_new", sa.Integer(), nullable=False),
        sa.Column("rows_revised", sa.Integer(), nullable=False),
        sa.Column("rows_same", sa.Integer(), nullable=False),
        sa.Column("rows_missing", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("confirms", sa.Integer(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("load_batch_id", sa.Integer(), nullable=True),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.Column("release_before", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('received', 'checking', 'staged', 'refused', 'unchanged', 'publishing', 'published', 'cancelled', 'failed', 'withdrawn')",
            name=op.f("ck_import_job_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_import_job_state", "import_job", ["state"], unique=False)
    op.create_table(
        "import_lock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("beat", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_import_lock_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_lock")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "release_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_release", sa.Integer(), nullable=True),
        sa.Column("to_release", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_move")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("old_values", sa.Text(), nullable=False),
        sa.Column("new_values", sa.Text(), nullable=False),
        sa.Column("old_batch_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.Text(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_revision_batch", "revision", ["batch_id"], unique=False)
    op.create_index("ix_revision_table", "revision", ["table_name", "at"], unique=False)
    op.create_table(
        "import_content",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name=op.f("fk_import_content_job_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_import_content")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "import_finding",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("place_lv", sa.Text(), nullable=False),
        sa.Column("place_en", sa.Text(), nullable=False),
        sa.Column("problem_lv", sa.Text(), nullable=False),
        sa.Column("problem_en", sa.Text(), nullable=False),
        sa.Column("cure_lv", sa.Text(), nullable=False),
        sa.Column("cure_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name=op.f("fk_import_finding_job_id")),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_import_finding")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_row",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name=op.f("fk_import_row_job_id")),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_import_row")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "other_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("other_values", sa.Text(), nullable=False),
        sa.Column("primary_source", sa.Text(), nullable=False),
        sa.Column("primary_values", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["primary_source"], ["source.code"], name=op.f("fk_other_source_primary_source")
        ),
        sa.ForeignKeyConstraint(["source_code"], ["source.code"], name=op.f("fk_other_source_source_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_source")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_other_source_table", "other_source", ["table_name", "row_key"], unique=False)
