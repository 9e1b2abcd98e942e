"""Staging, findings and revisions of the loader."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    pass
