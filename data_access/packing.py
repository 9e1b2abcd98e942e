"""Compression of pages for the way to the reader: with a shared dictionary where the browser has it, else without.

The dictionary is RFC 9842 (Compression Dictionary Transport): a public text of markup and words, the same for
everybody, that a browser keeps and names by its SHA-256. An answer that needs it begins with that hash, so a
page that was packed with another dictionary is recognised and never sent as if it could be read.
"""

from __future__ import annotations

import base64
import hashlib
import sys
from functools import cached_property

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAGIC = bytes(
    (0x5E, 0x2A, 0x4D, 0x18, 0x20, 0, 0, 0)
)  # a zstd frame of 32 bytes that decoders skip: the hash
HASH = 32
LEVEL = 12  # pages are packed when they are published, or once for all who ask
PLAIN_LEVEL = 3  # for browsers without the dictionary, at each asking


class Dictionary:
    """A text that packer and reader share. Raw content: whatever it holds may be referred to."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.content = text.encode()
        self.digest = hashlib.sha256(self.content).digest()
        self._start = MAGIC + self.digest

    @cached_property
    def _raw(self) -> zstd.ZstdDict:
        return zstd.ZstdDict(self.content, is_raw=True)

    @property
    def header(self) -> str:
        """What a browser that has it writes into `Available-Dictionary`: a structured-field byte sequence."""
        return f":{base64.b64encode(self.digest).decode()}:"

    def pack(self, html: str) -> bytes:
        """HTML as `Content-Encoding: dcz`."""
        return self._start + zstd.compress(html.encode(), LEVEL, zstd_dict=self._raw.as_digested_dict)

    def made(self, packed: bytes) -> bool:
        """Whether this dictionary packed it."""
        return packed.startswith(self._start)

    def unpack(self, packed: bytes) -> str:
        """The HTML again. Raises ValueError for what another dictionary packed."""
        return self._unpacked(packed).decode()

    def repack(self, packed: bytes) -> bytes:
        """The same page as `Content-Encoding: zstd`, for browsers without the dictionary. Raises as `unpack`."""
        return zstd.compress(self._unpacked(packed), PLAIN_LEVEL)

    def _unpacked(self, packed: bytes) -> bytes:
        if not self.made(packed):
            raise ValueError("packed with another dictionary")
        return zstd.decompress(memoryview(packed)[len(self._start) :], zstd_dict=self._raw)


def pack_plain(text: str, level: int = PLAIN_LEVEL) -> bytes:
    """A text as `Content-Encoding: zstd`."""
    return zstd.compress(text.encode(), level)


def unpack_plain(packed: bytes) -> str:
    """The HTML of `pack_plain`."""
    return zstd.decompress(packed).decode()
