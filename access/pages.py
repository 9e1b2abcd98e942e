"""The register of pages: address in both languages, allowed parameters, roles, and the function that answers.

Dash's own page router takes the first template that matches greedily (/skola/<reg_no> would swallow
/skola/<reg_no>/kas-butu), answers 200 for unknown addresses and runs unguarded; so addresses are matched
here by werkzeug's router, for the first HTML answer, for navigation and for exports alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from flask import g, has_request_context
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect

from data_access.scope import ROLES, Scope

from .rules import LateRule
from .session import record_view

if TYPE_CHECKING:
    from components.view import View
    from data_access.engine import Planes
    from data_access.packing import Dictionary
    from data_access.reading import Reader

LANGUAGES = ("lv", "en")
PUBLIC_VIEWS = 128
PUBLIC_FRAGMENTS = 2048  # some 3 kB each, and 6 kB more where a browser without the dictionary has asked


class NotFound(LookupError):
    """No such unit, or not for this reader; both answer the same 404."""


@dataclass(frozen=True)
class Request:
    """What a page's view function gets: reader, language, checked parameters and its own address."""

    reader: Reader
    lang: str
    params: Mapping[str, str]
    page: str
    settings: object

    @property
    def scope(self) -> Scope:
        return self.reader.scope

    def url(self, page: str, lang: str | None = None, /, **params: object) -> str:
        """Address of a page; parameters of the path are filled, the others become the query."""
        return url(page, lang or self.lang, **params)

    def here(self, **changes: object) -> str:
        """This page's address with parameters changed; None removes one."""
        merged = {**self.params, **changes}
        return url(self.page, self.lang, **{k: v for k, v in merged.items() if v is not None})

    @property
    def address(self) -> str:
        """This page's own path and query."""
        return self.here()


@dataclass(frozen=True)
class Page:
    """A registered page. stored: publication writes its usual view of each institution beforehand."""

    name: str
    path: str
    view: Callable[[Request], View]
    params: Mapping[str, re.Pattern[str]]
    roles: frozenset[str]
    released: bool = True
    path_params: frozenset[str] = field(default_factory=frozenset)
    stored: bool = False


REGISTRY: dict[str, Page] = {}


def page(
    name: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    roles: tuple[str, ...] = ROLES,
    released: bool = True,
    stored: bool = False,
) -> Callable:
    """Register a page's view function.

    path: Latvian path with <name> parts; the English one is the same under /en. params: allowed query and
    path parameters, each with the regular expression its whole value must match; anything else is ignored
    (query) or not found (path). released: False for a page that shows nothing of a
    release: it gets no connection, works before the first publication, its view is never kept, and its first
    answer comes without Dash. stored: publication writes the page of each institution beforehand
    (`data_access.stored_pages`).
    """

    def register(view: Callable[[Request], View]) -> Callable[[Request], View]:
        if name in REGISTRY:
            raise ValueError(f"two pages are called {name}")
        path_params = frozenset(re.findall(r"<(?:\w+:)?(\w+)>", path))
        allowed = {key: re.compile(pattern) for key, pattern in (params or {}).items()}
        unchecked = path_params - set(allowed)
        if unchecked:
            raise ValueError(f"page {name}: path parameters without a pattern: {sorted(unchecked)}")
        REGISTRY[name] = Page(name, path, view, allowed, frozenset(roles), released, path_params, stored)
        _map.cache_clear()
        return view

    return register


@lru_cache(maxsize=1)
def _map() -> Map:
    rules = []
    for entry in REGISTRY.values():
        for lang in LANGUAGES:
            prefix = "" if lang == "lv" else "/en"
            path = f"{prefix}{entry.path}" if entry.path != "/" else (prefix or "/")
            rules.append(LateRule(path, endpoint=f"{entry.name}|{lang}"))
    return Map(rules, strict_slashes=False, redirect_defaults=False, merge_slashes=False)


def url(name: str, lang: str, **params: object) -> str:
    """Address of a registered page. Raises KeyError for an unknown page."""
    entry = REGISTRY[name]
    path = entry.path
    query = []
    for key, value in params.items():
        if key in entry.path_params:
            path = path.replace(f"<{key}>", str(value))
        else:
            query.append((key, str(value)))
    if lang == "en":
        path = "/en" if path == "/" else f"/en{path}"
    return f"{path}?{urlencode(query)}" if query else path


def language_of(path: str) -> str:
    """The language that an address is in, known or not."""
    return "en" if path == "/en" or path.startswith("/en/") else "lv"


@dataclass(frozen=True)
class Match:
    """A matched address: page, language and checked parameters."""

    page: Page
    lang: str
    params: Mapping[str, str]


def match(path: str, query: str = "") -> Match | None:
    """Match an address; None when no page has it or a parameter of the path is malformed.

    query: with or without '?'. Unknown or malformed query parameters are dropped.
    """
    if len(path) > 300 or len(query) > 2000:
        return None
    try:
        endpoint, values = _map().bind("ikms").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    name, lang = endpoint.split("|")
    entry = REGISTRY[name]
    params: dict[str, str] = {}
    for key, value in values.items():
        if not entry.params[key].fullmatch(value):
            return None
        params[key] = value
    try:
        given = parse_qsl(query.lstrip("?"), keep_blank_values=False, max_num_fields=30)
    except ValueError:  # more fields than any page has
        return None
    for key, value in given:
        pattern = entry.params.get(key)
        if pattern is not None and key not in values and pattern.fullmatch(value):
            params[key] = value
    return Match(entry, lang, params)


