"""Words, numbers, dates and order in Latvian and English.

Everything in the house may import this package; it imports only the standard library and Babel.
"""

from language.messages import LANGUAGES, t, tn, translate, translate_plural

__all__ = ["LANGUAGES", "t", "tn", "translate", "translate_plural"]
