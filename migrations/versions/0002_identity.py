"""Accounts, assignments, sessions and the chained audit."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    connection = op.get_bind()
    earlier = connection.execute(
        sa.text("SELECT id, at, who, what, unit, detail FROM audit_event ORDER BY id")
    ).all()
    op.drop_index("ix_audit_event_at", table_name="audit_event")
    op.drop_table("audit_event")
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at"], unique=False)
    op.create_index("ix_audit_event_what", "audit_event", ["what", "at"], unique=False)
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_confirmed", sa.Integer(), nullable=False),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("must_change", sa.Integer(), nullable=False),
        sa.Column("break_glass", sa.Integer(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.Text(), nullable=True),
        sa.Column("disabled_at", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("password_changed_at", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind = 'local' OR password_hash IS NULL", name=op.f("ck_user_account_password_of_local_only")
        ),
        sa.CheckConstraint("kind IN ('local', 'oidc')", name=op.f("ck_user_account_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("login", name=op.f("uq_user_account_login")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "user_identity",
        sa.Column("hmac", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_identity_user_id")),
        sa.PrimaryKeyConstraint("hmac", name=op.f("pk_user_identity")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_user_identity_user_id", "user_identity", ["user_id"], unique=False)
    op.create_table(
        "user_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("reg_no", sa.Text(), nullable=True),
        sa.Column("municipality_code", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", sa.Text(), nullable=False),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(role = 'school' AND reg_no IS NOT NULL AND municipality_code IS NULL) OR (role = 'municipality' AND municipality_code IS NOT NULL AND reg_no IS NULL) OR (role IN ('ministry', 'steward') AND reg_no IS NULL AND municipality_code IS NULL)",
            name=op.f("ck_user_assignment_unit_of_role"),
        ),
        sa.CheckConstraint("origin IN ('person', 'claims')", name=op.f("ck_user_assignment_origin")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_assignment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_assignment")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_user_assignment_user_id", "user_assignment", ["user_id"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("demo_account", sa.Text(), nullable=True),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("last_view", sa.Text(), nullable=True),
        sa.Column("last_view_at", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (demo_account IS NULL)", name=op.f("ck_user_session_one_owner")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["user_assignment.id"], name=op.f("fk_user_session_assignment_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_user_session_user_id", "user_session", ["user_id"], unique=False)
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_sign_in_failure_address", "sign_in_failure", ["address", "at"], unique=False)
    op.create_table(
        "oidc_attempt",
        sa.Column("state_hash", sa.Text(), nullable=False),
        sa.Column("browser_hash", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("next_path", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_oidc_attempt")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_oidc_attempt_created_at", "oidc_attempt", ["created_at"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    _chain(connection, earlier)


def _chain(connection, earlier) -> None:
    """Put the records of before into the chain; the rule of hashing is that of data_access/audit.py on this day."""
    previous = "0" * 64
    number = 0
    for number, row in enumerate(earlier, 1):
        record = {
            "id": number, "at": row.at, "who": row.who, "role": "", "scope": "", "what": row.what,
            "unit": row.unit, "result": "done", "origin": "", "detail": row.detail, "previous": previous,
        }  # fmt: skip
        text = json.dumps(list(record.values()), ensure_ascii=True, separators=(",", ":"))
        record["hash"] = previous = hashlib.sha256(text.encode()).hexdigest()
        names = ", ".join(f":{name}" for name in record)
        connection.execute(sa.text(f"INSERT INTO audit_event VALUES ({names})"), record)
    connection.execute(
        sa.text("INSERT INTO audit_head (id, last_id, hash) VALUES (1, :number, :hash)"),
        {"number": number, "hash": previous},
    )
