"""Translated texts.

A msgid is the English text. Catalogues are all ``locale/<lang>/LC_MESSAGES/*.po`` files, merged when
first used; two files that translate one msgid differently are refused. Placeholders are ``{name}``.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

from language.numbers import plain
from language.plurals import FORMS, HEADERS, plural_index

LANGUAGES = ("lv", "en")
ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
PREPARED = ROOT / "var" / "prepared"  # what was worked out at an earlier start; may be removed at any time

# What the collector looks for; the numbers say which arguments are texts.
KEYWORDS = {"t": (1,), "translate": (1,), "_": (1,), "tn": (1, 2), "translate_plural": (1, 2)}
SKIPPED = {"node_modules", "tests", "benchmarks", "docs", "var", "migrations", "locale", "assets"}

Message = str | tuple[str, str]  # a text, or a singular with its plural
_PLACEHOLDER = re.compile(r"(?<!\{)\{(\w+)[^{}]*\}(?!\})")


class CatalogueError(ValueError):
    """A catalogue that cannot be used; the text says which file and why."""


@dataclass(frozen=True)
class Catalogue:
    """The merged texts of one language."""

    lang: str
    texts: Mapping[str, str] = field(default_factory=dict)
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ids: Mapping[Message, str] = field(default_factory=dict)  # each msgid and the file that has it


def load(lang: str, folder: Path = LOCALE) -> Catalogue:
    """Read and merge the catalogues of ``lang``; an untranslated or fuzzy entry counts as missing."""
    from babel.messages.pofile import PoFileError, read_po

    if lang not in LANGUAGES:
        raise ValueError(f"unknown language {lang!r}; known: {', '.join(LANGUAGES)}")
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    ids: dict[Message, str] = {}
    for path in sorted((folder / lang / "LC_MESSAGES").glob("*.po")):
        raw = path.read_bytes()
        try:
            with path.open("rb") as file:
                catalogue = read_po(file, locale=lang, abort_invalid=True)
        except PoFileError as error:
            raise CatalogueError(f"{path.name}: {error}") from error
        messages = [message for message in catalogue if message.id]
        if len(re.findall(rb"^msgid ", raw, re.MULTILINE)) - 1 != len(messages):
            raise CatalogueError(f"{path.name}: the header is missing or a msgid stands twice")
        if catalogue.plural_forms.rstrip(";") != HEADERS[lang].rstrip(";"):
            raise CatalogueError(f"{path.name}: Plural-Forms must be {HEADERS[lang]!r}")
        for message in messages:
            if message.context:
                raise CatalogueError(f"{path.name}: msgctxt is not used here ({message.id!r})")
            ids.setdefault(message.id, path.name)
            if message.fuzzy or not message.string:
                continue
            if message.pluralizable:
                forms = tuple(message.string)
                if not all(forms):
                    continue
                key, found, store = message.id[0], forms, plurals
            else:
                key, found, store = message.id, message.string, texts
            if store.setdefault(key, found) != found:
                raise CatalogueError(f"{path.name}: {key!r} is translated otherwise in {ids[message.id]}")
            _check_placeholders(message.id, found, path.name)
    return Catalogue(lang, texts, plurals, ids)


def _check_placeholders(message: Message, found: str | tuple[str, ...], name: str) -> None:
    sources = (message,) if isinstance(message, str) else message
    allowed = set().union(*(_PLACEHOLDER.findall(source) for source in sources))
    for form in (found,) if isinstance(found, str) else found:
        used = set(_PLACEHOLDER.findall(form))
        if used - allowed or (isinstance(message, str) and used != allowed):
            raise CatalogueError(f"{name}: placeholders of {form!r} do not fit {sources[0]!r}")


@cache
def catalogue(lang: str) -> Catalogue:
    """The catalogue in use; read once for the life of the process."""
    mark = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted((LOCALE / lang / "LC_MESSAGES").glob("*.po")):
        mark.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    kept = PREPARED / f"messages-{lang}-{mark.hexdigest()[:24]}.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return _from_json(lang, kept.read_bytes())
    made = load(lang)
    with contextlib.suppress(OSError):  # without it the next start reads the catalogues again
        PREPARED.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = kept.with_name(f".{kept.name}.{os.getpid()}")
        draft.write_bytes(_to_json(made))
        draft.replace(kept)
        for old in PREPARED.glob(f"messages-{lang}-*.json"):
            if old != kept:
                old.unlink(missing_ok=True)
    return made


def _to_json(made: Catalogue) -> bytes:
    return json.dumps({"texts": made.texts, "plurals": made.plurals, "ids": list(made.ids.items())}).encode()


def _from_json(lang: str, data: bytes) -> Catalogue:
    found = json.loads(data)
    plurals = {key: tuple(forms) for key, forms in found["plurals"].items()}
    ids = {key if isinstance(key, str) else tuple(key): name for key, name in found["ids"]}
    return Catalogue(lang, found["texts"], plurals, ids)


def translate(text: str, /, lang: str, **values: object) -> str:
    """``text`` in ``lang`` with its placeholders filled; an untranslated text stays English."""
    found = catalogue(lang).texts.get(text, text)
    return found.format(**values) if values or "{" in found else found


def translate_plural(
    singular: str, plural: str, n: int | float | Decimal, lang: str, **values: object
) -> str:
    """The form that fits ``n``; ``{n}`` is the number in the writing of the language."""
    forms = catalogue(lang).plurals.get(singular)
    index = plural_index(n, lang if forms else "en")
    found = (forms or (singular, plural))[index]
    if "n" not in values:
        values["n"] = plain(n, lang)
    return found.format(**values)


def side(text: str, lang: str) -> str:
    """One side of a text that is written in both languages, "Latvian | English"; a lone side serves both.

    >>> side("gads | year", "en"), side("gads | year", "lv"), side("VIIS", "en")
    ('year', 'gads', 'VIIS')
    """
    latvian, _bar, english = (part.strip() for part in text.partition("|"))
    return english if lang == "en" and english else latvian


def _(text: str) -> str:
    """Marks a text for the catalogues without translating it."""
    return text


t = translate
tn = translate_plural


def _python_calls(path: Path) -> Iterable[tuple[int, Message]]:
    """Texts marked in a Python file, those inside f-strings too (which Babel's reader passes over)."""
    for node in ast.walk(ast.parse(path.read_bytes(), filename=str(path))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        wanted = KEYWORDS.get(name)
        if wanted is None or len(node.args) < max(wanted):
            continue
        texts = [getattr(node.args[number - 1], "value", None) for number in wanted]
        if all(isinstance(text, str) for text in texts):
            yield node.lineno, texts[0] if len(texts) == 1 else (texts[0], texts[1])


def _template_calls(path: Path) -> Iterable[tuple[int, Message]]:
    from babel.messages.extract import extract_from_file

    options = {"silent": "false", "trimmed": "true"}
    found = extract_from_file("jinja2.ext:babel_extract", path, keywords=KEYWORDS, options=options)
    for line, message, _comments, _context in found:
        yield line, message if isinstance(message, str) else tuple(message)


def extract(root: Path = ROOT) -> dict[Message, list[str]]:
    """Every msgid used in the house's Python files and templates, with the places (``file:line``)."""
    found: dict[Message, list[str]] = {}
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in SKIPPED and not name.startswith((".", "__")))
        for file in sorted(files):
            path = Path(folder, file)
            if file.endswith(".py"):
                calls = _python_calls(path)
            elif "templates" in path.parts and file.endswith((".html", ".svg", ".jinja", ".j2", ".xml")):
                calls = _template_calls(path)
            else:
                continue
            for line, key in calls:
                found.setdefault(key, []).append(f"{path.relative_to(root).as_posix()}:{line}")
    return found


def missing(lang: str, messages: Iterable[Message]) -> list[Message]:
    """Those of ``messages`` that ``lang`` does not have, or not with all plural forms."""
    if lang == "en":
        return []
    known = catalogue(lang)
    return [
        message
        for message in messages
        if (message not in known.texts if isinstance(message, str) else message[0] not in known.plurals)
    ]


def unused(lang: str, messages: Iterable[Message]) -> list[Message]:
    """Entries of the catalogues of ``lang`` that nothing in ``messages`` asks for."""
    wanted = set(messages)
    return [message for message in catalogue(lang).ids if message not in wanted]


def plural_forms(lang: str) -> tuple[str, ...]:
    """The names of the plural forms of ``lang`` in the order of the catalogues."""
    return FORMS[lang]
