"""Scripts, styles and geometry answered before Flask: compressed ahead, cached for a year, with safe headers.

`assets/built/` is made by `python -m bundle.build` (docs/bundle.md). Without it everything still works, only
slower: Dash sends its own plotly.js and compresses on the way.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Mapping
from pathlib import Path
from wsgiref.headers import Headers

import structlog
from dash import Dash
from dash.fingerprint import check_fingerprint
from flask import Response
from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile
from whitenoise.string_utils import decode_path_info

ASSETS = Path(__file__).resolve().parents[1] / "assets"
BUILT = ASSETS / "built"

FOREVER = "public, max-age=31536000, immutable"
ASK_FIRST = "public, no-cache"  # kept, but the browser asks whether it is still the same
DASH_PLOTLY = "plotly/package_data/plotly.min.js"

log = structlog.get_logger("ikms")


# --- the bundle --------------------------------------------------------------------------------------------


def read_manifest(built: Path = BUILT) -> dict:
    """What the last build made; {} when there is none, it cannot be read, or one of its files is gone."""
    try:
        manifest = json.loads((built / "manifest.json").read_bytes())
        if all(
            (built / entry["name"]).stat().st_size == entry["bytes"] for entry in manifest["files"].values()
        ):
            return manifest
    except (OSError, ValueError, LookupError, TypeError):
        pass
    return {}


def bundle_available(built: Path = BUILT) -> bool:
    """True when the browser files have been built."""
    return bool(read_manifest(built))


def fingerprint(path: Path) -> str:
    """Short content hash; `<address>?v=<fingerprint>` may be cached for a year."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def bundle_urls(prefix: str = "/assets/", assets: Path = ASSETS) -> dict[str, str | None]:
    """Addresses of the built files, None for what is not there.

    plotly: script that defines window.Plotly (None: Dash fetches its own). bootstrap: style sheet. locale:
    script with Latvian for plotly.js, to be loaded before it; part of `plotly`, so None when that is built.
    licences: text with the licence of every package in the bundle.
    """
    urls: dict[str, str | None] = dict.fromkeys(("plotly", "bootstrap", "licences", "locale", "styles"))
    files = read_manifest(assets / "built").get("files", {})
    urls |= {key: f"{prefix}built/{entry['name']}" for key, entry in files.items()}
    urls["styles"] = _joined_styles(prefix, assets) if urls["bootstrap"] else None
    locale = assets / "plotly-locale-lv.js"
    if urls["plotly"] is None and locale.is_file():
        urls["locale"] = f"{prefix}{locale.name}?v={fingerprint(locale)}"
    return urls


def _joined_styles(prefix: str, assets: Path) -> str | None:
    """Address of the one style sheet when it was built from the style sheets as they are now."""
    manifest = read_manifest(assets / "built")
    parts = [assets / "built" / manifest["files"]["bootstrap"]["name"], *sorted(assets.glob("[0-9]*.css"))]
    digest = hashlib.sha256(b"\n".join(part.read_bytes() for part in parts)).hexdigest()[:12]
    name = f"site-{digest}.css"
    return f"{prefix}built/{name}" if (assets / "built" / name).is_file() else None


# --- serving -----------------------------------------------------------------------------------------------


class _File:
    """One address: its answers with a long and a short life, made when it is first asked for and when the file changes."""

    def __init__(self, path: Path, server: StaticFiles, *, named_by_content: bool = False) -> None:
        self.path, self.server, self.named_by_content = path, server, named_by_content
        self.seen: tuple[int, int] | None = None

    def _read(self) -> None:
        status = self.path.stat()
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        self.queries = {f"v={digest[:12]}", f"m={int(status.st_mtime)}"}
        self.forever = self.server.answer(self.path, digest, FOREVER)
        self.ask_first = self.server.answer(self.path, digest, ASK_FIRST)
        self.seen = (
            status.st_mtime_ns,
            status.st_size,
        )  # last: another thread reads the answers from here on

    def current(self, query: str, stamped: bool) -> StaticFile:
        """The answer for this query string; `stamped`: the address itself changes with the content."""
        status = self.path.stat()
        if (status.st_mtime_ns, status.st_size) != self.seen:
            self._read()
        if stamped or self.named_by_content or query in self.queries:
            return self.forever
        return self.ask_first


