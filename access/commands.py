"""Users, sessions and the audit record on the command line; who may run it on the server may do everything.

The first administrator is made here, and so is a break-glass account; the web never can.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from sqlalchemy import Engine


def add(cli: typer.Typer, make_engine: Callable[[], Engine], console: Console) -> None:
    """Register `user`, `sessions`, `audit` and `matrix`. make_engine: a writing engine on a migrated database."""
    cli.add_typer(_users(make_engine, console), name="user")
    cli.add_typer(_sessions(make_engine, console), name="sessions")
    cli.add_typer(_audit(make_engine, console), name="audit")

    @cli.command()
    def matrix() -> None:
        """Write docs/access.md: which role may do what, from the program itself."""
        import settings as configuration
        from access.matrix import markdown, registered

        path = configuration.ROOT / "docs" / "access.md"
        path.write_text(markdown(registered()), encoding="utf-8")
        console.print(path.relative_to(configuration.ROOT))


def _group(text: str) -> typer.Typer:
    return typer.Typer(no_args_is_help=True, add_completion=False, help=text)


def _actor(author: str):
    from data_access.audit import Actor

    return Actor(author or getpass.getuser(), "command line", "", "command line")


def _fail(console: Console, error: Exception) -> None:
    console.print(f"[red]{error}[/red]", highlight=False)
    raise typer.Exit(1)


def _once(console: Console, login: str, password: str) -> None:
    console.print(
        f"Vienreizēja parole lietotājam {login} (vairs netiks rādīta) | one-time password, shown only now:"
    )
    console.print(f"  [bold]{password}[/bold]", highlight=False)


AUTHOR = typer.Option("", help="Who; the account of this machine when left out.")


def _users(make_engine: Callable[[], Engine], console: Console) -> typer.Typer:
    from data_access import accounts
    from data_access.accounts import AccountError, Given

    group = _group("Users and their roles.")

    @group.command(name="add")
    def add_user(
        login: str,
        name: str = typer.Option(..., help="As others see it."),
        role: str = typer.Option("", help="school, municipality, ministry or steward; none when left out."),
        unit: str = typer.Option("", help="Registration number of a school, or code of a municipality."),
        break_glass: bool = typer.Option(
            False, help="A steward who may use a password although OpenID Connect is on."
        ),
        author: str = AUTHOR,
    ) -> None:
        """Make an account with a one-time password."""
        from access import passwords

        password, who = passwords.one_time(), _actor(author)
        try:
            if break_glass and role != "steward":
                raise AccountError(
                    "role",
                    "Ārkārtas konts ir tikai pārzinim | a break-glass account is a steward's: --role steward",
                )
            with make_engine().begin() as connection:
                accounts.add(
                    connection,
                    who,
                    login=login,
                    name=name,
                    password_hash=passwords.digest(password),
                    break_glass=break_glass,
                )
                if role:
                    accounts.assign(connection, who, login, Given(role, unit))
        except AccountError as error:
            _fail(console, error)
        _once(console, login, password)

    @group.command()
    def disable(login: str, author: str = AUTHOR) -> None:
        """Close an account and end its sessions."""
        _run(
            lambda connection: accounts.disable(connection, _actor(author), login),
            f"{login}: slēgts | disabled",
        )

    @group.command()
    def enable(login: str, author: str = AUTHOR) -> None:
        """Open a closed account again."""
        _run(
            lambda connection: accounts.enable(connection, _actor(author), login),
            f"{login}: atvērts | enabled",
        )

    @group.command()
    def assign(
        login: str,
        role: str,
        unit: str = typer.Option("", help="Registration number of a school, or code of a municipality."),
        valid_from: str = typer.Option("", help="YYYY-MM-DD; today when left out."),
        valid_to: str = typer.Option("", help="Last day; open when left out."),
        author: str = AUTHOR,
    ) -> None:
        """Give a role."""
        given = Given(role, unit, valid_from, valid_to)
        _run(
            lambda connection: accounts.assign(connection, _actor(author), login, given),
            f"{login}: {role} {unit}",
        )

    @group.command()
    def revoke(assignment: int, author: str = AUTHOR) -> None:
        """Take a role back; the number is that of `user list`."""
        _run(
            lambda connection: accounts.revoke(connection, _actor(author), assignment),
            f"{assignment}: atsaukta | revoked",
        )

    @group.command()
    def reset(
        login: str,
        totp: bool = typer.Option(False, help="Forget the code generator too."),
        author: str = AUTHOR,
    ) -> None:
        """Give a new one-time password and end all sessions."""
        from access import passwords

        password = passwords.one_time()
        _run(
            lambda connection: accounts.reset(
                connection, _actor(author), login, passwords.digest(password), forget_totp=totp
            ),
            "",
        )
        _once(console, login, password)

    @group.command()
    def totp(login: str, author: str = AUTHOR) -> None:
        """Set up the code generator of an account here, as a break-glass account needs it."""
        import segno

        import settings as configuration
        from access import totp as codes
        from access.keys import Keys

        secret = codes.new_secret()
        segno.make(codes.address(secret, login)).terminal(compact=True)
        console.print(secret, highlight=False)
        step = codes.step_of(secret, typer.prompt("Kods | code"), 0)
        if step is None:
            _fail(console, AccountError("code", "Kods nav pareizs | the code is wrong"))
        keys = Keys(configuration.load().signing_key())

        def keep(connection) -> None:
            row = accounts.by_login(connection, login)
            if row is None or row.kind != "local":
                raise AccountError(
                    "unknown", "Nav tāda konta ar paroli | there is no such account with a password"
                )
            accounts.begin_totp(connection, row.id, keys.encrypt(secret))
            who = _actor(author)
            accounts.confirm_totp(connection, who, row.id, step, login=row.login)

        _run(keep, f"{login}: kodu ģenerators | code generator")

    @group.command(name="list")
    def list_users() -> None:
        """All accounts and their roles."""
        table = Table("login", "name", "kind", "state", "code", "roles: number role unit from to")
        with make_engine().begin() as connection:
            for row, held in accounts.listing(connection):
                state = (
                    "slēgts | disabled"
                    if row.disabled_at
                    else "ārkārtas | break-glass"
                    if row.break_glass
                    else ""
                )
                roles = "\n".join(
                    " ".join(
                        filter(
                            None,
                            (
                                str(one.id), one.role, one.reg_no or one.municipality_code, one.valid_from,
                                one.valid_to,
                            ),
                        )
                    )
                    for one in held
                )  # fmt: skip
                code = "●" if row.totp_confirmed else ""
                table.add_row(row.login, row.name, row.kind, state, code, roles)
        console.print(table)

    def _run(change: Callable, said: str) -> None:
        try:
            with make_engine().begin() as connection:
                change(connection)
        except AccountError as error:
            _fail(console, error)
        if said:
            console.print(said, highlight=False)

    return group


def _sessions(make_engine: Callable[[], Engine], console: Console) -> typer.Typer:
    from data_access import accounts, audit, sessions

    group = _group("Open sessions.")

    @group.command(name="list")
    def list_sessions() -> None:
        """All live sessions, newest first."""
        import settings as configuration

        settings = configuration.load()
        limits = sessions.Limits(settings.session_idle_minutes, settings.session_hours)
        table = Table("id", "user", "role", "method", "begun (UTC)", "seen (UTC)", "agent")
        with make_engine().begin() as connection:
            for row in sessions.listing(connection, limits):
                table.add_row(
                    str(row.id),
                    row.login or f"demo: {row.demo_account}",
                    row.role or "",
                    row.method,
                    row.created_at[:16],
                    row.seen_at[:16],
                    row.agent,
                )
        console.print(table)

    @group.command()
    def end(
        session: int = typer.Argument(0, help="Number of a session."),
        user: str = typer.Option("", help="All sessions of this login."),
        author: str = AUTHOR,
    ) -> None:
        """End a session, or all of a user."""
        who = _actor(author)
        with make_engine().begin() as connection:
            if user:
                row = accounts.by_login(connection, user)
                ended = accounts.end_sessions(connection, row.id, "ended by an administrator") if row else 0
            else:
                ended = sessions.end(connection, session, "ended by an administrator")
            if ended:
                audit.record(
                    connection,
                    audit.SESSION_ENDED,
                    who=who.who,
                    role=who.role,
                    origin=who.origin,
                    unit=user,
                    detail={"sessions": ended, "session": session},
                )
        console.print(f"Beigtas sesijas | ended: {ended}")
        if not ended:
            raise typer.Exit(1)

    return group


def _audit(make_engine: Callable[[], Engine], console: Console) -> typer.Typer:
    from data_access import audit

    group = _group("The audit record.")

    @group.command()
    def verify(
        anchor: str = typer.Option(
            "", help="NUMBER:HASH noted earlier (log, last verify) that must still stand in the chain."
        ),
    ) -> None:
        """Walk the whole chain; exit code 1 when a record was changed, removed or added."""
        noted = None
        if anchor:
            number, _colon, digest = anchor.partition(":")
            if not number.isdigit() or len(digest) != 64:
                _fail(console, ValueError("--anchor NUMURS:JAUCĒJVĒRTĪBA | NUMBER:HASH"))
            noted = (int(number), digest)
        with make_engine().begin() as connection:
            verdict = audit.verify(connection, noted)
        if not verdict.whole:
            _fail(console, ValueError(verdict.fault))
        console.print(
            f"Vesels | whole: {verdict.records} ieraksti | records; pierakstiet | note: "
            f"{verdict.records}:{verdict.head}",
            highlight=False,
            soft_wrap=True,
        )

    @group.command(name="list")
    def list_records(
        limit: int = 50,
        what: str = typer.Option("", help=", ".join(audit.EVENTS)),
        who: str = typer.Option("", help="Login."),
        unit: str = typer.Option("", help="What it was done to."),
    ) -> None:
        """Newest records."""
        with make_engine().begin() as connection:
            for row in audit.newest(connection, limit, what=what, who=who, unit=unit):
                fields = (
                    row.id, row.at[:19], row.who, row.role, row.scope, row.what, row.unit, row.result, row.origin,
                    row.detail,
                )  # fmt: skip
                console.print(
                    " | ".join(str(field) for field in fields), highlight=False, markup=False, soft_wrap=True
                )

    return group
