"""Search by name on both engines: what is found, and in which order."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from data_access import releases, schema
from data_access.importing import reference
from data_access.importing.batches import open_batch
from data_access.queries import units
from data_access.reading import reading
from data_access.scope import Scope
from language.sorting import collation_key, search_key

# Name, municipality, closed on.
SCHOOLS = (
    ("Ādažu vidusskola", "LV0023000", None),
    ("Ādažu Brīvā skola", "LV0023000", None),
    ("Administrācijas skola", "LV0001000", None),
    ("Adamovas pamatskola", "LV0001000", "2020-08-31"),
    ("Jelgavas 4. sākumskola", "LV0003000", None),
    ("Jaunās Jelgavas skola", "LV0001000", None),
    ("Pirmsskola „Jelgaviņa”", "LV0001000", None),
    ("Mārupes Mūzikas skola", "LV0001000", None),
    ("Lapmežciema-Adiņu skola", "LV0001000", None),
)


@pytest.fixture
def look(engine):
    """Function of a text: names of the hits, in order."""
    with engine.begin() as connection:
        reference.load_all(connection)
        batch = open_batch(connection, "institution", "house", "search", "search", "2024-12-31", len(SCHOOLS))
        connection.execute(
            insert(schema.institution),
            [
                {
                    "id": number,
                    "reg_no": f"99100000{number:02}",
                    "name": name,
                    "type": "basic",
                    "founder_kind": "municipality",
                    "municipality_code": place,
                    "urbanity": "town",
                    "in_transition": 0,
                    "valid_from": "2000-09-01",
                    "valid_to": closed,
                    "sort_key": collation_key(name),
                    "search_key": search_key(name),
                    "load_batch_id": batch,
                }
                for number, (name, place, closed) in enumerate(SCHOOLS, 1)
            ],
        )
        releases.publish(connection, reason="test", author="test")

    def of(text: str, limit: int = 10) -> list[str]:
        with reading(engine, Scope.public()) as reader:
            return [one.name for one in units.search(reader, text, limit)]

    return of


def test_which_names_are_found_and_in_which_order(look):
    """Beginnings of names first, municipalities before institutions, open before closed, a before ā; then words."""
    assert look("ad") == [
        "Ādažu novads",
        "Administrācijas skola",
        "Ādažu Brīvā skola",
        "Ādažu vidusskola",
        "Adamovas pamatskola",
        "Lapmežciema-Adiņu skola",
    ]
    assert look("ad", limit=2) == ["Ādažu novads", "Administrācijas skola"]
    assert look("jelg") == [
        "Jelgavas novads",
        "Jelgavas valstspilsēta",
        "Jelgavas 4. sākumskola",
        "Jaunās Jelgavas skola",
        "Pirmsskola „Jelgaviņa”",
    ]
    # A word that every second municipality has does not push the schools away.
    assert look("mu")[0] == "Mārupes Mūzikas skola"
    # Words in any order, with and without marks, small and capital letters.
    for typed in ("ādažu vidus", "ADAZU VIDUS", "vidus adazu", "  adazu   vidus "):
        assert look(typed) == ["Ādažu vidusskola"]
    # Inside a word from four letters on, and after everything that begins a word.
    assert look("kumskola") == ["Jelgavas 4. sākumskola"]
    assert "Jelgavas 4. sākumskola" not in look("kum")
    # A word of the name beside the municipality; the municipality alone does not list its institutions.
    assert look("skola rig") == [
        "Administrācijas skola",
        "Jaunās Jelgavas skola",
        "Lapmežciema-Adiņu skola",
        "Mārupes Mūzikas skola",
        "Pirmsskola „Jelgaviņa”",
        "Adamovas pamatskola",
    ]
    assert look("rigas") == ["Rīgas valstspilsēta"]
    # A registration number, whole or from six digits on; signs of a pattern are letters like others.
    assert look("9910000004") == ["Adamovas pamatskola"]
    assert look("991000", limit=3) == ["Administrācijas skola", "Ādažu Brīvā skola", "Ādažu vidusskola"]
    assert look("99100") == look("%%") == look("_") == look("xyzzy") == look("  ") == []
