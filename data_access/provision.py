"""Roles, grants and row security of PostgreSQL, generated from `planes`; and telling it the scope of a transaction.

Four roles without login, given to logins by whoever runs the server: owner (of nothing but the tables), loader (writes
everything), scoped (reads detail rows of the told scope) and public (reads released values only). The told scope is a
seat-belt against faults of our own code; that a reader's role cannot write, and that the public's cannot read detail at
all, is the lock.
"""

from __future__ import annotations

from sqlalchemy import Connection, Table, text

from . import planes, schema
from .scope import Scope

OWNER, LOADER, SCOPED, PUBLIC = "ikms_owner", "ikms_loader", "ikms_scoped", "ikms_public"
ROLES = (OWNER, LOADER, SCOPED, PUBLIC)

_TELL = text(
    "SELECT set_config('app.sees_all', :sees_all, true), set_config('app.institutions', :institutions, true), "
    "set_config('app.municipalities', :municipalities, true)"
)


def tell(connection: Connection, scope: Scope) -> None:
    """Tell PostgreSQL the reader's scope until the end of this transaction."""
    connection.execute(
        _TELL,
        {
            "sees_all": "1" if scope.sees_all else "",
            "institutions": ",".join(map(str, sorted(scope.institutions))),
            "municipalities": ",".join(sorted(scope.municipalities)),
        },
    )


# Scalar sub-selects, so that a statement asks once and not once a row. Nothing told = no row.
_ALL = "(SELECT current_setting('app.sees_all', true) = '1')"
_INSTITUTIONS = "(SELECT coalesce(string_to_array(nullif(current_setting('app.institutions', true), ''), ','), '{}'))::int[]"
_MUNICIPALITIES = "(SELECT coalesce(string_to_array(nullif(current_setting('app.municipalities', true), ''), ','), '{}'))::text[]"
_OWN = (
    f"(SELECT coalesce(array_agg(i.id), '{{}}') FROM institution i WHERE i.id = ANY ({_INSTITUTIONS}) "  # nosec B608 # names of our own schema
    f"OR i.municipality_code = ANY ({_MUNICIPALITIES}))::int[]"
)


def _within(table: Table) -> str:
    """Condition for the rows of a table that lie within the told scope."""
    columns = table.c
    if "institution_id" in columns:
        return f"institution_id = ANY ({_OWN})"
    if "unit_kind" in columns:
        return (
            f"(unit_kind = 'institution' AND unit_id = ANY ({_OWN}::text[])) "
            f"OR (unit_kind = 'municipality' AND unit_id = ANY ({_MUNICIPALITIES}))"
        )
    if "area_kind" in columns:
        return (
            f"(area_kind = 'institution' AND area_id = ANY ({_OWN}::text[])) "
            f"OR (area_kind = 'municipality' AND area_id = ANY ({_MUNICIPALITIES}))"
        )
    if "municipality_code" in columns:
        return f"municipality_code = ANY ({_MUNICIPALITIES})"
    if table is schema.page_card:
        return f"unit_id = ANY ({_MUNICIPALITIES})"
    if table is schema.school_answer:
        return f"reg_no IN (SELECT i.reg_no FROM institution i WHERE i.id = ANY ({_OWN}))"  # nosec B608 # names of our own schema
    return "false"


def _condition(table: Table) -> str:
    rule = planes.PUBLIC[table.name].where
    if rule is None:
        return "true"
    from sqlalchemy.dialects import postgresql  # a tenth of the import of SQLAlchemy, for the command alone

    compiled = rule(table).compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    return str(compiled).replace(f"{table.name}.", "")


def statements(database: str) -> list[str]:
    """Everything that `provision` runs, in order; each may be run again. database: its quoted name."""
    found = [
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN "  # nosec B608 # names of our own schema
        f"CREATE ROLE {role} NOLOGIN; END IF; END $$"
        for role in ROLES
    ]
    found += [
        f"ALTER ROLE {LOADER} BYPASSRLS",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {LOADER}, {SCOPED}, {PUBLIC}",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}",
        f"REVOKE TEMPORARY, CREATE ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {', '.join(ROLES)}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {SCOPED}, {PUBLIC}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {LOADER}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {LOADER}",
    ]
    for name, table in sorted(schema.metadata.tables.items()):
        found += _of_table(name, table)
    return found


def _of_table(name: str, table: Table) -> list[str]:
    found = []
    rule = planes.PUBLIC.get(name)
    if rule is not None:
        columns = f" ({', '.join(rule.columns)})" if rule.columns else ""
        found.append(f"GRANT SELECT{columns} ON {name} TO {PUBLIC}")
    if rule is not None or name in planes.SCOPED:
        found.append(f"GRANT SELECT ON {name} TO {SCOPED}")
    found += [f"DROP POLICY IF EXISTS readers_{role} ON {name}" for role in (PUBLIC, SCOPED)]
    if rule is not None and rule.where is None:
        # The same for everybody: no row of it belongs to a scope.
        return [
            *found,
            f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY",
        ]
    found += [f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"]
    inside = f"{_ALL} OR {_within(table)}"
    if rule is not None:
        found.append(
            f"CREATE POLICY readers_{PUBLIC} ON {name} FOR SELECT TO {PUBLIC} USING ({_condition(table)})"
        )
        inside = f"{_condition(table)} OR {inside}"
    if rule is not None or name in planes.SCOPED:
        found.append(f"CREATE POLICY readers_{SCOPED} ON {name} FOR SELECT TO {SCOPED} USING ({inside})")
    return found


def run(connection: Connection) -> None:
    """Make roles, grants and policies. Needs a login that may create roles and owns the tables."""
    name = connection.execute(text("SELECT current_database()")).scalar_one()
    for statement in statements(connection.dialect.identifier_preparer.quote_identifier(name)):
        connection.exec_driver_sql(statement)


def faults(connection: Connection, role: str, *, strict: bool) -> list[str]:
    """What is wrong with a reader's connection; [] when it can do no more than it should."""
    row = connection.execute(
        text(
            "SELECT current_user AS name, session_user AS login, r.rolsuper OR r.rolbypassrls AS beyond, "
            "pg_has_role(current_user, CAST(:role AS name), 'USAGE') AS member, "
            "has_table_privilege('release_pointer', 'UPDATE') OR has_table_privilege('indicator_value', 'INSERT') "
            "AS writes, has_table_privilege('indicator_value', 'SELECT') AS detail, "
            "has_table_privilege('release_pointer', 'SELECT') AS reads, "
            "(SELECT relforcerowsecurity FROM pg_class WHERE oid = 'indicator_value'::regclass) AS forced "
            "FROM pg_roles r WHERE r.rolname = current_user"
        ),
        {"role": role},
    ).one()
    found = []
    if strict and row.name != row.login:
        found.append("vajag atsevišķu pieslēgumu | needs a login of its own")
    if row.beyond:
        found.append("pieslēgums apiet rindu drošību | the login bypasses row security")
    if row.writes:
        found.append("pieslēgums drīkst rakstīt | the login may write")
    if not row.member or not row.reads:
        found.append(f"pieslēgumam nav {role} tiesību | the login lacks the rights of {role}")
    if role == PUBLIC and row.detail:
        found.append("publiskais pieslēgums redz precīzos datus | the public login sees exact values")
    if not row.forced:
        found.append("rindu drošība nav ieslēgta | row security is not switched on")
    return found
