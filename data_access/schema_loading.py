"""Tables of staging, findings and revisions."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary

from .schema import _int, _table, _text

JOB_STATES = (
    "received",  # the file is there, nobody has looked at it
    "checking",
    "staged",  # checked; its rows wait for a publication
    "refused",
    "unchanged",  # nothing in it is new
    "publishing",
    "published",
    "cancelled",
    "failed",  # a fault of the loader itself, or it was killed
    "withdrawn",  # taken back after publication
)

import_job = _table(
    "import_job",
    _int("id", primary_key=True),
    _text("state"),
    _text("dataset", null=True),  # chosen or recognised
    _text("file_name"),
    _text("sha256"),
    _int("size"),
    _text("as_of"),
    _text("author"),
    _text("created_at"),
    _text("updated_at"),
    _text("step"),
    _int("done"),
    _int("total"),
    _text("worker"),  # host:pid of the process that works on it, "" = none
    _int("rows_read"),
    _int("rows_loaded"),
    _int("rows_quarantined"),
    _int("rows_declared"),
    _int("rows_new"),
    _int("rows_revised"),
    _int("rows_same"),
    _int("rows_missing"),  # loaded before, in the same periods, and not in the file
    _int("errors"),
    _int("confirms"),
    _int("notices"),
    _text("reason"),  # why it was published or taken back
    _int("load_batch_id", null=True),
    _int("release_id", null=True),
    _int("release_before", null=True),
    CheckConstraint(f"state IN ({', '.join(repr(state) for state in JOB_STATES)})", name="state"),
    Index("ix_import_job_state", "state"),
)

import_content = _table(  # the file as sent; gone once it is published, withdrawn or holds data about persons
    "import_content",
    _int("job_id", ForeignKey("import_job.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

import_finding = _table(
    "import_finding",
    _int("job_id", ForeignKey("import_job.id"), primary_key=True),
    _int("number", primary_key=True),
    _text("severity"),  # error | confirm | notice
    _text("rule"),
    _text("sheet"),
    _int("row", null=True),
    _text("letter"),
    _text("heading"),
    _text("value"),  # as written; masked when it is about a person
    *[_text(f"{name}_{lang}") for name in ("place", "problem", "cure") for lang in ("lv", "en")],
    without_rowid=True,
)

import_row = _table(  # staging: checked rows of one file, waiting
    "import_row",
    _int("job_id", ForeignKey("import_job.id"), primary_key=True),
    _int("number", primary_key=True),
    _text("sheet"),
    _int("row"),
    _text("change"),  # new | revised | same | secondary | missing
    _text("label"),  # the key in words, for the preview
    _text("payload"),  # JSON: columns of the table
    _text("before", null=True),  # JSON: the row as it was when the file was checked
    without_rowid=True,
)

revision = _table(  # a loaded value that a later file changed; never deleted
    "revision",
    _int("id", primary_key=True),
    _int("batch_id"),
    _int("job_id", null=True),
    _text("dataset"),
    _text("table_name"),
    _text("row_key"),  # JSON: key columns of the table
    _text("old_values"),  # JSON: the changed columns before
    _text("new_values"),
    _int("old_batch_id"),
    _text("reason"),
    _text("author"),
    _text("at"),
    _text("withdrawn_at", null=True),
    _text("withdrawn_reason", null=True),
    Index("ix_revision_batch", "batch_id"),
    Index("ix_revision_table", "table_name", "at"),
)

other_source = _table(  # what a source said that is not the primary one of this row; both are kept
    "other_source",
    _int("id", primary_key=True),
    _text("dataset"),
    _text("table_name"),
    _text("row_key"),
    _text("source_code", ForeignKey("source.code")),
    _text("other_values"),  # JSON: columns that differ
    _text("primary_source", ForeignKey("source.code")),
    _text("primary_values"),
    _int("batch_id"),
    _text("at"),
    Index("ix_other_source_table", "table_name", "row_key"),
)

import_lock = _table(  # one importer at a time
    "import_lock",
    _int("id", primary_key=True),
    _text("purpose"),
    _text("worker"),  # host:pid
    _text("since"),
    _text("beat"),  # renewed while at work; an old one is a dead one
    CheckConstraint("id = 1", name="single_row"),
)

release_move = _table(  # every move of the pointer: publication, rollback, taking back
    "release_move",
    _int("id", primary_key=True),
    _int("from_release", null=True),
    _int("to_release"),
    _text("kind"),  # publish | rollback
    _text("author"),
    _text("reason"),
    _text("at"),
)
