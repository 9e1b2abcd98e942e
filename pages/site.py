"""The site around the pages: navigation, the HTML document of each first answer, the router callback."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import dash
import structlog
from dash import Input, Output
from dash.development.base_component import Component
from flask import Response, g, request
from markupsafe import Markup

from access.callbacks import guarded_callback, optional, text
from access.door import route
from access.pages import REGISTRY, Fragment, Match, Renderer, language_of, match, url
from access.session import current_scope, current_session, demo_accounts, own_path
from components.shell import Link, Shell, document
from components.view import View
from data_access.reading import NoRelease
from language import numbers
from language.messages import translate as t
from language.messages import translate_plural as tn

log = structlog.get_logger("ikms")
_DATA_TABLE = re.compile(r'<script src="[^"]*/dash_table/[^"]*"></script>')
ASSETS = Path(__file__).resolve().parents[1] / "assets"

# Navigation in reading order: (page, text) or (text, [(page, text) …]); pages that do not exist are left out.
NAVIGATION: list = [
    ("home", "Home"),
    ("institutions", "Institution"),
    ("municipalities", "Municipality"),
    ("national", "Latvia"),
    (
        "Topics",
        [
            ("risks", "Risks"),
            ("absence", "Absence"),
            ("unregistered", "Children not registered"),
            ("unified_school", "Unified school"),
            ("graduates_higher", "Graduates: higher education"),
            ("graduates_vocational", "Graduates: vocational education"),
            ("graduates_career", "After graduation"),
            ("quality", "Quality evaluation"),
            ("supervision", "Supervision"),
        ],
    ),
    ("methodology", "Data and method"),
]
FOOTER = [
    ("help", "How to read"),
    ("methodology", "Data and method"),
    ("open_data", "Open data"),
    ("data_quality", "Data quality"),
    ("agreement", "Agreement with the report"),
    ("accessibility", "Accessibility"),
]


def _links(lang: str) -> list[Link]:
    links = []
    for first, second in NAVIGATION:
        if isinstance(second, str):
            if first in REGISTRY:
                links.append(Link(t(second, lang), url(first, lang)))
            continue
        children = [Link(t(label, lang), url(name, lang)) for name, label in second if name in REGISTRY]
        if children:
            links.append(Link(t(first, lang), "", children))
    if (
        "steward" in REGISTRY
        and current_scope().role in REGISTRY["steward"].roles
        and current_scope().signed_in
    ):
        links.append(Link(t("Data loading", lang), url("steward", lang)))
    return links


@cache
def asset(name: str) -> str:
    """Address of an own asset with its content hash, so that it may be cached for a year."""
    digest = hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:12]
    return f"/assets/{name}?v={digest}"


@cache
def _own_styles() -> list[str]:
    """Our style sheets, in the order of their names."""
    return sorted(path.name for path in ASSETS.glob("[0-9]*.css"))


def _unit(scope, lang: str) -> tuple[str, str]:
    """Name of a scope's unit or role, and the language it is in: institutions have a Latvian name alone."""
    if lang == "lv" or scope.sees_all:
        return t(scope.label, lang), lang
    return (scope.label_en, lang) if scope.label_en else (scope.label, "lv")


def _account(scope, lang: str) -> tuple[str, str]:
    """What stands beside the sign-out button: the unit of the role, or the name while there is no role; its language."""
    if scope.signed_in:
        return _unit(scope, lang)
    row = current_session()
    return (row.name, lang) if row is not None else ("", lang)


def _return_path(path: str) -> str:
    return "/" if path.removeprefix("/en").startswith(("/pieslegties", "/konts")) else path[:300]


def _other_language(path: str, lang: str) -> str:
    if lang == "lv":
        return "/en" if path == "/" else f"/en{path}"
    return own_path(path.removeprefix("/en"))  # /en//elsewhere would become another host