class StaticFiles(WhiteNoise):
    """WSGI application in front of Flask for files that are the same for every reader.

    It knows its addresses from the start and passes everything else on. Compressed copies lie in
    `built/packed/` under the hash of the content, so a stale copy is never sent.
    """

    def __init__(
        self,
        application,
        *,
        assets: Path = ASSETS,
        prefix: str = "/assets/",
        suites: str = "/_dash-component-suites/",
        plotly: str | None = None,
        extra: Mapping[str, Path] | None = None,
        https: bool = False,
    ) -> None:
        super().__init__(application, mimetypes={".geojson": "application/geo+json"}, allow_all_origins=False)
        self.built = assets / "built"
        self.https = https
        self.suites = suites
        self.plotly = plotly
        self.known: dict[str, _File] = {}
        manifest = read_manifest(self.built)
        built = [entry["name"] for entry in manifest.get("files", {}).values()]
        for name in (*built, manifest.get("styles")):
            if name:
                self.known[f"{prefix}built/{name}"] = _File(self.built / name, self, named_by_content=True)
        for path in assets.rglob("*"):
            if path.is_file() and self.built not in path.parents and not path.name.startswith("."):
                self.known[prefix + path.relative_to(assets).as_posix()] = _File(path, self)
        for name, path in (extra or {}).items():
            self.known[prefix + name] = _File(path, self)
        spec = importlib.util.find_spec("dash")
        dash_folder = Path(spec.origin).parent if spec and spec.origin else None
        for name in manifest.get("suites", ()):
            path = dash_folder / name.removeprefix("dash/") if dash_folder else None
            if path and path.is_file():
                self.known[suites + name] = _File(path, self)

    def answer(self, path: Path, digest: str, caching: str) -> StaticFile:
        """WhiteNoise's form of one file with its compressed copies and headers."""
        headers = Headers([("Cache-Control", caching), ("ETag", f'"{digest[:20]}"')])
        self.add_mime_headers(headers, str(path), path.name)
        for name, value in _safe_headers(self.https).items():
            headers[name] = value
        headers["Content-Security-Policy"] = NOTHING
        if path.suffix == ".svg":  # opened on its own, a picture may not run anything
            headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        packed = self.built / "packed" / digest
        return StaticFile(
            str(path), headers.items(), encodings={"br": f"{packed}.br", "gzip": f"{packed}.gz"}
        )

    def __call__(self, environ, start_response):
        path = decode_path_info(environ.get("PATH_INFO", ""))
        stamped = False
        if path.startswith(self.suites):
            path, stamped = check_fingerprint(path)
            if self.plotly and path == self.suites + DASH_PLOTLY:
                # Dash asks for its own plotly.js when a chart appears before ours has arrived: same file, once.
                headers = [("Location", self.plotly), ("Cache-Control", "no-cache"), ("Content-Length", "0")]
                headers += [*_safe_headers(self.https).items(), ("Content-Security-Policy", NOTHING)]
                start_response("307 Temporary Redirect", headers)
                return []
        file = self.known.get(path) if environ.get("REQUEST_METHOD") in ("GET", "HEAD") else None
        if file is None:
            return self.application(environ, start_response)
        try:
            return self.serve(file.current(environ.get("QUERY_STRING", ""), stamped), environ, start_response)
        except OSError:  # removed since the start
            return self.application(environ, start_response)


# --- headers -----------------------------------------------------------------------------------------------


NOTHING = "default-src 'none'; frame-ancestors 'none'"  # policy of everything that is not a page


def _safe_headers(https: bool) -> dict[str, str]:
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def content_security_policy(app: Dash, *, https: bool = False) -> str:
    """The policy for HTML answers: nothing from other hosts, no inline script but those Dash writes itself.

    Asked at each answer, not at start-up: Dash adds an inline script when it handles its first request.
    Styles stay open: Dash's components and plotly.js write style elements.
    """
    directives = [
        "default-src 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "img-src 'self' data: blob:",
        "worker-src 'self' blob:",
        " ".join(["script-src 'self'", *dict.fromkeys(app.csp_hashes())]),
        "style-src 'self' 'unsafe-inline'",
    ]
    if https:
        directives.append("upgrade-insecure-requests")
    return "; ".join(directives)


def security_headers(response: Response, app: Dash, *, https: bool = False) -> Response:
    """Add the safe headers to an answer of Flask; a header that a route has set itself is left alone."""
    headers = response.headers
    for name, value in _safe_headers(https).items():
        headers.setdefault(name, value)
    if "Content-Security-Policy" not in headers:
        html = response.mimetype == "text/html"
        headers["Content-Security-Policy"] = content_security_policy(app, https=https) if html else NOTHING
    return response


# --- the one call ------------------------------------------------------------------------------------------


def install(app: Dash, *, https: bool = False, extra: Mapping[str, Path] | None = None) -> None:
    """Serve static files in front of `app` and put the safe headers on everything else.

    Call it once, last: files that appear in the assets folder later are served by Dash. extra: further files
    under the assets address, name -> path ({"novadi.json": settings.geometry}).
    """
    assets = Path(os.path.abspath(app.config.assets_folder))
    if not bundle_available(assets / "built"):
        log.warning("browser files not built", effect="slower pages", cure="python -m bundle.build")
    root = app.config.routes_pathname_prefix
    app.server.wsgi_app = StaticFiles(
        app.server.wsgi_app,
        assets=assets,
        prefix=f"{root}{app.config.assets_url_path.strip('/')}/",
        suites=f"{root}_dash-component-suites/",
        plotly=bundle_urls(app.get_asset_url(""), assets)["plotly"],
        extra=extra,
        https=https,
    )

    @app.server.after_request
    def _headers(response: Response) -> Response:
        return security_headers(response, app, https=https)
