"""The only way to register a Dash callback, and the door that every callback request passes.

Dash answers whoever posts to /_dash-update-component. So a callback is registered with its roles and a
check for each input, and the door compares the request with that registration before Dash sees it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Mapping

import dash
from flask import abort, request

from data_access.scope import ROLES, Scope

from .session import current_scope

Check = Callable[[object], bool]
_HALF = re.compile("[\ud800-\udfff]")
Options = Collection | Callable[[Scope], Collection]


class UnguardedCallback(RuntimeError):
    """A callback exists that was not registered here; the application refuses to start."""


class OpenDoor(RuntimeError):
    """Dash would answer by a door that is not guarded; the application refuses to start."""


def text(pattern: str = r".*", limit: int = 300) -> Check:
    """A check: a string of at most `limit` characters that matches `pattern` whole.

    JSON can spell halves of characters ("\\ud800"), which no database and no answer can carry; they are refused.
    """
    compiled = re.compile(pattern, re.DOTALL)

    def fits(value: object) -> bool:
        return (
            isinstance(value, str)
            and len(value) <= limit
            and bool(compiled.fullmatch(value))
            and not _HALF.search(value)
        )

    return fits


def optional(check: Check) -> Check:
    """A check that also lets None through."""
    return lambda value: value is None or check(value)


class choice:
    """A check: one of the options, or with `many` a list of them without repetition.

    options: a collection, or a function of the reader's scope, so that a value which this reader was never
    offered is refused even when somebody else's page offers it.
    """

    def __init__(self, options: Options, *, many: bool = False, limit: int = 200) -> None:
        self._options, self._many, self._limit = options, many, limit

    def __call__(self, value: object) -> bool:
        options = self._options(current_scope()) if callable(self._options) else self._options
        if not self._many:
            return isinstance(value, str | int) and not isinstance(value, bool) and value in options
        if not isinstance(value, list) or len(value) > self._limit:
            return False
        if any(isinstance(item, bool) or not isinstance(item, str | int) for item in value):
            return False
        return len(set(value)) == len(value) and all(item in options for item in value)


def guarded_callback(
    *arguments,
    checks: Mapping[str, Check],
    roles: tuple[str, ...] = ROLES,
    **options,
) -> Callable:
    """Like dash.callback, with a check per input or state, named 'id.property', and the roles that may call.

    Raises ValueError at registration when an input has no check.
    """
    second_doors = [
        name for name in ("background", "websocket", "api_endpoint", "mcp_enabled") if options.get(name)
    ]
    if second_doors:
        raise ValueError(f"{second_doors} would open a second door and are not used here")
    flat = [
        item
        for argument in arguments
        for item in (argument if isinstance(argument, list | tuple) else [argument])
    ]
    names = [
        f"{item.component_id}.{item.component_property}"
        for item in flat
        if isinstance(item, dash.Input | dash.State)
    ]
    unchecked = [name for name in names if name not in checks]
    if unchecked:
        raise ValueError(f"inputs without a check: {unchecked}")

    def register(function: Callable) -> Callable:
        @functools.wraps(function)
        def guarded(*values, **keywords):
            return function(*values, **keywords)

        guarded.guard = (frozenset(roles), dict(checks))  # type: ignore[attr-defined]
        return dash.callback(*arguments, **options)(guarded)

    return register


def _guard_of(entry: Mapping) -> tuple[frozenset[str], dict[str, Check]] | None:
    function = entry.get("callback")
    while function is not None:
        guard = getattr(function, "guard", None)
        if guard is not None:
            return guard
        function = getattr(function, "__wrapped__", None)
    return None


def refuse_unguarded(app: dash.Dash) -> None:
    """Raise UnguardedCallback when any server callback was registered past the decorator."""
    app._setup_server()  # moves the global callback list into the app
    loose = [
        key for key, entry in app.callback_map.items() if "callback" in entry and _guard_of(entry) is None
    ]
    if loose:
        raise UnguardedCallback(f"callbacks without guard: {loose}")


def refuse_open_doors(app: dash.Dash) -> None:
    """Raise OpenDoor when Dash has been given another way in: tools, websockets, background workers, debugging."""
    paths = [rule.rule for rule in app.server.url_map.iter_rules()]
    faults = {
        "MCP": getattr(app, "_enable_mcp", False) or any("mcp" in path for path in paths),
        "websocket callbacks": getattr(app, "_websocket_callbacks", False),
        "background callbacks": getattr(app, "_background_manager", None) is not None
        or any(entry.get("background") for entry in app.callback_map.values()),
        "callback API addresses": bool(getattr(app, "callback_api_paths", None)),
        "debug": app.server.debug or bool(app._dev_tools.get("ui")) or bool(app._dev_tools.get("hot_reload")),
    }
    found = [name for name, fault in faults.items() if fault]
    if found:
        raise OpenDoor(f"jāizslēdz | switch off: {', '.join(found)}")


def check_request(app: dash.Dash) -> None:
    """Compare a callback request with its registration; 400, 404 or nothing.

    The output must exist, the role must be allowed (else the same 404), the inputs and states must be
    exactly those registered, in order, and each value must pass its check.
    """
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # nested deeper than any honest request
        abort(400)
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        abort(400)
    entry = app.callback_map.get(body["output"])
    guard = _guard_of(entry) if entry else None
    if guard is None:
        abort(404)
    roles, checks = guard
    if current_scope().role not in roles:
        abort(404)
    names: list[str] = []
    for kind in ("inputs", "state"):
        declared = [f"{item['id']}.{item['property']}" for item in entry[kind]]
        given = body.get(kind, [])
        if not isinstance(given, list) or len(given) != len(declared):
            abort(400)
        for name, item in zip(declared, given, strict=True):
            if not isinstance(item, dict) or f"{item.get('id')}.{item.get('property')}" != name:
                abort(400)
            if not checks[name](item.get("value")):
                abort(400)
        names += declared
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or any(
        not isinstance(name, str) or name not in names for name in changed
    ):
        abort(400)
    outputs = body.get("outputs")
    if outputs is not None and not _outputs_fit(outputs, body["output"]):
        abort(400)


def _outputs_fit(outputs: object, key: str) -> bool:
    """Do the named outputs spell the registered output key?"""
    many = isinstance(outputs, list)
    items = outputs if many else [outputs]
    if any(not isinstance(item, dict) or set(item) - {"id", "property", "wildcard"} for item in items):
        return False
    spelled = [f"{item.get('id')}.{item.get('property')}" for item in items]
    return (f"..{'...'.join(spelled)}.." if many else spelled[0]) == key