class Site:
    """Everything that is the same on all pages, for one application."""

    def __init__(self, renderer: Renderer, settings, bundle: dict[str, str | None]) -> None:
        self.renderer = renderer
        self.settings = settings
        self.bundle = bundle
        self.release_line: Callable[[str], tuple[bool, str]] = lambda lang: (False, "")
        self.dictionary_href: Callable[[str], str] = lambda lang: ""

    def shell(self, lang: str, title: str, description: str, *, graphs: bool, status: int = 200) -> Shell:
        """The shell of the current request."""
        scope = current_scope()
        synthetic, release_text = self.release_line(lang)
        full = request.full_path.rstrip("?")
        account, account_lang = _account(scope, lang)
        styles = [self.bundle["styles"]] if self.bundle.get("styles") else self._separate_styles()
        plotly = [address for address in (self.bundle.get("plotly"), self.bundle.get("locale")) if address]
        return Shell(
            lang=lang,
            title=title,
            description=description,
            path=full,
            links=_links(lang),
            home_href=url("home", lang),
            search_href=url("institutions", lang),
            other_href=_other_language(full, lang),
            sign_in_href=url("sign_in", lang, talak=_return_path(full)),
            account=account,
            account_lang=account_lang,
            account_href=url("account", lang),
            role=scope.role,
            accounts=[(key, *_unit(one, lang)) for key, one in demo_accounts().items()]
            if self.settings.demo
            else [],
            synthetic=synthetic,
            footer_links=[
                Link(t(label, lang), url(name, lang)) for name, label in FOOTER if name in REGISTRY
            ],
            release_text=release_text,
            icon=asset("icon.svg"),
            styles=styles,
            script=asset("ikms.js"),
            chart_scripts=plotly,
            dictionary=self.dictionary_href(lang),
            charts=graphs,
            robots="index, follow" if status == 200 and current_session() is None else "noindex",
        )

    def _separate_styles(self) -> list[str]:
        """Without the joined sheet: Bootstrap, then our own in the order of their names."""
        first = [self.bundle["bootstrap"]] if self.bundle.get("bootstrap") else []
        return first + [asset(name) for name in _own_styles()]

    def html(self, view: View, dash_parts: dict[str, Markup] | None) -> str:
        """The document for a view."""
        shell = self.shell(
            view.lang,
            view.window_title or view.title,
            view.description or str(view.lead),
            graphs=view.has_graphs,
            status=view.status,
        )
        return document(shell, view.to_html(), dash_parts)

    def error_page(self, status: int, request_id: str, lang: str) -> str:
        """HTML for a refused or failed request."""
        return self.html(error_view(status, request_id, lang, g.get("retry_after", 0)), None)


