"""Passwords: argon2id, and rules that follow what attackers do rather than what looks complicated.

At least twelve characters, any characters, no forced changes; not common, not made of words of this product, not
one character or pattern repeated. Parameters: 19 MiB, two passes, one lane (OWASP's first recommendation).
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

FOLDER = Path(__file__).resolve().parents[1] / "reference" / "passwords"
SHORTEST, LONGEST = 12, 1024
LEFT_OVER = 8  # characters that must remain without known words
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that are mistaken for one another


class WeakPassword(ValueError):
    """The password is refused. code: short, long, common, own or simple."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset((FOLDER / name).read_text(encoding="utf-8").split())


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def check(password: str, *personal: str) -> None:
    """Refuse a weak password. personal: login and name, which must not carry it. Raises WeakPassword."""
    password = _normal(password)
    if len(password) < SHORTEST:
        raise WeakPassword("short", f"Vismaz {SHORTEST} zīmes | at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise WeakPassword("long", f"Ne vairāk kā {LONGEST} zīmju | at most {LONGEST} characters")
    folded = password.casefold()
    common = _words("common.txt")
    bare = re.sub(r"[\d\W_]+$|^[\d\W_]+", "", folded)
    if folded in common or (bare in common and len(folded) - len(bare) <= 6):
        raise WeakPassword("common", "Bieži lietota parole | a common password")
    if len(set(folded)) < 5 or _repeats(folded) or folded in _runs():
        raise WeakPassword("simple", "Pārāk vienkāršs raksts | too simple a pattern")
    left = folded
    mine = {part for text in personal for part in re.split(r"[\W_]+", text.casefold()) if len(part) >= 3}
    for word in sorted(_words("own.txt") | mine, key=len, reverse=True):
        left = left.replace(word, "")
    changed, left = left != folded, re.sub(r"[\W_]", "", left)
    if changed and (len(left) < LEFT_OVER or left.isdigit() or len(set(left)) < 5):
        raise WeakPassword(
            "own", "Parolē ir lietotāja vai šī paneļa vārdi | it is made of words of this panel or your name"
        )


def _repeats(text: str) -> bool:
    """Whether the text is a piece of at most six characters over and over."""
    return any(
        text == (text[:size] * (len(text) // size + 1))[: len(text)]
        for size in range(1, 7)
        if len(text) > size
    )


@cache
def _runs() -> frozenset[str]:
    rows = (
        "abcdefghijklmnopqrstuvwxyz",
        "01234567890123456789",
        "qwertyuiopasdfghjklzxcvbnm",
        "1qaz2wsx3edc4rfv5tgb",
    )
    rows += tuple(row[::-1] for row in rows)
    return frozenset(
        row[first:last]
        for row in rows
        for first in range(len(row))
        for last in range(first + SHORTEST, len(row) + 1)
    )


def digest(password: str) -> str:
    """The argon2id hash, with a salt of its own."""
    return _HASHER.hash(_normal(password))


@cache
def _nobody() -> str:
    return digest(secrets.token_urlsafe(16))


def prepare() -> None:
    """Make the hash that unknown users are compared with, so that the first one takes no longer than others."""
    _nobody()


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; without a stored one the same work is done for nothing."""
    password = _normal(password[: LONGEST + 1])
    try:
        return _HASHER.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def one_time() -> str:
    """A password to hand over, to be changed at the first sign-in: 20 characters in groups, about 98 bits."""
    signs = [secrets.choice(_ALPHABET) for _ in range(20)]
    return "-".join("".join(signs[place : place + 5]) for place in range(0, 20, 5))
