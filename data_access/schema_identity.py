"""Tables of accounts, assignments, sessions and of the chained audit record."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index

from .schema import _int, _table, _text

user_account = _table(
    "user_account",
    _int("id", primary_key=True),
    _text("login", unique=True),  # case-folded
    _text("name"),  # as others see it
    _text("kind"),  # local | oidc
    _text("password_hash", null=True),  # argon2id; none for OpenID Connect
    _text("totp_secret", null=True),  # encrypted with a key derived from the secret key
    _int("totp_confirmed"),  # 1 = a code of this secret was entered once
    _int("totp_step"),  # time step of the last code, which is not taken twice
    _int("must_change"),  # 1 = the password was given by somebody else
    _int("break_glass"),  # 1 = may use a password although OpenID Connect is on
    _int("failed_attempts"),  # since the last success
    _text("failed_at", null=True),
    _text("disabled_at", null=True),
    _text("created_at"),
    _text("created_by"),
    _text("password_changed_at", null=True),
    CheckConstraint("kind IN ('local', 'oidc')", name="kind"),
    CheckConstraint("kind = 'local' OR password_hash IS NULL", name="password_of_local_only"),
)

user_identity = _table(  # who an OpenID Connect subject is; neither issuer nor subject can be read from it
    "user_identity",
    _text("hmac", primary_key=True),  # HMAC-SHA256 of (issuer, subject)
    _int("user_id", ForeignKey("user_account.id")),
    _text("created_at"),
    Index("ix_user_identity_user_id", "user_id"),
)

user_assignment = _table(
    "user_assignment",
    _int("id", primary_key=True),
    _int("user_id", ForeignKey("user_account.id")),
    _text("role"),  # school | municipality | ministry | steward
    _text("reg_no", null=True),  # of the institution; outlives a reload of the register
    _text("municipality_code", null=True),
    _text("valid_from"),
    _text("valid_to", null=True),  # last day
    _text("origin"),  # given by a person | claims of the issuer
    _text("given_by"),
    _text("given_at"),
    _text("revoked_by", null=True),
    _text("revoked_at", null=True),
    CheckConstraint(
        "(role = 'school' AND reg_no IS NOT NULL AND municipality_code IS NULL)"
        " OR (role = 'municipality' AND municipality_code IS NOT NULL AND reg_no IS NULL)"
        " OR (role IN ('ministry', 'steward') AND reg_no IS NULL AND municipality_code IS NULL)",
        name="unit_of_role",
    ),
    CheckConstraint("origin IN ('person', 'claims')", name="origin"),
    Index("ix_user_assignment_user_id", "user_id"),
)

user_session = _table(
    "user_session",
    _int("id", primary_key=True),
    _text("token_hash", unique=True),  # SHA-256 of the random 256-bit token in the cookie
    _int("user_id", ForeignKey("user_account.id"), null=True),
    _text("demo_account", null=True),  # key of a demonstration sign-in, which has no account
    _int("assignment_id", ForeignKey("user_assignment.id"), null=True),  # none until one is chosen
    _text("method"),  # password | password+totp | oidc | break_glass | demo
    _text("created_at"),
    _text("seen_at"),
    _text("ended_at", null=True),
    _text("ended_why", null=True),
    _text("agent"),  # browser and system in two words
    _text("last_view", null=True),  # school last recorded as viewed, and when: one view is one record
    _text("last_view_at", null=True),
    CheckConstraint("(user_id IS NULL) <> (demo_account IS NULL)", name="one_owner"),
    Index("ix_user_session_user_id", "user_id"),
)

sign_in_failure = _table(  # for delays and blocks only; removed after a day
    "sign_in_failure",
    _int("id", primary_key=True),
    _text("address"),
    _text("at"),
    Index("ix_sign_in_failure_address", "address", "at"),
)

oidc_attempt = _table(  # a sign-in that has been sent to the issuer and has not come back; used once
    "oidc_attempt",
    _text("state_hash", primary_key=True),
    _text("browser_hash"),  # of the cookie of the browser that began it
    _text("nonce"),
    _text("verifier"),
    _text("next_path"),
    _text("created_at"),
    Index("ix_oidc_attempt_created_at", "created_at"),
)

audit_event = _table(
    "audit_event",
    _int("id", primary_key=True),  # without gaps
    _text("at"),  # UTC
    _text("who"),
    _text("role"),
    _text("scope"),  # unit of the reader
    _text("what"),
    _text("unit"),  # what it was done to
    _text("result"),  # done | refused | failed
    _text("origin"),  # address, or the command line
    _text("detail"),  # never the text that was read, never a secret
    _text("previous"),  # hash of the record before
    _text("hash"),  # SHA-256 over previous and all columns above
    Index("ix_audit_event_at", "at"),
    Index("ix_audit_event_what", "what", "at"),
)

audit_head = _table(  # one row: the end of the chain; writers queue for it
    "audit_head",
    _int("id", primary_key=True),
    _int("last_id"),
    _text("hash"),
    CheckConstraint("id = 1", name="one_row"),
)
