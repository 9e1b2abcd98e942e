"""Readers with accounts, for tests: made through the same functions as the command line and the web."""

from __future__ import annotations

import pyotp

from access import passwords, totp
from data_access import accounts
from data_access.accounts import Given
from data_access.audit import Actor

SAME = {"Sec-Fetch-Site": "same-origin"}
PASSWORD = "tīra ūdens glāze pie loga"
ACTOR = Actor("test", origin="test")


class Readers:
    """Makes accounts in an application's database and signs in with them."""

    def __init__(self, app) -> None:
        self.app = app
        self.identity = app.server.extensions["ikms_identity"]
        self.secrets: dict[str, str] = {}
        self._digest = passwords.digest(PASSWORD)

    def add(self, login: str, *given: Given, code: bool = False, must_change: bool = False) -> int:
        """An account with roles; with `code` it has a code generator. Returns its number."""
        with self.identity.desk.write() as connection:
            number = accounts.add(
                connection,
                ACTOR,
                login=login,
                name=f"Name of {login}",
                password_hash=self._digest,
                must_change=must_change,
            )
            for one in given:
                accounts.assign(connection, ACTOR, login, one)
            if code:
                self.secrets[login] = totp.new_secret()
                accounts.begin_totp(connection, number, self.identity.keys.encrypt(self.secrets[login]))
                accounts.confirm_totp(connection, ACTOR, number, 1, login=login)
        return number

    def client(self, base: str = "http://localhost"):
        """A browser."""
        return self.app.server.test_client()

    def sign_in(
        self, login: str, *, client=None, password: str = PASSWORD, code: str | None = None, agent: str = ""
    ):
        """A browser that has tried to sign in, and the answer."""
        client = client or self.client()
        if code is None:
            code = pyotp.TOTP(self.secrets[login]).now() if login in self.secrets else ""
        answer = client.post(
            "/pieslegties",
            data={"login": login, "password": password, "code": code, "next": "/latvija"},
            headers={**SAME, "User-Agent": agent},
        )
        return client, answer


def token(client) -> str | None:
    """The session token that a browser holds."""
    cookie = client.get_cookie("ikms_session")
    return cookie.value if cookie else None
