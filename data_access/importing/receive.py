"""Receive a file: its bytes, size and hash, read once so that it cannot change under the later stages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

SIZE_LIMIT = 200 * 1024 * 1024


class RefusedFile(ValueError):
    """The file is refused; the message says what is wrong and how to mend it (lv | en)."""


@dataclass(frozen=True)
class Receipt:
    """A received file: name, content and sha256 (hex)."""

    name: str
    content: bytes
    sha256: str


def receive(path: Path) -> Receipt:
    """Read `path` whole. Raises RefusedFile when it is missing, empty, a link or above the size limit."""
    if path.is_symlink() or not path.is_file():
        raise RefusedFile(f"{path.name}: nav parasta datne | not a regular file")
    if path.stat().st_size > SIZE_LIMIT:
        raise RefusedFile(
            f"{path.name}: lielāka par {SIZE_LIMIT >> 20} MB; sadaliet to | "
            f"larger than {SIZE_LIMIT >> 20} MB; split it"
        )
    content = path.read_bytes()
    if not content.strip():
        raise RefusedFile(f"{path.name}: datne ir tukša | the file is empty")
    return Receipt(path.name, content, hashlib.sha256(content).hexdigest())