@dataclass(frozen=True)
class Fragment:
    """A page to be put into one that is already open.

    packed: the view's HTML without closed table twins, packed with the dictionary. charts: whether the page has charts
    to explore, which Dash draws into it.
    """

    packed: bytes
    release_id: int | None
    status: int
    dictionary: Dictionary
    charts: bool = False

    @property
    def html(self) -> str:
        """The HTML itself."""
        return self.dictionary.unpack(self.packed)

    @cached_property
    def plain(self) -> bytes:
        """The HTML in zstd, for browsers without the dictionary; made when the first of them asks."""
        return self.dictionary.repack(self.packed)


class Renderer:
    """Answers addresses with views, each from one release and within one scope.

    Answers to the public are kept by (release, address): they hold released values only. Nothing that a
    signed-in reader sees is kept.
    """

    def __init__(
        self,
        engine: Planes,
        settings: object,
        not_found: Callable[[str, str], View],
        mark: str = "",
        dictionary: Callable[[str], Dictionary] | None = None,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._not_found = not_found
        self._mark = mark  # of the code that drew the stored pages
        self._dictionary = dictionary  # of a language
        self._public: dict[tuple, View] = {}
        self._public_html: dict[tuple, Fragment] = {}

    def reading(self, scope: Scope):
        """A read transaction on the current release for a route that is not a page."""
        from data_access.reading import reading

        return reading(self._engine, scope)

    def view(self, path: str, query: str, scope: Scope, *, export: bool = False) -> View:
        """The view of an address; a 404 view when there is none or it is not for this reader.

        The detail of a school is shown only after its viewing has been recorded; an export has a record of its own.
        """
        from data_access.reading import reading

        found = match(path, query)
        if found is None or scope.role not in found.page.roles:
            return self._not_found(path, language_of(path))
        if not found.page.released:
            return self._own(found, scope, path)
        with reading(self._engine, scope) as reader:
            _tell(reader)
            key = self._key(reader, found)
            if key in self._public:
                return self._public[key]
            view, school = self._view(reader, found, path)
        if school and not export:
            record_view(school)
        if key is not None and view.cacheable:
            for frame in view.frames():
                len(frame.table.rows)  # what is kept must not hold on to what it was made from
            _keep(self._public, key, view, PUBLIC_VIEWS)
        return view

    def fragment(self, path: str, query: str, scope: Scope) -> Fragment:
        """The same view for a page that is already open; what publication has stored needs no drawing."""
        from data_access import stored_pages
        from data_access.reading import reading

        found = match(path, query)
        if found is None or scope.role not in found.page.roles:
            return self._packed(self._not_found(path, language_of(path)))
        if not found.page.released:
            return self._packed(self._own(found, scope, path))
        packed, school, dictionary = None, None, self._dictionary(found.lang)
        with reading(self._engine, scope) as reader:
            _tell(reader)
            if found.page.stored and found.params.keys() == found.page.path_params:
                packed = stored_pages.find(reader, path, found.params["reg_no"], self._mark)
                if packed is not None and dictionary.made(packed):
                    school = found.params["reg_no"] if has_request_context() else None
                else:
                    packed = None
            if packed is None:
                key = self._key(reader, found)
                if key in self._public_html:
                    return self._public_html[key]
                view = self._public.get(key)
                if view is None:
                    view, school = self._view(reader, found, path)
        # Nothing is read any more: SQLite can fold its journal only where no reader is in the middle of it.
        if school:
            record_view(school)
        if packed is not None:
            return Fragment(packed, reader.release.id, 200, dictionary)
        fragment = self._packed(view)
        if key is not None and view.cacheable and view.status == 200:
            _keep(self._public_html, key, fragment, PUBLIC_FRAGMENTS)
        return fragment

    def _packed(self, view: View) -> Fragment:
        dictionary = self._dictionary(view.lang)
        return Fragment(
            dictionary.pack(view.to_fragment()), view.release_id, view.status, dictionary, view.has_graphs
        )

    @staticmethod
    def _key(reader: Reader, found: Match) -> tuple | None:
        from data_access.answers import newest

        if reader.scope.signed_in:
            return None
        # Answers of schools are not part of a release, so a new one ends what was kept.
        # A new day ends it too: some pages say what is late.
        params = tuple(sorted(found.params.items()))
        release = (reader.release.id, reader.release.created_at)
        return (*release, newest(reader), date.today(), found.page.name, found.lang, params)

    def _view(self, reader: Reader, found: Match, path: str) -> tuple[View, str | None]:
        """The view, and the school whose detail it opens, to be recorded before the view is shown."""
        try:
            view = found.page.view(Request(reader, found.lang, found.params, found.page.name, self._settings))
        except NotFound:
            return self._not_found(path, found.lang), None
        if reader.scope.signed_in and has_request_context():
            return view, self._school(reader, found.params.get("reg_no"))
        return view, None

    def _own(self, found: Match, scope: Scope, path: str) -> View:
        from data_access.reading import Reader

        reader = Reader(None, None, scope)
        try:
            return found.page.view(Request(reader, found.lang, found.params, found.page.name, self._settings))
        except NotFound:
            return self._not_found(path, found.lang)

    @staticmethod
    def _school(reader: Reader, reg_no: str | None) -> str | None:
        from data_access.queries.units import institution_by_reg_no

        unit = institution_by_reg_no(reader, reg_no) if reg_no else None
        covered = unit is not None and reader.scope.covers_institution(unit.id, unit.municipality_code)
        return unit.reg_no if covered else None


def _tell(reader: Reader) -> None:
    if has_request_context():
        g.release = reader.release  # what else this answer says about the release comes from here


def _keep(kept: dict, key: tuple, value: object, most: int) -> None:
    if len(kept) >= most:
        kept.pop(next(iter(kept)), None)
    kept[key] = value
