"""The dictionary of pages: it holds nothing of any institution, pays, and is used only by who has it."""

from __future__ import annotations

import hashlib
import re
import statistics

import pytest
from sqlalchemy import select

from access.pages import REGISTRY, Request
from data_access import engine as engines
from data_access import packing
from data_access.reading import reading
from data_access.schema import institution, municipality
from data_access.scope import Scope
from pages import institution as institution_page
from pages import specimen

SCHOOL = "9900000827"
MARK = re.compile(r'<link rel="compression-dictionary" href="(/vardnica/(lv|en)-[0-9a-f]{16})">')


@pytest.fixture(scope="module")
def own(demo_app) -> packing.Dictionary:
    return specimen.dictionary("lv")


def asked(client, path: str, accepted: str, dictionary: str = ""):
    headers = {"Accept-Encoding": accepted}
    if dictionary:
        headers["Available-Dictionary"] = dictionary
    return client.get(f"/skats{path}", headers=headers)


def test_dictionary_holds_no_institution(demo_app, demo_settings, own):
    """No registration number, no code or name of a municipality, no school's name, and no value but zero."""
    engine = engines.create(demo_settings.database_url, read_only=True)
    with engine.connect() as connection:
        schools = connection.execute(select(institution.c.reg_no, institution.c.name)).all()
        places = connection.execute(select(municipality.c.code, municipality.c.name_full)).all()
    engine.dispose()
    assert len(schools) > 1000
    for lang in ("lv", "en"):
        content = specimen.dictionary(lang).text
        assert set(re.findall(r"\d{10}", content)) == {specimen.NOBODY}
        assert set(re.findall(r"LV\d{7}", content)) == {"LV0000000"}
        drawn = content[content.index('id="view-state"') :]
        assert [name for _code, name in schools if name in content] == []
        assert [
            name for _code, name in places if name in drawn
        ] == []  # texts of the catalogue name one as example
        values = re.findall(r'm-value">([^<]*)<', drawn) + re.findall(r'm-nation"[^>]*>([^<]*)<', drawn)
        assert len(values) > 30
        assert {number for value in values for number in re.findall(r"\d+", value)} <= {"0", "00"}


def test_dictionary_reads_no_table(monkeypatch, own):
    """It is drawn where there is no database at all, and every time the same."""
    from sqlalchemy import Connection

    def refuse(*_args, **_kwargs):
        raise AssertionError("the dictionary read a table")

    monkeypatch.setattr(Connection, "execute", refuse)
    assert specimen.text("lv") == own.text


def test_dictionary_pays(demo_app, demo_settings, own):
    """Whole pages of ten schools: less than half of what they take without it, most of them 5 kB or less."""
    engine = engines.create(demo_settings.database_url, read_only=True)
    with reading(engine, Scope(role="ministry")) as reader:
        numbers = reader.connection.execute(
            select(institution.c.reg_no)
            .where(institution.c.type == "secondary", institution.c.valid_to.is_(None))
            .order_by(institution.c.reg_no)
            .limit(10)
        ).scalars()
        drawn = [
            institution_page.usual_views(
                Request(reader, "lv", {"reg_no": number}, REGISTRY["institution"].name, demo_settings)
            )[""]
            for number in numbers
        ]
    engine.dispose()
    packed = [len(own.pack(html)) for html in drawn]
    assert sum(packed) < 0.5 * sum(len(packing.pack_plain(html)) for html in drawn)
    assert statistics.median(packed) <= 5000
    assert max(packed) <= 6500


def test_packed_page_names_its_dictionary(own):
    """RFC 9842: eight bytes, the SHA-256 of the dictionary, a zstd frame; another dictionary's page is refused."""
    packed = own.pack("<p>ā</p>")
    assert packed[:8] == bytes.fromhex("5e2a4d1820000000")
    assert packed[8:40] == hashlib.sha256(own.text.encode()).digest() == own.digest
    assert own.unpack(packed) == "<p>ā</p>"
    other = packing.Dictionary("cita")
    assert not other.made(packed)
    with pytest.raises(ValueError, match="another dictionary"):
        other.unpack(packed)


@pytest.mark.parametrize("account", [None, "ministry"])
@pytest.mark.parametrize("path", [f"/skola/{SCHOOL}", f"/en/skola/{SCHOOL}", "/palidziba"])
def test_every_encoding_is_the_same_page(client, signed_in, account, path):
    """Dictionary, zstd, gzip and none: one HTML, and caches are told what it depends on."""
    client = signed_in(account) if account else client
    own = specimen.dictionary("en" if path.startswith("/en") else "lv")
    answers = {
        "dcz": asked(client, path, "gzip, br, zstd, dcb, dcz", own.header),
        "zstd": asked(client, path, "gzip, br, zstd"),
        "gzip": asked(client, path, "gzip"),
        "identity": asked(client, path, "identity"),
    }
    for encoding, answer in answers.items():
        assert answer.headers.get("Content-Encoding", "identity") == encoding
        assert set(re.split(r", *", answer.headers["Vary"])) >= {
            "Cookie", "Accept-Encoding", "Available-Dictionary",
        }  # fmt: skip
        if account:
            assert answer.headers["Cache-Control"] == "no-store"
    import gzip

    html = answers["identity"].get_data(as_text=True)
    assert own.unpack(answers["dcz"].data) == html
    assert packing.unpack_plain(answers["zstd"].data) == html
    assert gzip.decompress(answers["gzip"].data).decode() == html


def test_dictionary_is_used_only_with_the_right_hash(client, own):
    """An old dictionary, the other language's, a malformed one, or dcz refused: the page comes without."""
    everything = "gzip, br, zstd, dcb, dcz"
    path = f"/skola/{SCHOOL}"
    english = specimen.dictionary("en").header
    assert english != own.header
    for given in (english, packing.Dictionary("old").header, ":", "x" * 5000, own.header.strip(":")):
        assert asked(client, path, everything, given).headers["Content-Encoding"] == "zstd"
    assert asked(client, path, "zstd, dcz;q=0", own.header).headers["Content-Encoding"] == "zstd"
    assert asked(client, path, "gzip, zstd", own.header).headers["Content-Encoding"] == "zstd"


@pytest.mark.parametrize("account", [None, "ministry"])
def test_document_leads_to_its_dictionary(client, signed_in, account):
    """The document names the dictionary of its language; it is public, kept for a year and used for views only."""
    client = signed_in(account) if account else client
    for path, lang, match in (("/palidziba", "lv", "/skats/*"), ("/en/palidziba", "en", "/skats/en/*")):
        found = MARK.search(client.get(path).get_data(as_text=True))
        assert found[2] == lang
        answer = client.get(found[1], headers={"Accept-Encoding": "zstd, gzip"})
        assert answer.headers["Use-As-Dictionary"] == f'match="{match}"'
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert "Set-Cookie" not in answer.headers
        assert packing.unpack_plain(answer.data) == specimen.dictionary(lang).text
    assert client.get("/vardnica/lv-0123456789abcdef").status_code == 404
    assert client.get("/vardnica/de-0123456789abcdef").status_code == 404
