"""Codes of a generator in the reader's telephone (RFC 6238): six digits, thirty seconds, each taken once."""

from __future__ import annotations

import hmac
import re
import time

import pyotp

PERIOD = 30
ISSUER = "IKMS panelis"


def new_secret() -> str:
    """A random secret of 160 bits, base32."""
    return pyotp.random_base32(32)


def address(secret: str, login: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def picture(secret: str, login: str) -> str:
    """The QR code as inline SVG, black on white."""
    import segno  # the page of one's own account alone

    return segno.make(address(secret, login), error="m").svg_inline(
        scale=4, border=2, dark="#000", light="#fff", omitsize=True, title="QR"
    )


def step_of(secret: str, code: str, last_step: int) -> int | None:
    """The time step that a code belongs to, one step of tolerance each way; None when wrong or used before."""
    code = re.sub(r"\s", "", code)
    here = int(time.time()) // PERIOD
    generator = pyotp.TOTP(secret)
    found = None
    for step in (here - 1, here, here + 1):
        fits = hmac.compare_digest(generator.at(step * PERIOD).encode(), code.encode("utf-8", "replace"))
        if fits and step > last_step:
            found = step
    return found