def error_view(status: int, request_id: str, lang: str, wait: int = 0) -> View:
    """What the reader sees when there is no answer: what happened, what to do, an id to quote. wait: seconds, of 429."""
    ways = [Link(t("Home", lang), url("home", lang))]
    if status == 404:
        title = t("There is no such page", lang)
        lead = t("Check the address, or find the institution or municipality with the search above.", lang)
        ways += [  # the same for every reader, or the page would tell what exists
            Link(t("All institutions", lang), url("institutions", lang)),
            Link(t("Sign in, if the page is for signed-in readers", lang), url("sign_in", lang)),
        ]
    elif status >= 500:
        title = t("The page could not be prepared", lang)
        lead = t("Reload in a moment. If it happens again, write to us and quote {id}.", lang, id=request_id)
    elif status == 429:
        title = t("Too many requests", lang)
        minutes = max(1, -(-wait // 60))
        lead = tn("Wait {n} minute and try again.", "Wait {n} minutes and try again.", minutes, lang)
    elif status == 413:
        title = t("What was sent is too large", lang)
        lead = t("A data file may have up to 32 MB, everything else up to 1 MB. Go back and send less.", lang)
    elif status == 403:
        title = t("The request was refused", lang)
        lead = t(
            "It did not come from a page of this site. Open the page here and send the form again.", lang
        )
    else:
        title = t("The request was refused", lang)
        lead = t(
            "Go back and try again. If it happens again, write to us and quote {id}.", lang, id=request_id
        )
    items = Markup("").join(Markup('<li><a href="{}">{}</a></li>').format(way.href, way.text) for way in ways)
    body = [Markup('<ul class="ways-on">{}</ul>').format(items)]
    return View(title=title, lead=lead, body=body, lang=lang, status=status)


def not_found(path: str, lang: str) -> View:
    """The 404 view; the same for what does not exist and for what this reader may not see."""
    return error_view(404, "", lang)


class Address(Component):
    """Where the browser's script puts the address whose charts Dash is to draw; shows nothing (assets/ikms.js)."""

    _namespace = "ikms"
    _type = "Address"
    _children_props: list = []
    _base_nodes = ["children"]

    def __init__(self, id: str) -> None:
        self._prop_names = ["id", "pathname", "search"]
        self._valid_wildcard_attributes: list = []
        self.available_properties = self._prop_names
        self.available_wildcard_properties: list = []
        super().__init__(id=id)


class Panel(dash.Dash):
    """Dash whose first answer already holds the page."""

    site: Site

    def index(self, *args, **kwargs):
        """The first answer of every address without a route of its own; forms of accounts come without Dash."""
        found = match(request.path)
        if found is not None and not found.page.released and current_scope().role in found.page.roles:
            return self.site.html(self._view(), None)
        return super().index(*args, **kwargs)

    def _view(self) -> View:
        view = self.site.renderer.view(
            request.path, request.query_string.decode("utf-8", "replace"), current_scope()
        )
        g.page_status = view.status
        if view.release_id:
            g.release_id = view.release_id
        return view

    def interpolate_index(self, **parts) -> str:
        """Called by Dash for its index: render the page into the document."""
        view = self._view()
        # Dash always asks for its data table, which this house does not use.
        parts["scripts"] = _DATA_TABLE.sub("", parts["scripts"])
        return self.site.html(
            view,
            {key: Markup(parts[key]) for key in ("config", "scripts", "renderer", "app_entry")},  # nosec B704 # made by Dash, no value of a reader
        )


def install_fragments(server, renderer: Renderer) -> None:
    """The route that answers navigation: the page's HTML, to be put into the page that is already open.

    `X-View: charts` says that the page has charts to explore: Dash draws them into it (`register_router`).
    """

    @route(server, "/skats/", limit=("callback", "page"))
    @route(server, "/skats/<path:page>", limit=("callback", "page"))
    def fragment(page: str = "") -> Response:
        found = renderer.fragment(
            f"/{page}", request.query_string.decode("utf-8", "replace"), current_scope()
        )
        if found.release_id:
            g.release_id = found.release_id
        # A session that has ended meanwhile shows here: the frame around the page must change with it.
        reader = {"X-Reader": current_scope().role}
        if found.charts:
            reader["X-View"] = "charts"
        content, encoding = _encoded(found)
        answer = Response(content, status=found.status, mimetype="text/html", headers=reader)
        if encoding:
            answer.headers["Content-Encoding"] = encoding
        answer.headers["Vary"] = "Cookie, Accept-Encoding, Available-Dictionary"
        answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer


def _encoded(found: Fragment) -> tuple[bytes | str, str]:
    """The answer as this browser reads it, and its encoding; without one Flask-Compress may choose another."""
    accepted = request.accept_encodings
    if accepted["dcz"] and request.headers.get("Available-Dictionary") == found.dictionary.header:
        return found.packed, "dcz"
    if accepted["zstd"]:
        return found.plain, "zstd"
    return found.html, ""


def register_router(app: Panel) -> None:
    """The callback of a page's charts: address in, charts out; the browser's script asks for it."""

    @guarded_callback(
        Output("page", "children"),
        Input("url", "pathname"),
        Input("url", "search"),
        checks={
            "url.pathname": text(r"/[^\x00-\x1f]*", 300),
            "url.search": optional(text(r"(\?[^\x00-\x1f]*)?", 2000)),
        },
        prevent_initial_call=True,
    )
    def show_charts(pathname: str, search: str | None) -> list:
        view = app.site.renderer.view(pathname, search or "", current_scope())
        if view.release_id:
            g.release_id = view.release_id
        return view.charts()


def release_line(engine) -> Callable[[str], tuple[bool, str]]:
    """Function of the language: (are the data synthetic, line for the footer)."""
    from data_access.reading import current_release

    def line(lang: str) -> tuple[bool, str]:
        release = g.get("release")  # the one that the page was read from
        if release is None:
            try:
                with engine.begin() as connection:
                    release = current_release(connection)
            except NoRelease:
                return False, t("Nothing has been published yet.", lang)
        return release.synthetic, t(
            "Release {id}, data as of {as_of}, published {created}.",
            lang,
            id=release.id,
            as_of=numbers.date_short(release.as_of, lang),
            created=numbers.date_short(release.created_at[:10], lang),
        )

    return line


__all__ = ["Match", "Panel", "Site", "error_view", "language_of", "match", "not_found", "register_router"]
