"""Keys derived from the one secret of the settings, each for one purpose."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class KeyChanged(RuntimeError):
    """A stored secret was encrypted with another key than today's."""


class Keys:
    """Encrypts what must be read again and blinds what must only be recognised."""

    def __init__(self, secret: bytes) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(secret, b"ikms totp secret")))
        self._identity = _derive(secret, b"ikms oidc identity")

    def encrypt(self, text: str) -> str:
        """Ciphertext of a secret."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, text: str) -> str:
        """The secret again. Raises KeyChanged when the settings have another key now."""
        try:
            return self._fernet.decrypt(text.encode()).decode()
        except InvalidToken:
            raise KeyChanged("IKMS_SECRET_KEY ir mainīta | has been changed") from None

    def identity(self, issuer: str, subject: str) -> str:
        """How an OpenID Connect identity is recognised; neither part can be read from it."""
        text = f"{len(issuer)}:{issuer}{subject}"
        return hmac.new(self._identity, text.encode(), hashlib.sha256).hexdigest()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret)
