"""Bad input C12, C13, C17–C19 of the catalogue: workbooks, and what is none."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import datetime

import pytest

from tests.support.absence_files import CODES, LATVIAN, ROWS, csv, numbers, xlsx


def rewritten(content: bytes, change) -> bytes:
    """The workbook with its parts changed: change(name, bytes) -> bytes."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()


def plus(content: bytes, **parts: bytes) -> bytes:
    """The workbook with further parts ("__" in a name is "/")."""
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name.replace("__", "/"), body)
    return stream.getvalue()


SIMPLE = {"Dati": [LATVIAN, *numbers()]}


def test_plain_workbook(look):
    """A workbook as our template gives it: explanations first, codes and Latvian names above the rows."""
    seen = look(
        xlsx(
            {"Lasi mani": [["Kā aizpildīt"]], "Piezīmes": [["Paldies"]], "Dati": [CODES, LATVIAN, *numbers()]}
        ),
        "a.xlsx",
    )
    assert [row["long_unexcused"] for row in seen.rows] == [3, 7, 12, 9, 0]
    assert [one.sheet for one in seen.findings if one.rule == "sheet_skipped"] == ["Piezīmes"]
    assert seen.result.rows[0].number == 3


def test_c12_merged_heading(look):
    """Two rows of headings with merged cells are joined from top to bottom."""

    def tune(book, sheets):
        sheet = sheets["Dati"]
        for place, name in enumerate(LATVIAN[:5]):
            sheet.merge_range(1, place, 2, place, name)
        sheet.merge_range(1, 5, 1, 6, "Ar kavējumiem")
        sheet.write(2, 5, "Neattaisnoti")
        sheet.write(2, 6, "Ilgstoši neattaisnoti")
        for number, row in enumerate(numbers(), start=3):
            sheet.write_row(number, 0, row)

    seen = look(xlsx({"Dati": [["Kavējumi novadā"]]}, tune), "a.xlsx")
    assert [row["any_unexcused"] for row in seen.rows] == [21, 40, 35, 66, 18]
    assert seen.result.rows[0].number == 4
    assert seen.at("line_note") == {(1, "")}


def test_c12_hidden_content_is_reported(look):
    """Hidden sheets are not read, hidden rows and columns are read and have to be confirmed."""

    def tune(book, sheets):
        sheets["Vecie dati"].hide()
        sheets["Dati"].set_row(2, None, None, {"hidden": True})
        sheets["Dati"].set_column(4, 4, None, None, {"hidden": True})
        sheets["Dati"].autofilter(0, 0, 5, 6)
        sheets["Dati"].freeze_panes(1, 0)

    seen = look(xlsx({**SIMPLE, "Vecie dati": [LATVIAN, *numbers()]}, tune), "a.xlsx")
    assert len(seen.rows) == 5
    assert seen.one("sheet_hidden").sheet == "Vecie dati"
    assert seen.one("rows_hidden").row == 3
    assert seen.one("column_hidden").letter == "E"
    assert {seen.one(rule).weight for rule in ("rows_hidden", "column_hidden")} == {"confirm"}


def test_c13_total_in_a_workbook(look):
    """A total that is off names its cell."""
    seen = look(xlsx({"Dati": [LATVIAN, *numbers(), ["Kopā", None, None, None, 850, 180, 32]]}), "a.xlsx")
    assert seen.refused
    assert seen.at("total_differs") == {(7, "G")}


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, body in parts.items():
            made.writestr(name.replace("__", "/"), body)
    return stream.getvalue()


WRONG = {
    "content_pdf": b"%PDF-1.7 ...",
    "content_html": b"<!DOCTYPE html><html><body>Please sign in</body></html>",
    "content_xls": OLE,
    "content_encrypted": OLE + "EncryptedPackage".encode("utf-16-le"),
    "content_ods": archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
    "content_xlsb": archive(xl__workbook_bin=b"").replace(b"workbook_bin", b"workbook.bin"),
    "content_zip": archive(a=csv().encode()),
    "content_parquet": b"PAR1....",
    "content_damaged": b"PK\x03\x04 not an archive",
}


@pytest.mark.parametrize("rule", WRONG)
def test_c17_other_kinds_of_file(look, rule):
    """Each kind of wrong file has its own message, whatever it is called."""
    for name in ("kavejumi.csv", "kavejumi.xlsx", "kavejumi.xls"):
        seen = look(WRONG[rule], name)
        assert seen.refused
        assert seen.rules == {rule}


def test_c17_another_table(look):
    """A file of another table is named, not half read."""
    seen = look("reg_no;school_year;free_meals\n9910000011;2023/2024;12\n", kind="absence")
    assert seen.refused
    assert {"column_missing"} <= seen.rules


