"""Role x action, read from what the program registers: pages, routes and callbacks. `manage.py matrix` prints it.

The declared matrix is what stands in the code; a test asks the running application as every role and compares.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data_access.scope import ROLES

from . import door
from .callbacks import _guard_of
from .pages import REGISTRY

INTRODUCTION = """# Who may do what

Written from the program by `manage.py matrix`; a test asks the running application as every role and compares both
ways. A dot means that the door opens; what is behind it still depends on the scope of the reader, as written below.
What is not in these tables answers 404 to everybody.

## Roles
| role | sees exactly | does besides |
| --- | --- | --- |
| public | nothing: released values only | – |
| school | its own institution and the history that passed to it | answers to its own findings |
| municipality | institutions of its own territory | administers its own users and those of its schools |
| ministry | every institution, aggregated to the institution | proposes thresholds |
| steward | every institution | administers all users, reads the audit, loads; proposes to publish, and approves what another person proposed |

A user may hold several roles and acts in one at a time; changing it gives the session a new token. A role is dated
(first and last day, UTC) and ends with the next request when it is taken back. A steward needs a second factor. Nobody
has a role while the password is one that somebody else gave.

## Two persons
What readers see changes by two people: one proposes with a reason, another decides with a reason
(`data_access/proposals.py`). Publications, taking a file back and rollbacks are proposed by stewards, thresholds by the
ministry or stewards; the decision is always a steward's, of another account than the proposal's. Accounts are compared
by number, so another session, another role or a new name does not make another person; two accounts of one person do,
and are the administrators' matter. With `IKMS_APPROVALS=1` one steward decides alone, and pages and records say so.

## When units merge
A right belongs to the unit, not to the person (`data_access/lineage.py`):

1. While the unit exists, its users read its detail.
2. When a unit is merged into another, from that day the users of the successor read its history too, and its own users
   read nothing exact any more, until somebody gives them an assignment in the successor.
3. A renamed institution, and a municipality that goes on under a new code with its old name, is the same unit: the
   assignment follows by itself.
4. When a unit is split, or only a part of it moves, its history stays with it and does not pass to the parts.
5. A unit that is closed without a successor has no users; its founder, the ministry and the stewards remain.

## Break-glass
With OpenID Connect on, passwords are refused, except of accounts that the command line made with `--break-glass`:
stewards with a code generator. Each such sign-in is an audit event of its own (`break_glass_sign_in`) and a warning in
the log. Such an account cannot be changed on the web, except that a steward may close it.
"""


@dataclass(frozen=True)
class Action:
    """Something that can be asked for. kind: page, route or callback."""

    kind: str
    name: str
    what: str
    roles: frozenset[str]


def registered(app=None) -> list[Action]:
    """All actions, in the order page, route, callback, by address. Without an application a demonstration one is made."""
    if app is None:
        app = _application()
    server = app.server
    actions = [Action("page", one.path, one.name, one.roles) for one in REGISTRY.values()]
    for rule in server.url_map.iter_rules():
        if rule.endpoint in door._allowed:
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                roles = door._allowed[rule.endpoint] or frozenset(ROLES)
                actions.append(Action("route", f"{method} {rule.rule}", rule.endpoint, roles))
    for key, entry in app.callback_map.items():
        guard = _guard_of(entry)
        if guard is not None:
            actions.append(Action("callback", key, entry["callback"].__name__, guard[0]))
    actions += [
        Action("route", f"GET {path}", "of Dash", frozenset(ROLES))
        for path in door._DASH_OPEN
        if path != "/_reload-hash"
    ]
    order = ("page", "route", "callback")
    return sorted(set(actions), key=lambda one: (order.index(one.kind), one.name))


def _application():
    from app import create_app

    return create_app()


def markdown(actions: Iterable[Action]) -> str:
    """docs/access.md."""
    actions = list(actions)
    parts = [INTRODUCTION]
    titles = {"page": "Pages", "route": "Routes", "callback": "Callbacks"}
    notes = {
        "page": "Addresses; the English page is the same under `/en`.",
        "route": "Everything that is no page: forms, exports, search, probes. With OpenID Connect also "
        "`GET /pieslegties/oidc` and `GET /pieslegties/oidc/atpakal`, for everybody.",
        "callback": "What Dash may ask for; the page behind it has its own row above.",
    }
    for kind, title in titles.items():
        parts.append(f"\n## {title}\n{notes[kind]}\n\n| {kind} | name | {' | '.join(ROLES)} |\n")
        parts.append(f"| --- | --- |{' :-: |' * len(ROLES)}\n")
        for one in actions:
            if one.kind == kind:
                marks = " | ".join("●" if role in one.roles else "" for role in ROLES)
                parts.append(f"| `{one.name}` | {one.what} | {marks} |\n")
    return "".join(parts)
