"""Every request passes here first: deny by default, same origin for anything that changes, headers on the way out."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from dash import Dash
from dash.fingerprint import check_fingerprint
from flask import Flask, Response, abort, g, request
from werkzeug.exceptions import HTTPException, TooManyRequests

from .callbacks import check_request
from .limits import Limits
from .session import current_scope, record_slowed

log = structlog.get_logger("ikms")

# Endpoints of Dash that may answer; everything else must be registered with `route`.
_DASH_OPEN = {"/_dash-layout", "/_dash-dependencies", "/_favicon.ico", "/_reload-hash"}
_SUITES = "/_dash-component-suites/"
_allowed: dict[str, frozenset[str]] = {}
_limited: dict[str, tuple[str, ...]] = {}


def route(
    server: Flask,
    rule: str,
    *,
    methods: tuple[str, ...] = ("GET",),
    roles: frozenset[str] | None = None,
    limit: str | tuple[str, ...] = (),
):
    """Register a plain route and put it on the allow-list. roles: None means everybody. limit: kinds of `Limits`."""

    def register(function: Callable) -> Callable:
        server.add_url_rule(rule, endpoint=function.__name__, view_func=function, methods=list(methods))
        _allowed[function.__name__] = roles or frozenset()
        if limit:
            _limited[function.__name__] = (limit,) if isinstance(limit, str) else limit
        return function

    return register


def install(app: Dash, is_page: Callable[[str], bool], limits: Limits) -> None:
    """Put the door in front of the application. `is_page`: whether a path may be answered with HTML."""
    server = app.server

    def _count(kind: str) -> None:
        scope = current_scope()
        reader = f"{scope.user}@{request.remote_addr}" if scope.signed_in else str(request.remote_addr)
        wait = limits.wait(kind, reader, signed_in=scope.signed_in)
        if wait:
            log.warning("too many requests", kind=kind, role=scope.role, request=g.request_id)
            if limits.worth_a_record(kind, reader, signed_in=scope.signed_in):
                record_slowed(kind)
            g.retry_after = wait
            raise TooManyRequests(retry_after=wait)

    @server.before_request
    def _enter():
        g.request_id = secrets.token_hex(6)
        path = request.path
        if request.method == "OPTIONS":  # Flask would answer it for every rule
            abort(405)
        if request.method not in ("GET", "HEAD"):
            _same_origin()
        if "\x00" in path:
            abort(404)
        if path == "/_dash-update-component":
            if request.method != "POST":
                abort(405)
            _count("callback")
            _count("page")
            check_request(app)
            return
        if request.endpoint in _allowed:
            roles = _allowed[request.endpoint]
            if roles and current_scope().role not in roles:
                abort(404)
            if request.endpoint in _limited:
                for kind in _limited[request.endpoint]:
                    _count(kind)
            return
        if request.method not in ("GET", "HEAD"):
            abort(405 if path in _DASH_OPEN or is_page(path) else 404)
        if path == "/_reload-hash":
            abort(404)
        if path in _DASH_OPEN or path.startswith("/assets/"):
            return
        if path.startswith(_SUITES):
            if not _registered(app, path.removeprefix(_SUITES)):
                abort(404)  # Dash itself would fail
            return
        if path == "/healthz":
            return
        if path.startswith("/_") or request.endpoint is None:
            abort(404)
        # What is left is Dash's catch-all: our pages, or a 404 page with our shell.
        _count("page")

    @server.after_request
    def _leave(response: Response) -> Response:
        status = g.pop("page_status", None)
        if status:
            response.status_code = status
        cookies = "ikms_cookie" in g or "Set-Cookie" in response.headers
        if g.get("ikms_session") is not None or cookies or request.method not in ("GET", "HEAD"):
            response.headers["Cache-Control"] = "no-store"
        else:
            response.headers.setdefault("Cache-Control", "no-cache")
        response.headers.setdefault("Vary", "Cookie")
        if "release_id" in g:
            response.headers["X-Release"] = str(g.release_id)
        return response


def _registered(app: Dash, path: str) -> bool:
    """Whether this is a file of a component package that the application uses."""
    package, _, file = path.partition("/")
    file, _fingerprinted = check_fingerprint(file)
    return file in app.registered_paths.get(package, ())


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

    def _language() -> str:
        """Of the address; forms and files have none of their own and are answered in that of the page they came from."""
        before = urlsplit(request.referrer or "")
        ours = before.netloc == request.host
        return (
            language_of(before.path)
            if ours and language_of(request.path) == "lv"
            else language_of(request.path)
        )

    def _answer(status: int) -> tuple[object, int]:
        request_id = g.get("request_id", "")
        if request.path.startswith("/_dash") or request.accept_mimetypes.best == "application/json":
            return {"error": status, "id": request_id}, status
        return page(status, request_id, _language()), status

    @server.errorhandler(HTTPException)
    def _http(error: HTTPException):
        content, status = _answer(error.code or 500)
        if isinstance(error, TooManyRequests):
            return content, status, {"Retry-After": str(error.retry_after)}
        return content, status

    @server.errorhandler(Exception)
    def _fault(error: Exception):
        log.error(
            "fault",
            request=g.get("request_id"),
            endpoint=request.url_rule.rule if request.url_rule else None,
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
