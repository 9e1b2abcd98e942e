"""One address of every page, taken from the register; parameters come from the demonstration data."""

from __future__ import annotations

from sqlalchemy import select

from access.pages import REGISTRY, Page, url
from data_access import engine as engines
from data_access.queries.accounts import demo_scopes
from data_access.schema import institution


def samples(demo_path) -> dict[str, str]:
    """Values for the parameters of paths: a school and a municipality of the demo accounts."""
    engine = engines.create(f"sqlite:///{demo_path}", read_only=True)
    scopes = demo_scopes(engine)
    (school_id,) = scopes["school"].institutions
    (municipality,) = scopes["municipality"].municipalities
    with engine.connect() as connection:
        reg_no = connection.execute(
            select(institution.c.reg_no).where(institution.c.id == school_id)
        ).scalar_one()
    engine.dispose()
    return {
        "reg_no": reg_no,
        "code": municipality,
        "indicator": "R03",
        "kind": "iestade",
        "unit": reg_no,
        "stage": "basic",
        "period": "2023-2",
        "table": "absence",
    }


def address(page: Page, lang: str, values: dict[str, str]) -> str:
    """An address of a page with its path parameters filled."""
    return url(page.name, lang, **{name: values[name] for name in page.path_params})


def allowed(page: Page, account: str) -> bool:
    """May this reader open the page?"""
    return account in page.roles


PAGES = REGISTRY
