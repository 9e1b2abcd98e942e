"""One Jinja environment for all HTML of the house: autoescape on, texts and numbers at hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from language import numbers, reasons
from language.messages import translate, translate_plural

FOLDER = Path(__file__).resolve().parent / "templates"


@cache
def environment() -> Environment:
    """The environment; templates are compiled once for the life of the process."""
    env = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals.update(t=translate, tn=translate_plural, numbers=numbers, reasons=reasons, contact="")
    return env


@cache
def _template(name: str):
    return environment().get_template(name)


def render(name: str, /, **context) -> Markup:
    """Render `components/templates/<name>`; every value is escaped unless it is Markup already."""
    return Markup(_template(name).render(**context))  # nosec B704 # the template escapes
