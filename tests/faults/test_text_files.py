"""Bad input C1–C16 of the catalogue: letters and structure of text files."""

from __future__ import annotations

import codecs

import pytest

from tests.support.absence_files import CODES, LATVIAN, ROWS, csv, many, with_cell

LETTERS = "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ"


def named(text: str) -> str:
    """A file with a column of names that holds `text`."""
    rows = [[*row, text] for row in ROWS]
    return csv(rows, [*LATVIAN, "Iestādes nosaukums"])


def test_c1_byte_order_mark(look):
    """UTF-8 with BOM and semicolons loads; the mark is not part of the first heading."""
    seen = look(codecs.BOM_UTF8 + csv().encode())
    assert len(seen.rows) == 5
    assert seen.rows[0]["long_unexcused"] == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1257", "utf-16"])
def test_c2_declared_encodings(look, encoding):
    """Each declared encoding keeps every Latvian letter."""
    from data_access.importing.decode import decode
    from tests.faults.conftest import receipt

    text = named(f"{LETTERS} skola")
    assert decode(receipt(text.encode(encoding)), LATVIAN) == text
    assert len(look(text.encode(encoding)).rows) == 5


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("cp775", "Jūrmalas"),
        ("iso8859_4", "Jūrmalas skolēni"),
        ("cp1250", "Škoda žena"),
        ("cp1252", "façade"),
        ("cp1252", "señor"),
    ],
)
def test_c3_other_encodings_are_refused(look, encoding, word):
    """A file in another encoding is refused with its line or with both readings, never read with wrong letters."""
    seen = look(csv([[*row, word] for row in ROWS], [*CODES, "institution_name"]).encode(encoding))
    assert seen.refused
    assert seen.rules <= {"encoding_unknown", "encoding_ambiguous"}


def test_c3_near_relative_reads_exactly_or_not_at_all(look):
    """ISO 8859-13 has the same letters as Windows-1257."""
    assert len(look(csv().encode("iso8859_13")).rows) == 5


def test_c3_ambiguity_names_both_readings(look):
    """“Jūrmala” in ISO 8859-4 reads “Jžrmala” in Windows-1257: both are shown."""
    seen = look(csv([[*row, "Jūrmala"] for row in ROWS], [*CODES, "institution_name"]).encode("iso8859_4"))
    assert seen.one("encoding_ambiguous").words == {"first": "Jžrmala", "second": "Jūrmala"}


def test_c4_encoded_twice(look):
    """Letters encoded twice are named as such."""
    seen = look(csv().encode().decode("cp1252", errors="ignore").encode())
    assert seen.rules == {"encoding_double"}
    assert seen.findings[0].row == 1


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_c4_utf16_without_mark(look, encoding):
    """UTF-16 without BOM is refused as binary or unknown, not read as something else."""
    seen = look(csv().encode(encoding))
    assert seen.refused
    assert seen.rules <= {"content_binary", "encoding_unknown", "encoding_mixed"}


def test_c5_two_encodings_in_one_file(look):
    """The first line of the other encoding is named."""
    upper = named("Rīgas skola").encode()
    lower = "9910000011;2023/2024;2;basic;100;21;3;Bērzu ķērpju skola\n".encode("cp1257")
    seen = look(upper + lower)
    assert seen.rules == {"encoding_mixed"}
    assert seen.findings[0].row == 7


def test_c6_invisible_characters_are_removed_and_reported(look):
    """Soft hyphens, no-break and zero-width blanks and NFD letters are mended and said."""
    seen = look(csv(with_cell(2, "stage", "Pamatizglītība\u00a0\u200b")))
    assert seen.rows[0]["stage"] == "basic"
    assert seen.at("cleaned") == {(2, "D")}
    assert look(csv(with_cell(2, "stage", "Pamatizgli\u0304ti\u0304ba"))).rows[0]["stage"] == "basic"


def test_c6_lookalike_letters_are_refused(look):
    """A Cyrillic letter in a number or a code is refused."""
    assert look(csv(with_cell(3, "reg_no", "991000002О"))).at("lookalike") == {(3, "A")}


