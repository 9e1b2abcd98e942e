"""/pieklustamiba : the accessibility statement in the form that Cabinet regulation No. 445 of 2020 asks for."""

from __future__ import annotations

from access.pages import Request, page
from components.templating import render
from components.view import Crumb, View
from language import numbers
from language.messages import _
from language.messages import translate as t

PREPARED = "2026-11-21"
# Faults we know of: (what, whom it concerns and what to do instead).
KNOWN_FAULTS = (
    (
        _("Single points and areas of maps and interactive charts cannot be reached with the keyboard."),
        _("The same values stand in the list or table beside each of them and in the CSV and XLSX files."),
    ),
    (
        _("The picture saved as PNG has no text alternative of its own."),
        _("Pass on the link or the table with it."),
    ),
    (
        _("Wide tables are scrolled sideways on narrow screens."),
        _("The table can be moved with the keyboard, or opened as a file."),
    ),
    (
        _("The site has not yet been tested by people who use a screen reader every day."),
        _("Please tell us what does not work."),
    ),
)


@page("accessibility", "/pieklustamiba")
def view(request: Request) -> View:
    """The statement: status, known faults, alternatives, contact, complaint, date."""
    lang = request.lang
    body = render(
        "accessibility.html",
        lang=lang,
        faults=[(t(fault, lang), t(instead, lang)) for fault, instead in KNOWN_FAULTS],
        prepared=numbers.date_short(PREPARED, lang),
        contact=request.settings.contact,
    )
    return View(
        title=t("Accessibility statement", lang),
        window_title=t("Accessibility", lang),
        lead=t(
            "The site conforms in part: until an independent evaluation we count ourselves as partly conforming and list "
            "the faults that we know.",
            lang,
        ),
        body=[body],
        lang=lang,
        crumbs=[Crumb(t("Home", lang), request.url("home")), Crumb(t("Accessibility", lang))],
        release_id=request.reader.release.id,
    )
