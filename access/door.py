"""Every request passes here first: deny by default, same origin for anything that changes, headers on the way out."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from dash import Dash
from flask import Flask, Response, abort, g, request
from werkzeug.exceptions import HTTPException

from .callbacks import check_request
from .session import current_scope

log = structlog.get_logger("ikms")

# Endpoints of Dash that may answer; everything else must be registered with `route`.
_DASH_OPEN = {"/_dash-layout", "/_dash-dependencies", "/_favicon.ico", "/_reload-hash"}
_allowed: dict[str, frozenset[str]] = {}


def route(
    server: Flask, rule: str, *, methods: tuple[str, ...] = ("GET",), roles: frozenset[str] | None = None
):
    """Register a plain route and put it on the allow-list. roles: None means everybody."""

    def register(function: Callable) -> Callable:
        server.add_url_rule(rule, endpoint=function.__name__, view_func=function, methods=list(methods))
        _allowed[function.__name__] = roles or frozenset()
        return function

    return register


def install(app: Dash, is_page: Callable[[str], bool]) -> None:
    """Put the door in front of the application. `is_page`: whether a path may be answered with HTML."""
    server = app.server

    @server.before_request
    def _enter():
        g.request_id = secrets.token_hex(6)
        path = request.path
        if request.method not in ("GET", "HEAD"):
            _same_origin()
        if path == "/_dash-update-component":
            if request.method != "POST":
                abort(405)
            check_request(app)
            return
        if request.endpoint in _allowed:
            roles = _allowed[request.endpoint]
            if roles and current_scope().role not in roles:
                abort(404)
            return
        if request.method not in ("GET", "HEAD"):
            abort(405 if path in _DASH_OPEN or is_page(path) else 404)
        if path == "/_reload-hash":
            abort(404)
        if path in _DASH_OPEN or path.startswith(("/_dash-component-suites/", "/assets/")):
            return
        if path == "/healthz":
            return
        if path.startswith("/_") or request.endpoint is None:
            abort(404)
        # What is left is Dash's catch-all: our pages, or a 404 page with our shell.

    @server.after_request
    def _leave(response: Response) -> Response:
        status = g.pop("page_status", None)
        if status:
            response.status_code = status
        if response.mimetype in ("text/html", "application/json", "text/csv"):
            signed_in = g.get("ikms_scope") is not None and g.ikms_scope.signed_in
            response.headers.setdefault("Cache-Control", "no-store" if signed_in else "no-cache")
            response.headers.setdefault("Vary", "Cookie")
        if "release_id" in g:
            response.headers["X-Release"] = str(g.release_id)
        return response


def _same_origin() -> None:
    """Refuse a changing request that another site could have sent."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            abort(403)
        return
    origin = request.headers.get("Origin")
    if origin is None or origin.split("://", 1)[-1] != request.host:
        abort(403)


def install_errors(server: Flask, page: Callable[[int, str, str], str]) -> None:
    """Generic answers for faults: an id for the reader, the details in the log, values in neither.

    page: (status, request id, language) -> HTML.
    """
    from .pages import language_of

    def _answer(status: int) -> tuple[object, int]:
        request_id = g.get("request_id", "")
        if request.path.startswith("/_dash") or request.accept_mimetypes.best == "application/json":
            return {"error": status, "id": request_id}, status
        return page(status, request_id, language_of(request.path)), status

    @server.errorhandler(HTTPException)
    def _http(error: HTTPException):
        return _answer(error.code or 500)

    @server.errorhandler(Exception)
    def _fault(error: Exception):
        log.error(
            "fault",
            request=g.get("request_id"),
            path=request.path if len(request.path) < 200 else request.path[:200],
            kind=type(error).__name__,
            where=_where(error),
        )
        return _answer(500)


def _where(error: Exception) -> str:
    """File and line of the fault, without the message, which may hold values."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = (
            f"{code.co_filename.rsplit('/', 2)[-2]}/{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        )
        trace = trace.tb_next
    return place
