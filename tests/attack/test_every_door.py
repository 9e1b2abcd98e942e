"""Attacks made from the application itself: every callback, page, export and route, for every role, on the canaries.

A new callback, page or route is attacked without anybody writing a test for it.
"""

from __future__ import annotations

import copy
import itertools
import random
import re
from urllib.parse import quote

import pytest

from access.pages import REGISTRY, match, url
from data_access.scope import Scope
from tests.support.attacker import ROLES, SAME

FOREIGN = 20
ROW = {"kind": "iestade", "indicator": "R03", "stage": "basic", "period": "2023-2", "table": "absence"}


# --- addresses --------------------------------------------------------------------------------------------


def units(attack) -> dict[str, list[str]]:
    """Values of the unit parameters: the own ones first, then foreign ones."""
    canary = attack.canary
    schools = [canary.school_reg_no, *canary.near[: FOREIGN // 2], *canary.far[: FOREIGN // 2]]
    towns = [canary.municipality, *canary.far_municipalities, "LV0000000", "LV0011000"]
    return {
        "reg_no": schools,
        "code": towns,
        "unit": [*schools, *towns, "LV"],
        "iestade": schools,
        "pasvaldiba": towns,
    }


def addresses(attack, langs=("lv",)) -> list[str]:
    """Every page with every unit; where a page takes a unit as a query, with that too."""
    known, found = units(attack), []
    for page in REGISTRY.values():
        names = sorted(page.path_params)
        values = [known.get(name, [ROW.get(name, "x")]) for name in names]
        queries = [{}] + [
            {name: value}
            for name in ("iestade", "pasvaldiba")
            if name in page.params
            for value in known[name][::4]
        ]
        for combination in itertools.product(*values):
            filled = dict(zip(names, combination, strict=True))
            if "unit" in filled:
                filled["kind"] = (
                    "valsts"
                    if filled["unit"] == "LV"
                    else "pasvaldiba"
                    if filled["unit"][:2] == "LV"
                    else "iestade"
                )
            for query in queries:
                found += [url(page.name, lang, **filled, **query) for lang in langs]
    return found


# --- pages, callbacks, exports ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_pages(attack, role):
    """T2, T3, T11: every page with own and foreign units gives no row that is not the reader's."""
    for address in addresses(attack):
        answer = attack.send(role, address, group="pages")
        page = match(*address.partition("?")[::2]).page
        if role not in page.roles:
            assert answer.status_code == 404, (role, address)
    attack.clean()


def bodies(app) -> dict[str, dict]:
    """An honest request of every callback, without values."""
    made = {}
    for key, entry in app.callback_map.items():
        if "callback" not in entry:
            continue
        parts = {
            kind: [{"id": item["id"], "property": item["property"], "value": None} for item in entry[kind]]
            for kind in ("inputs", "state")
        }
        many = key.startswith("..")
        outputs = [
            dict(zip(("id", "property"), part.rsplit(".", 1), strict=True))
            for part in key.strip(".").split("...")
        ]
        made[key] = {
            "output": key,
            "outputs": outputs if many else outputs[0],
            **parts,
            "changedPropIds": [f"{item['id']}.{item['property']}" for item in parts["inputs"][:1]],
        }
    return made


def honest(body: dict, address: str = "/latvija") -> dict:
    """The same with values that a browser would send: addresses for the router, a short word elsewhere."""
    filled = copy.deepcopy(body)
    path, _, query = address.partition("?")
    known = {"url.pathname": path, "url.search": f"?{query}" if query else ""}
    for item in filled["inputs"] + filled["state"]:
        item["value"] = known.get(f"{item['id']}.{item['property']}", "x")
    return filled


@pytest.mark.parametrize("role", ROLES)
def test_callbacks_with_every_unit(attack, role):
    """T1, T2, T3: every callback with the addresses of every page and unit, own or foreign."""
    for body in bodies(attack.app).values():
        for address in addresses(attack, ("en",))[::3]:
            attack.call(role, honest(body, address), group="callbacks")
    attack.clean()


@pytest.mark.parametrize("role", ROLES)
def test_fragments(attack, role):
    """T2, T3, T14: the same pages as fragments, drawn now or stored at publication."""
    for address in addresses(attack):
        answer = attack.send(role, f"/skats{address}", group="fragments")
        page = match(*address.partition("?")[::2]).page
        if role not in page.roles:
            assert answer.status_code == 404, (role, address)
    own = attack.send(role, f"/skats/skola/{attack.canary.school_reg_no}", group="fragments").get_data(
        as_text=True
    )
    assert ("KANARIJS-LAPA-" in own) == (role != "public")  # stored pages are what is being attacked here
    attack.clean()


WRONG_VALUES = [
    None, True, 0, -1, 1.5, 10**30, "", "*", "%", "null", "/\x00", "/" + "a" * 5000, [], ["/latvija"], ["*"] * 10_000,
    {}, {"$ne": None}, {"type": "A", "props": {"href": "javascript:alert(1)"}, "namespace": "dash_html_components"},
    {"role": "ministry", "institutions": [1, 2, 3]}, "'; DROP TABLE release; --",
]  # fmt: skip
WRONG_IDS = [
    "other", "", None, 5, ["url"], {"type": "unit", "index": "ALL"}, {"type": "unit", "index": ["ALL"]},
    {"index": "9900000001", "type": "unit"}, {"type": {"type": {"type": "x"}}}, "url\x00", "u" * 10_000,
]  # fmt: skip


def tampers(body: dict):
    """Bodies that differ from an honest one in one thing, with what is wrong."""

    def changed(what: str, edit):
        copied = honest(body)
        edit(copied)
        return what, copied

    for kind in ("inputs", "state"):
        for place in range(len(body[kind])):
            for name in ("pathname", "data", "n_clicks", "", None, 7, ["value"], {"x": 1}):
                if name != body[kind][place]["property"]:
                    yield changed("property", lambda b, k=kind, p=place, n=name: b[k][p].update(property=n))
            for name in WRONG_IDS:
                yield changed("id", lambda b, k=kind, p=place, n=name: b[k][p].update(id=n))
            yield changed("fewer", lambda b, k=kind, p=place: b[k].pop(p))
            yield changed("no id", lambda b, k=kind, p=place: b[k][p].pop("id"))
            yield changed("twice", lambda b, k=kind, p=place: b[k].insert(p, b[k][p]))
            yield changed(
                "a list for an input", lambda b, k=kind, p=place: b[k].__setitem__(p, [b[k][p]] * 3)
            )
            yield changed("a word for an input", lambda b, k=kind, p=place: b[k].__setitem__(p, "url"))
        yield changed(
            "more", lambda b, k=kind: b[k].append({"id": "scope", "property": "data", "value": "ministry"})
        )
        for what in (None, {}, "x", 5, [[]], [None]):
            if what != body[kind]:
                yield changed(f"{kind} {what!r}", lambda b, k=kind, w=what: b.__setitem__(k, w))
    if len(body["inputs"]) > 1:
        yield changed("reordered", lambda b: b["inputs"].reverse())
    for what in (["scope.data"], "url.pathname", [5], [None], {}, None, [{"id": "url"}]):
        yield changed("changed", lambda b, w=what: b.update(changedPropIds=w))
    for what in (
        {"id": "x", "property": "children"},
        [],
        "x",
        {"id": {"type": "x"}, "property": "children"},
        {"a": 1},
    ):
        yield changed("outputs", lambda b, w=what: b.update(outputs=w))
    for what in (
        "",
        "other.children",
        "..page.children..",
        None,
        5,
        [],
        body["output"] + "@1",
        "_mcp",
        "a" * 10_000,
    ):
        yield changed("output", lambda b, w=what: b.update(output=w))
    yield changed(
        "a background job",
        lambda b: b.update(output="other.children", cancelJob=["1"], job="1", cacheKey="x"),
    )


@pytest.mark.parametrize("role", ROLES)
def test_tampered_callbacks(attack, role):
    """T5, T6, T7: whatever differs from the registration is refused before the callback runs."""
    for body in bodies(attack.app).values():
        for what, tampered in tampers(body):
            answer = attack.call(role, tampered, group="tampered callbacks")
            assert answer.status_code in (400, 404, 413), (what, answer.status_code)
    attack.clean()


@pytest.mark.parametrize("role", ROLES)
def test_wrong_values(attack, role):
    """T8: values of another type or kind than a control can send are refused; 400 or a page that says not found."""
    for body in bodies(attack.app).values():
        for kind in ("inputs", "state"):
            for place, value in itertools.product(range(len(body[kind])), WRONG_VALUES):
                sent = honest(body)
                sent[kind][place]["value"] = value
                answer = attack.call(role, sent, group="wrong values")
                if not isinstance(value, str):
                    named = f"{sent[kind][place]['id']}.{sent[kind][place]['property']}"
                    assert answer.status_code == 400 or (value is None and named == "url.search")
    attack.clean()


@pytest.fixture(scope="module")
def tables(attack) -> list[tuple[str, str]]:
    """Every table of every page, as the ministry has them: (table id, address)."""
    from access.pages import Renderer

    renderer: Renderer = attack.app.site.renderer
    found = []
    scope = Scope(role="ministry", label="x", user="demo-ministry")
    seen: set[tuple] = set()
    for address in addresses(attack):
        page = match(*address.partition("?")[::2]).page
        key = (page.name, address.count("iestade="), address.count("pasvaldiba="))
        if page.roles == {"steward"} or not page.released or key in seen:
            continue
        seen.add(key)
        path, _, query = address.partition("?")
        with attack.app.server.test_request_context("/"):
            view = renderer.view(path, query, scope)
        found += [(frame.table.id, page.name) for frame in view.frames()]
    assert len(found) > 30
    return found


@pytest.mark.parametrize("role", ROLES)
def test_exports(attack, tables, role):
    """T9, T10: every table as CSV of own and foreign units holds no more than its page, in other forms neither."""
    by_page: dict[str, list[str]] = {}
    for address in addresses(attack):
        by_page.setdefault(match(*address.partition("?")[::2]).page.name, []).append(address)
    chance = random.Random(8)
    for table, page in tables:
        known = by_page[page]
        for address in dict.fromkeys([known[0], *chance.sample(known, min(2, len(known)))]):
            for kind in chance.sample(("csv", "json", "xlsx"), 1):
                answer = attack.send(role, f"/eksports/{kind}/{table}{address}", group="exports")
                assert answer.status_code in (200, 404)
                if role not in REGISTRY[page].roles:
                    assert answer.status_code == 404
    attack.clean()


# --- routes -------------------------------------------------------------------------------------------------


def rules(app) -> list[tuple[str, frozenset]]:
    """Every rule of the application with sample values, and its methods."""
    samples = {
        "filename": "x", "path": "latvija", "package_name": "dash", "fingerprinted_path": "x", "kind": "csv",
        "table_id": "x", "page": "latvija", "table": "absence", "release": "1", "reg_no": "9900000001", "number": "1",
    }  # fmt: skip
    found = []
    for rule in app.server.url_map.iter_rules():
        path = rule.rule
        for name in rule.arguments:
            sample = samples.get(name, "1")
            path = re.sub(rf"<(?:[^<>]*:)?{name}>", sample, path)
        found.append((path, frozenset(rule.methods)))
    return found


@pytest.mark.parametrize("role", ROLES)
def test_every_rule_and_method(attack, role):
    """T12, T24: every rule with every method, from our own and from foreign origins."""
    foreign = [
        {}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"}, {"Origin": "https://evil.example", "Content-Type": "text/plain"},
    ]  # fmt: skip
    for path, _methods in rules(attack.app):
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"):
            answer = attack.send(role, path, method=method, headers=SAME, group="rules")
            if method not in ("GET", "HEAD"):
                assert answer.status_code in (404, 405), (method, path, answer.status_code)
        for headers in foreign:
            answer = attack.send(
                role, path, method="POST", data="a=1", headers=headers, group="foreign origins"
            )
            assert answer.status_code == 403, (path, headers)
    attack.clean()


def mutations(attack) -> list[str]:
    """Addresses that are nearly those of pages."""
    chance = random.Random(11)
    known = [address for address in addresses(attack) if address != "/"]
    edits = [
        lambda a: a + "/", lambda a: a + "%00", lambda a: a.replace("/", "//", 1), lambda a: "/.." + a,
        lambda a: a + "/../../etc/passwd", lambda a: a.upper(), lambda a: a + "%2f..%2f", lambda a: a + "%252e%252e",
        lambda a: a.replace("0", "О", 1), lambda a: a.replace("a", "а", 1), lambda a: a + "?" + "a=1&" * 50,
        lambda a: a + "?x=" + "b" * 8000, lambda a: a[:-1], lambda a: a + "7", lambda a: "/en/en" + a,
        lambda a: a + ";jsessionid=1", lambda a: a + "#/riski", lambda a: quote(a, safe=""), lambda a: a + "\u202e",
        lambda a: a + "?skola=9900000001&pasvaldiba=LV0001000&role=ministry&scope=*", lambda a: a + "?iestade=*",
        lambda a: a + "?iestade[]=1", lambda a: a + "?pasvaldiba=LV0001000&pasvaldiba=LV0031000",
    ]  # fmt: skip
    return [chance.choice(edits)(chance.choice(known)) for _ in range(500)]


@pytest.mark.parametrize("role", ["public", "school", "municipality"])
def test_mutated_addresses(attack, role):
    """T11, T13: addresses that are nearly right answer with a page of the reader's own, or not found."""
    for address in mutations(attack):
        answer = attack.send(role, address, group="mutated addresses")
        assert answer.status_code in (200, 308, 400, 404), address
    attack.clean()


def test_total(attack, canary):
    """At least 5,000 requests, no canary in bodies, headers, titles or logs, no fault."""
    logged = attack.logged.getvalue()
    from tests.support.canary import leaks

    in_log = leaks(logged, "public", canary) + [name for name in canary.names if name in logged]
    total = sum(attack.sent.values())
    lines = [f"{group}: {n}" for group, n in sorted(attack.sent.items())]
    print(
        f"\nattack requests: {total} ({'; '.join(lines)}); canaries found: {len(attack.found)}; "
        f"in {len(logged)} characters of log: {len(in_log)}; faults: {len(attack.faults)}"
    )
    assert not attack.found
    assert not attack.faults
    assert not in_log
    assert total >= 5000
