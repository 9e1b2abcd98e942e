"""Routes whose address builder is made when an address is first built from them, which for most is never.

werkzeug compiles two functions for each rule at start, some 130 functions for our addresses; matching needs none.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from werkzeug.routing import Rule


class LateRule(Rule):
    """A rule like any other, but quicker to register."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now, made = super()._compile_builder, []

        def build(rule: Rule, **values):
            if not made:
                made.append(compile_now(append_unknown))
            return made[0](rule, **values)

        return build


class Server(Flask):
    """Flask with such routes."""

    url_rule_class = LateRule
