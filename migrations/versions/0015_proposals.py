"""Proposals that another person decides."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

KINDS = "'publish', 'withdraw', 'rollback', 'threshold'"
STATES = "'open', 'approved', 'refused', 'withdrawn', 'stale', 'expired'"


def upgrade() -> None:
    def text(name: str, null: bool = False) -> sa.Column:
        return sa.Column(name, sa.Text(), nullable=null)

    def integer(name: str, null: bool = False) -> sa.Column:
        return sa.Column(name, sa.Integer(), nullable=null)

    op.create_table(
        "proposal",
        integer("id"),
        text("kind"),
        text("subject"),
        text("fingerprint"),
        integer("confirmed"),
        text("author_key"),
        text("author"),
        text("reason"),
        text("created_at"),
        text("expires_at"),
        text("state"),
        integer("persons"),
        text("decider_key", null=True),
        text("decider", null=True),
        text("decision_reason", null=True),
        text("decided_at", null=True),
        integer("release_id", null=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_proposal_kind")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_proposal_state")),
        sa.CheckConstraint(
            "state <> 'approved' OR (decider_key IS NOT NULL AND (decider_key <> author_key OR persons = 1))",
            name=op.f("ck_proposal_two_persons"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_proposal_state", "proposal", ["state"], unique=False)
