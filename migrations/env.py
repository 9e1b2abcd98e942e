"""Alembic environment: the caller hands over a connection inside its own transaction."""

from alembic import context

from data_access.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, transactional_ddl=True, render_as_batch=False
)
context.run_migrations()
