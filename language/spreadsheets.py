"""Text that a spreadsheet shows as text, whatever it begins with."""

from __future__ import annotations

import re

# What a spreadsheet takes for the beginning of a formula, the full-width forms included.
STARTS = frozenset("=+-@\t\r\n＝＋－＠")
_SIGNED_NUMBER = re.compile(r"[+-]\d[\d\s.,]*[%\w\s.]*")


def safe_text(text: str) -> str:
    """The text with an apostrophe before what would run as a formula; a signed number stays as it is.

    Blanks and an apostrophe before the sign do not hide it: some programs drop them when they read a file.
    """
    if text and (text[0] in STARTS or text[0] in " '\u00a0"):
        begin = text.lstrip(" '\u00a0")[:1]
        if begin in STARTS and begin and not _SIGNED_NUMBER.fullmatch(text):
            return "'" + text
    return text
