"""The only room that knows the database: schema, engine, scope, queries, importing, releases, demo data."""
