"""The monitoring database."""

from alembic import op

from data_access.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
