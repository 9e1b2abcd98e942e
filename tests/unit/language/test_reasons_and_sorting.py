"""Reason codes, Latvian order and search."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language import reasons
from language.sorting import ALPHABET, collation_key, search_key

LETTERS = st.text(alphabet=ALPHABET + ALPHABET.upper() + " 123", max_size=12)


def test_every_reason_has_a_sign_and_a_meaning():
    """Signs differ from each other, from numbers and from nothing; meanings exist in both languages."""
    signs = [reasons.sign(code) for code in reasons.CODES]
    assert reasons.CODES == ("c", "x", "z", "low", "u")
    assert len(set(signs)) == len(signs)
    assert not any(sign == "" or sign.isdigit() for sign in signs)
    for code in reasons.CODES:
        assert reasons.meaning(code, "lv") != reasons.meaning(code, "en")
        assert reasons.word(code, "lv") != reasons.word(code, "en")


def test_no_sign_is_the_code_of_another_reason():
    """What is read on the screen cannot be taken for another code in the CSV."""
    for code in reasons.CODES:
        assert reasons.sign(code) == code or reasons.sign(code) not in reasons.CODES


def test_unknown_reason_is_refused():
    """A code outside the list is an error, not an empty cell."""
    with pytest.raises(ValueError, match="unknown reason code"):
        reasons.sign("n/a")


@pytest.mark.parametrize(
    "names",
    [
        ["Abele", "Auce", "Ābele", "Ādaži"],
        ["Cēsis", "Čiekure", "Dobele"],
        ["Kuldīga", "Ķekava", "Limbaži", "Ļaudona"],
        ["Saldus", "Sigulda", "Šķaune", "Zilupe", "Žīguri"],
        ["Gulbene", "Ģibuļi", "Irši", "Īvande", "Jelgava"],
        ["Rīga", "Rīgas 2. vidusskola", "Rīgas 10. vidusskola", "Rīgas Centra skola"],
        ["Abele", "„Auseklis”", "Ābele"],
    ],
)
def test_latvian_order(names):
    """Names stand as in a Latvian dictionary; numbers by size; quotation marks are passed over."""
    assert sorted(names[1::2] + names[::2], key=collation_key) == names


def test_order_is_blind_to_case_and_composition():
    """Capitals and decomposed letters do not change the place."""
    assert collation_key("ĀDAŽI") == collation_key("ādaži") == collation_key("A\u0304daz\u030ci")
    assert collation_key("Andrē") == collation_key("  Andrē ")


@given(LETTERS, LETTERS)
def test_letters_compare_by_the_alphabet(left, right):
    """The key orders words as their letters stand in the alphabet; spaces first, then numbers."""

    def plain(text):
        return [("a", ALPHABET.index(letter)) for letter in text.casefold() if letter in ALPHABET]

    if not any(c in " 123" for c in left + right):
        assert (collation_key(left) < collation_key(right)) == (plain(left) < plain(right))


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_keys_are_digits_and_totally_ordered(a, b, c):
    """Keys hold digits only, so bytes and every database collation agree; equal texts have equal keys."""
    keys = [collation_key(text) for text in (a, b, c)]
    assert all(key.isascii() and (key.isdigit() or not key) for key in keys)
    assert sorted(keys) == sorted(keys, key=str.encode)
    assert collation_key(a) == keys[0]
    if keys[0] <= keys[1] <= keys[2]:
        assert keys[0] <= keys[2]


@given(st.text(max_size=40))
def test_search_key_is_idempotent(text):
    """Folding what is folded changes nothing."""
    key = search_key(text)
    assert search_key(key) == key
    assert key == key.strip()
    assert "  " not in key


def test_search_key_folds_marks_case_and_spaces():
    """What is typed without marks finds what is written with them."""
    assert search_key("  Ķekavas\u00a0 VIDUSSKOLA ") == "kekavas vidusskola"
    assert search_key("A\u0304dazi") == search_key("Ādaži") == "adazi"
