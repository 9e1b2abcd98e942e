"""What a file is, by its first bytes and not by its name."""

from __future__ import annotations

import io
import re
import zipfile

from .findings import Finding, Refusal
from .receive import Receipt

TEXT, WORKBOOK = "text", "workbook"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"\s*(<!doctype html|<html|<head|<body|<table|<\?xml[^>]*>\s*<html)", re.IGNORECASE)


def sniff(receipt: Receipt) -> str:
    """TEXT or WORKBOOK. Raises Refusal with the file's own cure for everything else."""
    content = receipt.content
    rule = ""
    if content.startswith(b"%PDF"):
        rule = "content_pdf"
    elif content.startswith(b"PAR1"):
        rule = "content_parquet"
    elif content.startswith(_OLE):
        rule = "content_encrypted" if "EncryptedPackage".encode("utf-16-le") in content else "content_xls"
    elif content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        rule = _archive(content)
    elif _HTML.match(content[:400]):
        rule = "content_html"
    elif content.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")):
        rule = "content_zip"
    else:
        return TEXT
    if rule:
        raise Refusal(Finding(rule=rule), name=receipt.name)
    return WORKBOOK


def _archive(content: bytes) -> str:
    """ "" for a plain workbook, else the rule that refuses it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and b"opendocument" in archive.read("mimetype")[:200]:
                return "content_ods"
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError):
        return "content_damaged"
    if "xl/workbook.bin" in names:
        return "content_xlsb"
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        return "content_zip"
    if any(name.endswith("vbaProject.bin") for name in names):
        return "content_macros"
    if any(name.startswith("xl/externalLinks/") for name in names):
        return "content_links"
    return ""
