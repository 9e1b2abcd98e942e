"""Order and search for Latvian names.

``collation_key`` is made of digits only, so a stored key sorts right by plain byte comparison and in
every collation of a database. A letter with a mark is a letter of its own (Auce < Ābele), numbers
sort by size (2. < 10.), quotation marks and points are passed over.
"""

from __future__ import annotations

import re
import unicodedata

ALPHABET = "aābcčdeēfgģhiīyjkķlļmnņoōpqrŗsštuūvwxzž"
_CODES = {letter: f"{number:02}" for number, letter in enumerate(ALPHABET, 10)}
_SPACE, _NUMBER, _OTHER = "01", "02", "97"
_PARTS = re.compile(r"[0-9]+|\s+|.", re.DOTALL)
_SPACES = re.compile(r"\s+")
_LONGEST = 99


def collation_key(text: str) -> str:
    """A stored sort key in the order of the Latvian alphabet, blind to case."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    key: list[str] = []
    for part in _PARTS.findall(folded):
        if part[0] in "0123456789":
            digits = part.lstrip("0") or "0"
            for start in range(0, len(digits), _LONGEST):
                chunk = digits[start : start + _LONGEST]
                key.append(f"{_NUMBER}{len(chunk):02}{chunk}")
        elif part.isspace():
            _space(key)
        else:
            _letter(part, key)
    while key and key[-1] == _SPACE:
        key.pop()
    return "".join(key)


def _space(key: list[str]) -> None:
    if key and key[-1] != _SPACE:
        key.append(_SPACE)


def _letter(character: str, key: list[str]) -> None:
    if character in _CODES:
        key.append(_CODES[character])
        return
    for base in unicodedata.normalize("NFD", character):
        kind = unicodedata.category(base)
        if base in _CODES:
            key.append(_CODES[base])
        elif kind == "Pd" or base in "/\\_":
            _space(key)
        elif kind[0] not in "MPZC":
            key.append(f"{_OTHER}{ord(base):07}")


def search_key(text: str) -> str:
    """Lower case without marks and with single spaces, to compare what was typed with what is stored."""
    previous = None
    while text != previous:  # folding twice may differ from folding once for rare letters
        previous = text
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
