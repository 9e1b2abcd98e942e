"""One-click demo sign-ins and signing out. Accounts come later behind the same two routes."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, redirect, request

from access.door import route
from access.session import sign_in, sign_out


def install(server: Flask) -> None:
    """Add the two routes; both answer only to a same-origin POST."""

    @route(server, "/pieslegties", methods=("POST",))
    def begin_session() -> Response:
        if not sign_in(request.form.get("account", "")):
            abort(404)
        return redirect(_own(request.form.get("next", "/")), 303)

    @route(server, "/iziet", methods=("POST",))
    def end_session() -> Response:
        sign_out()
        response = redirect(_own(request.form.get("next", "/")), 303)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _own(address: str) -> str:
    """The address when it is a path of this site, else the front page."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith(("//", "/\\")):
        return "/"
    return address
