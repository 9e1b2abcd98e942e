"""Plural classes by CLDR.

Latvian has three: *zero* (0, 10-20, 30, 111 ...), *one* (1, 21, 31, but not 11) and *other*.
A decimal is judged by its printed digits: 1,5 is *other*, 1,1 is *one*.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from babel import Locale
from babel.plural import PluralRule

# The order in which a catalogue lists its forms, and the header it must carry.
FORMS = {"lv": ("zero", "one", "other"), "en": ("one", "other")}
HEADERS = {
    "lv": "nplurals=3; plural=(n%10==0 || (n%100>=11 && n%100<=19) ? 0 : n%10==1 && n%100!=11 ? 1 : 2);",
    "en": "nplurals=2; plural=(n != 1);",
}


@cache
def _rule(lang: str) -> PluralRule:
    return Locale.parse(lang).plural_form


def plural_class(n: int | float | Decimal, lang: str) -> str:
    """The CLDR class of ``n``: ``zero``, ``one`` or ``other``."""
    return _rule(lang)(n)


def plural_index(n: int | float | Decimal, lang: str) -> int:
    """The place of the form for ``n`` in a catalogue entry."""
    return FORMS[lang].index(plural_class(n, lang))