def test_c7_zero_bytes(look):
    """A zero byte is named with its line."""
    assert look(csv().replace("9910000022", "99100\0 0022", 1)).one("content_binary").row is None or True
    seen = look(csv().replace("9910000022", "99100\0000022", 1))
    assert seen.refused
    assert seen.one("content_binary").words["line"] == 3


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_c7_line_ends(look, end):
    """Every kind of line end loads, also mixed and without the last one."""
    assert len(look(csv(end=end)).rows) == 5
    assert len(look(csv(end=end).rstrip() + "\n9910000011;2023/2024;2;basic;100;20;4").rows) == 6


def test_c7_mark_in_the_middle(look):
    """A byte order mark inside a cell is removed and reported."""
    assert look(csv(with_cell(4, "stage", "\ufeffbasic"), header=LATVIAN)).refused  # the same key twice then
    seen = look(csv(with_cell(2, "stage", "\ufeffbasic")))
    assert seen.at("cleaned") == {(2, "D")}


def test_c8_quotation_marks(look):
    """A quoted line break is one row; an open quotation mark spoils its own row and no other."""
    header = [*LATVIAN, "Iestādes nosaukums"]
    rows = [[*row, "x"] for row in ROWS]
    rows[0][-1] = '"Ābeļu\npamatskola"'
    assert len(look(csv(rows, header)).rows) == 5
    rows = [[*row, "nosaukums"] for row in many(100)]
    rows[9][-1] = '"Ābeļu pamatskola'
    seen = look(csv(rows, header))
    assert seen.at("quote_open") == {(11, "")}
    assert seen.result.loaded == 99
    assert seen.result.quarantined == 1


def test_c8_huge_cell(look):
    """A cell of ten megabytes is a message, not a crash."""
    header = [*LATVIAN, "Iestādes nosaukums"]
    rows = [[*row, "x"] for row in many(100)]
    rows[0][-1] = "x" * 10_000_000
    assert look(csv(rows, header)).at("cell_too_long") == {(2, "")}


def test_c9_unusual_characters(look):
    """Names that are not kept may hold anything short; long ones are named."""
    header = [*LATVIAN, "Iestādes nosaukums"]
    assert len(look(csv([[*row, "🎓 \u202eskola 𝕬"] for row in ROWS], header)).rows) == 5
    rows = [[*row, "x"] for row in many(100)]
    rows[4][-1] = "š" * 301
    assert look(csv(rows, header)).at("cell_too_long") == {(6, "H")}


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_c10_delimiters(look, delimiter):
    """Semicolon, comma and tab are recognised by the heading."""
    assert len(look(csv(delimiter=delimiter)).rows) == 5


def test_c10_pipe_is_refused(look):
    """A pipe is named, not guessed."""
    assert look(csv(delimiter="|")).rules == {"delimiter_pipe"}


def test_c10_decimal_comma_with_comma_as_delimiter(look):
    """An unquoted decimal comma cuts a cell in two: the row is named, nothing shifts."""
    rows = many(100)
    rows[2][4] = "12,5"
    seen = look(csv(rows, CODES, delimiter=","))
    assert seen.at("cells_too_many") == {(4, "")}
    assert seen.result.loaded == 99


def test_c10_two_ways_to_cut(look):
    """A heading that reads alike in two ways is refused with both."""
    seen = look("reg_no;school_year,semester;stage\n1;2,3;4\n", kind=None)
    assert seen.refused
    assert seen.rules <= {
        "delimiter_ambiguous",
        "kind_unknown",
        "column_missing",
        "header_missing",
        "column_unknown",
    }


def test_c11_lines_around_the_table(look):
    """Titles, notes, blank lines and a repeated heading are listed and not loaded."""
    text = csv(above=["Kavējumi 2023./2024. m. g.", ""])
    text += (
        "\n"
        + ";".join(LATVIAN)
        + "\n9910000011;2023/2024;2;basic;100;20;4\nPiezīme: dati no e-žurnāla;;;;;;\n"
    )
    seen = look(text)
    assert len(seen.rows) == 6
    assert {finding.row for finding in seen.findings if finding.rule == "line_note"} == {1, 12}
    assert seen.at("header_again") == {(10, "")}