def test_c17_last_years_file_changes_nothing(look):
    """Rows of another year are recognised by the year in each row; an unknown year is refused."""
    seen = look(csv([[row[0], "1824/1825", *row[2:]] for row in ROWS]))
    assert seen.refused
    assert seen.at("period_unknown") == {(number, "B") for number in range(2, 7)}


def test_c18_bombs_are_refused_fast(look):
    """An archive that unpacks to more than it may is refused by its table of contents."""
    bomb = plus(xlsx(SIMPLE), xl__worksheets__sheet9_xml=b"0" * 400_000_000)
    started = time.monotonic()
    assert look(bomb, "a.xlsx").rules == {"content_bomb"}
    assert time.monotonic() - started < 2


def test_c18_entities(look):
    """“Billion laughs” never reaches the reader of sheets."""
    laugh = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>'

    def change(name: str, body: bytes) -> bytes:
        return laugh + body.partition(b"?>")[2] if name.endswith("sheet1.xml") else body

    assert look(rewritten(xlsx(SIMPLE), change), "a.xlsx").rules == {"content_entities"}


def test_c18_macros_and_links(look):
    """Workbooks with programs or with values from other files are refused."""
    assert look(
        plus(xlsx(SIMPLE), xl__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin"), "a.xlsm"
    ).rules == {"content_macros"}
    assert look(plus(xlsx(SIMPLE), xl__externalLinks__link1_xml=b"<a/>"), "a.xlsx").rules == {"content_links"}


def test_c18_too_many_columns(look):
    """A value far to the right is refused; an empty sheet that claims to be full is not."""
    wide = xlsx({"Dati": [[*LATVIAN, *[None] * 400, "x"], *numbers()]})
    assert look(wide, "a.xlsx").rules == {"too_many_columns"}

    def claim(name: str, body: bytes) -> bytes:
        import re

        return re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:XFD1048576"/>', body)

    assert len(look(rewritten(xlsx(SIMPLE), claim), "a.xlsx").rows) == 5


def test_c18_too_many_rows(look, monkeypatch):
    """The rows are counted while they are read, not believed."""
    from data_access.importing import sheet

    monkeypatch.setattr(sheet, "MAX_ROWS", 3)
    assert look(xlsx(SIMPLE), "a.xlsx").rules == {"too_many_rows"}


def tuned(change):
    """A workbook whose cells are changed after they are written: change(sheet, book)."""
    return xlsx(SIMPLE, lambda book, sheets: change(sheets["Dati"], book))


def test_c19_formulas_and_errors(look):
    """A formula without its result, an error and a date in place of a number are named by cell."""

    def change(sheet, book):
        sheet.write_formula(1, 6, "=1+2", None, "")
        sheet.write_formula(2, 6, "=1/0", None, "#DIV/0!")
        sheet.write_datetime(3, 6, datetime(2024, 4, 1), book.add_format({"num_format": "d. mmm"}))

    content = tuned(change).replace(b"", b"")

    def bare(name: str, body: bytes) -> bytes:
        return body.replace(b"<f>1+2</f><v></v>", b"<f>1+2</f>")

    seen = look(rewritten(content, bare), "a.xlsx")
    assert seen.refused
    assert seen.at("formula_no_value") == {(2, "G")}
    assert seen.at("excel_error") == {(3, "G")}
    assert seen.at("number_date") == {(4, "G")}
    assert seen.one("excel_error").value == "#DIV/0!"


def test_c19_formula_with_its_result(look):
    """A formula that Excel has computed is read as its result."""
    seen = look(tuned(lambda sheet, book: sheet.write_formula(1, 6, "=1+2", None, 3)), "a.xlsx")
    assert seen.rows[0]["long_unexcused"] == 3


def test_c19_codes_that_excel_changed(look):
    """A number without its zeros and a code in scientific writing are refused with their cell."""

    def change(sheet, book):
        sheet.write_number(1, 0, 10000011)
        sheet.write_string(2, 0, "9,91E+09")

    seen = look(tuned(change), "a.xlsx")
    assert seen.at("reg_no_zeros") == {(2, "A")}
    assert seen.at("reg_no_form") == {(3, "A")}


def test_c19_dates_of_1904(look):
    """Days counted from 1904 are the same days (no date column here: a date is refused, not read as a count)."""

    def epoch(name: str, body: bytes) -> bytes:
        return body.replace(b"<workbookPr ", b'<workbookPr date1904="1" ')

    def change(sheet, book):
        sheet.write_datetime(1, 6, datetime(2024, 4, 1), book.add_format({"num_format": "dd.mm.yyyy"}))

    assert look(rewritten(tuned(change), epoch), "a.xlsx").at("number_date") == {(2, "G")}
