"""How Flask's routes and requests differ here: address builders made late, numbers that fit, texts without zero bytes.

werkzeug compiles two functions for each rule at start, some 130 functions for our addresses; matching needs none.
PostgreSQL takes neither a zero byte in a text nor a number above its integers, and SQLite reads a text to the zero byte.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Request, abort
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import IntegerConverter, Map, Rule


class LateRule(Rule):
    """A rule like any other, but quicker to register."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now, made = super()._compile_builder, []

        def build(rule: Rule, **values):
            if not made:
                made.append(compile_now(append_unknown))
            return made[0](rule, **values)

        return build


class Number(IntegerConverter):
    """A whole number that a column of the database can hold; a larger one is no address of ours."""

    def __init__(self, map: Map, *arguments, **options) -> None:
        super().__init__(map, *arguments, **{"max": 2**31 - 1, **options})


class Texts(ImmutableMultiDict):
    """Parameters or form fields; one with a zero byte is refused with 400."""

    def __init__(self, mapping=None) -> None:
        super().__init__(mapping)
        if any("\x00" in text for pair in self.items(multi=True) for text in pair if isinstance(text, str)):
            abort(400)


class Asked(Request):
    """A request with such parameters."""

    parameter_storage_class = Texts


class Server(Flask):
    """Flask with these."""

    url_rule_class = LateRule
    request_class = Asked

    def __init__(self, *arguments, **options) -> None:
        super().__init__(*arguments, **options)
        self.url_map.converters["int"] = Number
