"""The frame around every page: skip link, navigation, search, language, sign-in state, footer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from .templating import render


@dataclass(frozen=True)
class Link:
    """A link of the navigation; `children` makes it a group."""

    text: str
    href: str
    children: Sequence[Link] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class Shell:
    """What the shell shows.

    other_href: this page in the other language. account: label of the signed-in reader, account_lang: the language of that label, account_href: their own page,
    "" for the public. accounts: (key, label, its language) of the demo sign-ins, empty outside demo mode. script: address of our own. chart_scripts: addresses
    run before Dash, when the first chart is wanted. styles: addresses of style sheets. dictionary: address of the dictionary that changes of view are packed with.
    """

    lang: str
    title: str
    description: str
    path: str
    links: Sequence[Link]
    home_href: str
    search_href: str
    other_href: str
    sign_in_href: str
    account: str = ""
    account_lang: str = "lv"
    account_href: str = ""
    role: str = "public"
    accounts: Sequence[tuple[str, str, str]] = field(default_factory=tuple)
    synthetic: bool = False
    footer_links: Sequence[Link] = field(default_factory=tuple)
    release_text: str = ""
    icon: str = "/assets/icon.svg"
    styles: Sequence[str] = field(default_factory=tuple)
    script: str = ""
    chart_scripts: Sequence[str] = field(default_factory=tuple)
    robots: str = "index, follow"
    dictionary: str = ""
    charts: bool = False  # the page has charts to explore, which Dash draws into it


def document(shell: Shell, content: Markup, dash_parts: dict[str, Markup] | None = None) -> str:
    """The whole HTML document. dash_parts: config, scripts, renderer, app_entry; None for a page without Dash."""
    return str(render("document.html", shell=shell, lang=shell.lang, content=content, dash=dash_parts))  # nosec B604 # a parameter called shell, no process
