"""Tables of disclosure control: released numbers of learners, a report per release, and the ledger."""

from __future__ import annotations

from sqlalchemy import LargeBinary

from . import schema
from .schema import Column, _int, _real, _table, _text

enrolment_released = _table(  # learners of single institutions as everybody may see them
    "enrolment_released",
    _int("release_id", primary_key=True),
    _int("institution_id", primary_key=True),
    _int("school_year", primary_key=True),
    _int("semester", primary_key=True),
    _text("stage", primary_key=True),  # "" = all stages together
    _int("pupils", null=True),  # rounded to five
    _text("reason", null=True),
    without_rowid=True,
)

disclosure_report = _table(  # one row a release; a release without it is not published and not rolled back to
    "disclosure_report",
    _int("release_id", primary_key=True),
    _text("created_at"),
    _text("rules_version"),
    _text("rules_valid_from"),
    _text("rules_sha256"),
    _text("rules_hmac", null=True),  # under the operator's key, where there is one
    _text("code_version"),
    _int("cells"),  # published rows
    _int("primary_hidden"),
    _int("complementary_hidden"),
    _int("secrets"),  # counts that nobody may pin down
    _int("outsider_exact"),  # secrets that an outsider can work out to the number: 0, or nothing is published
    _real("narrowest", null=True),  # width of the narrowest bounds of a secret, persons
    _int("insider_cells"),  # secrets that some institution can still pin down with its own counts
    _int("told_for_good"),  # secrets that a headline total or an earlier release tells
    _real("seconds"),
    _text("payload"),  # JSON: by table, first attack, programs, pairs
)

disclosure_ledger = (
    _table(  # what each release told anew of each count, for good: equations of later releases
        "disclosure_ledger",
        _int("release_id", primary_key=True),
        _int("statements"),
        Column("payload", LargeBinary, nullable=False),  # zlib of uint64 names, float32 lower and upper ends
        _text("sha256"),
    )
)

schema.RELEASE_TABLES += (enrolment_released,)
