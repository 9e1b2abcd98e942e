"""Words, numbers, dates and order in Latvian and English.

Everything in the house may import this package; it imports only the standard library and Babel.
"""

from language.messages import LANGUAGES, side, t, tn, translate, translate_plural

__all__ = ["LANGUAGES", "side", "t", "tn", "translate", "translate_plural"]
