"""One Jinja environment for all HTML of the house: autoescape on, texts and numbers at hand."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from threading import get_ident

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from language import numbers, reasons
from language.messages import PREPARED, translate, translate_plural

FOLDER = Path(__file__).resolve().parent / "templates"


class _Kept(BytecodeCache):
    """Compiled templates of earlier starts, each with the mark of its source; left out where nothing may be written."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            with (PREPARED / f"template-{bucket.key}").open("rb") as stream:
                bucket.load_bytecode(stream)
        except OSError:
            pass

    def dump_bytecode(self, bucket: Bucket) -> None:
        path = PREPARED / f"template-{bucket.key}"
        draft = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}")
        try:
            PREPARED.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_bytes(bucket.bytecode_to_string())
            draft.replace(path)
        except OSError:
            pass


@cache
def environment() -> Environment:
    """The environment; templates are compiled once, and read from `var/prepared/` afterwards."""
    env = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_Kept(),
    )
    env.globals.update(t=translate, tn=translate_plural, numbers=numbers, reasons=reasons, contact="")
    return env


@cache
def _template(name: str):
    return environment().get_template(name)


def render(name: str, /, **context) -> Markup:
    """Render `components/templates/<name>`; every value is escaped unless it is Markup already."""
    return Markup(_template(name).render(**context))  # nosec B704 # the template escapes
