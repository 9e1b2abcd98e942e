"""The file of rules: sealed, approved by two, refused when touched."""

from __future__ import annotations

import json
import shutil

import pytest

from indicators.disclosure import rules


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped file that a test may damage."""
    return shutil.copy(rules.PATH, tmp_path / "rules.json")


def edit(path, **changes):
    """Change values of the rules without sealing them."""
    content = json.loads(path.read_text(encoding="utf-8"))
    content["rules"] |= changes
    path.write_text(json.dumps(content), encoding="utf-8")


def test_shipped_rules_are_sealed_by_two():
    """The shipped file is readable, and two different names stand in it."""
    signed = rules.load()
    assert signed.rules.minimum == 10
    assert len(set(signed.approved)) == 2
    assert signed.digest == rules.digest(json.loads(rules.PATH.read_text(encoding="utf-8")))


def test_shipped_rules_are_the_built_in_ones():
    """What reading falls back to is what is shipped."""
    assert rules.load().rules == rules.Rules()


def test_change_needs_a_new_seal(copy):
    """A lower minimum slipped into the file is refused; sealed by two it counts."""
    edit(copy, minimum_sensitive=15)
    with pytest.raises(rules.RulesError, match="digest"):
        rules.load(copy)
    signed = rules.sign(copy, ("A. Ozola", "B. Liepa"), "2027-01-01", "2")
    assert signed.rules.minimum_sensitive == 15
    assert signed.approved == ("A. Ozola", "B. Liepa")


def test_one_name_twice_is_not_two_persons(copy):
    """The same person may not approve twice."""
    with pytest.raises(rules.RulesError, match="two persons"):
        rules.sign(copy, ("A. Ozola", "a. ozola"), "2027-01-01", "2")


@pytest.mark.parametrize(
    "change", [{"minimum": 1}, {"base": 1}, {"contributors": 1}, {"minimum_sensitive": 5}]
)
def test_too_weak_rules_are_refused_even_sealed(copy, change):
    """Some limits cannot be signed away."""
    edit(copy, **change)
    with pytest.raises(rules.RulesError, match="too weak"):
        rules.sign(copy, ("A. Ozola", "B. Liepa"), "2027-01-01", "2")


def test_seal_depends_on_the_key():
    """The HMAC tells who published; without a key there is none."""
    signed = rules.load()
    assert signed.seal(None) is None
    assert signed.seal(b"one") != signed.seal(b"two")
