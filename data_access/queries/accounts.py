"""Scopes of the demonstration sign-ins, taken from the demonstration data."""

from __future__ import annotations

from sqlalchemy import Engine, func, select

from language.messages import _

from ..schema import institution, municipality
from ..scope import Scope


def demo_scopes(engine: Engine) -> dict[str, Scope]:
    """Ministry, two stewards (one approves what the other proposes), a municipality with about eighteen schools, one of its schools, a vocational school and a
    higher education institution; {} without data."""
    general = institution.c.type.in_(("primary", "basic", "secondary", "state_gymnasium", "special"))
    with engine.begin() as connection:
        counts = connection.execute(
            select(
                institution.c.municipality_code,
                municipality.c.name_full,
                municipality.c.name_en,
                func.count().label("schools"),
            )
            .join(municipality, municipality.c.code == institution.c.municipality_code)
            .where(general, institution.c.valid_to.is_(None))
            .group_by(institution.c.municipality_code, municipality.c.name_full, municipality.c.name_en)
            .order_by(func.abs(func.count() - 18), institution.c.municipality_code)
        ).first()
        if counts is None:
            return {}
        school = connection.execute(
            select(institution.c.id, institution.c.name)
            .where(
                institution.c.municipality_code == counts.municipality_code,
                institution.c.type == "secondary",
                institution.c.valid_to.is_(None),
            )
            .order_by(institution.c.id)
        ).first()
        # Those that have been there for longest: their graduates can be followed.
        others = {
            kind: connection.execute(
                select(institution.c.id, institution.c.name)
                .where(institution.c.type == kind, institution.c.valid_to.is_(None))
                .order_by(institution.c.id)
            ).first()
            for kind in ("vocational", "higher")
        }
    scopes = {
        "ministry": Scope(role="ministry", label="Ministry", user="demo-ministry"),
        "steward": Scope(role="steward", label="Data steward", user="demo-steward"),
        "steward2": Scope(role="steward", label=_("Second data steward"), user="demo-steward2"),
        "municipality": Scope(
            role="municipality",
            municipalities=frozenset({counts.municipality_code}),
            label=counts.name_full,
            label_en=counts.name_en,
            user="demo-municipality",
        ),
    }
    if school is not None:
        scopes["school"] = Scope(
            role="school", institutions=frozenset({school.id}), label=school.name, user="demo-school"
        )
    for kind, key in (("vocational", "vocational"), ("higher", "university")):
        if (place := others[kind]) is not None:
            scopes[key] = Scope(
                role="school", institutions=frozenset({place.id}), label=place.name, user=f"demo-{key}"
            )
    return scopes