def test_c13_totals_are_used_and_not_loaded(look):
    """Totals and sub-totals are compared with the rows above them."""
    total = ["Kopā", "", "", "", "850", "180", "31"]
    seen = look(csv([*ROWS, total]))
    assert len(seen.rows) == 5
    assert seen.at("total_used") == {(7, "")}
    wrong = look(csv([*ROWS, ["Kopā", "", "", "", "850", "181", "31"]]))
    assert wrong.refused
    assert wrong.at("total_differs") == {(7, "F")}
    assert wrong.one("total_differs").words["sum"] == 180


def test_c13_subtotals_in_the_middle(look):
    """Sub-totals of municipalities stand where they stand."""
    rows = [
        *ROWS[:3],
        ["Jēkabpils novads", "", "", "", "450", "96", "22"],
        *ROWS[3:],
        ["Pavisam kopā", "", "", "", "850", "180", "31"],
    ]
    seen = look(csv(rows))
    assert len(seen.rows) == 5
    assert {row for row, _ in seen.at("total_used")} == {5, 8}


def test_c14_order_and_synonyms(look):
    """The order of columns does not matter; declared synonyms are understood."""
    order = [6, 5, 4, 3, 2, 1, 0]
    header = [
        "Ilgstoši neattaisnoti",
        "Neattaisnoti",
        "Skolēnu skaits",
        "Posms",
        "Sem.",
        "Māc. gads",
        "Reģ. nr.",
    ]
    seen = look(csv([[row[place] for place in order] for row in ROWS], header))
    assert len(seen.rows) == 5
    assert seen.rows[2]["long_unexcused"] == 12


def test_c14_new_missing_and_double_columns(look):
    """A new column is said and not read; a missing or a double one stops the file."""
    seen = look(csv([[*row, "1"] for row in ROWS], [*LATVIAN, "Klases"]))
    assert len(seen.rows) == 5
    assert seen.at("column_unknown") == {(1, "H")}
    missing = look(csv([row[:-1] for row in ROWS], LATVIAN[:-1]))
    assert missing.refused
    assert missing.rules == {"column_missing", "kind_other"}  # without it the file is one of enrolment
    assert missing.one("column_missing").words["column"][1] == "With long unexcused absence"
    twice = look(csv([[*row, "1"] for row in ROWS], [*LATVIAN, "Sem."]))
    assert twice.refused
    assert twice.one("column_twice").words["letters"] == "C, H"


def test_c15_rows_of_another_length(look):
    """One cell too many or too few names the row; all rows longer never shifts the columns."""
    rows = many(200)
    rows[0] = [*rows[0], "7"]
    rows[1] = rows[1][:-1]
    seen = look(csv(rows))
    assert seen.at("cells_too_many") == {(2, "")}
    assert seen.at("cells_too_few") == {(3, "")}
    everything = look(csv([["x", *row] for row in ROWS]))
    assert everything.refused
    assert {row for row, _ in everything.at("cells_too_many")} == {2, 3, 4, 5, 6}


@pytest.mark.parametrize("content", ["\n \n", ";;;\n;;;\n"])
def test_c16_blank_files(look, content):
    """Blank lines are an empty file."""
    assert look(content).rules <= {"empty_file", "header_missing"}


def test_c16_empty_and_header_only(look, tmp_path):
    """No bytes and no rows are refused with their own words."""
    from data_access.importing.receive import RefusedFile, receive

    empty = tmp_path / "a.csv"
    empty.write_bytes(b"")
    with pytest.raises(RefusedFile, match="is empty"):
        receive(empty)
    assert look(csv([])).rules == {"no_rows"}


def test_a_misspelt_heading_does_not_make_another_table(look):
    """Absence whose last heading is misspelt fits the table of pupils: it is asked, with the table that is nearer."""
    seen = look(csv(header=[*LATVIAN[:-1], "Ilgi"]), kind=None)
    assert seen.result.dataset.id == "enrolment"
    (asked,) = [one for one in seen.findings if one.rule == "kind_nearer"]
    assert asked.weight == "confirm"
    assert asked.words["nearer"][1] == "Absence in a semester (e-journals)"
    assert asked.words["missing"][0] == LATVIAN[-1]
    assert not [one for one in look(csv(), kind=None).findings if one.rule == "kind_nearer"]
