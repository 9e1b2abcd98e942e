"""What the loader says about a file: rule, place as Excel shows it, value, and how to mend it, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from language.messages import _, t

from .receive import RefusedFile

ERROR, CONFIRM, NOTICE = "error", "confirm", "notice"
SEVERITIES = (ERROR, CONFIRM, NOTICE)
LONGEST_VALUE = 80

# rule -> severity, what is wrong, how to mend it. Placeholders are filled from the finding.
RULES: dict[str, tuple[str, str, str]] = {
    # --- the file as a whole
    "empty_file": (ERROR, _("The file is empty."), _("Send the file with its data.")),
    "no_rows": (
        ERROR,
        _("There is a heading but no row of data."),
        _("Fill the rows below the heading, or do not send the file."),
    ),
    "too_large": (ERROR, _("The file is larger than {limit}."), _("Split it by school years and send the parts.")),
    "too_many_rows": (ERROR, _("The file has more than {limit} rows."), _("Split it by school years and send the parts.")),
    "too_many_columns": (
        ERROR,
        _("The sheet has more than {limit} columns."),
        _("Leave only the columns of the template and save the file again."),
    ),
    "content_pdf": (ERROR, _("This is a PDF document, not a table."), _("Send the Excel or CSV file that it was made from.")),
    "content_html": (
        ERROR,
        _("This is a web page, not a table; often the sign-in page saved in place of the file."),
        _("Sign in to the source system, download the file again and open it in Excel before sending."),
    ),
    "content_xls": (
        ERROR,
        _("This is an Excel file of the old kind (.xls)."),
        _("Open it in Excel, choose “Save as” and the kind “Excel workbook (.xlsx)”."),
    ),
    "content_encrypted": (
        ERROR,
        _("The workbook is protected by a password."),
        _("In Excel choose File, Info, Protect workbook, Encrypt with password, empty the field and save."),
    ),
    "content_xlsb": (
        ERROR,
        _("This is a binary Excel workbook (.xlsb)."),
        _("Open it in Excel, choose “Save as” and the kind “Excel workbook (.xlsx)”."),
    ),
    "content_ods": (
        ERROR,
        _("This is an OpenDocument table (.ods)."),
        _("Choose “Save as” and the kind “Excel workbook (.xlsx)” or “CSV UTF-8”."),
    ),
    "content_zip": (ERROR, _("This is an archive, not a table."), _("Unpack it and send the tables one by one.")),
    "content_parquet": (
        ERROR,
        _("Parquet files are accepted for person-level extracts only."),
        _("Send this table as CSV or XLSX."),
    ),
    "content_binary": (
        ERROR,
        _("The content is not text (there is a zero byte in line {line})."),
        _("Save the table again as “CSV UTF-8” or as an Excel workbook (.xlsx)."),
    ),
    "content_macros": (
        ERROR,
        _("The workbook holds macros; files with programs are not opened."),
        _("Save it as “Excel workbook (.xlsx)” without macros."),
    ),
    "content_links": (
        ERROR,
        _("The workbook takes values from other files."),
        _("In Excel choose Data, Edit links, Break link, and save."),
    ),
    "content_bomb": (
        ERROR,
        _("The workbook unpacks to more than {limit}."),
        _("Copy the rows into a new workbook (values only) and save that."),
    ),
    "content_entities": (
        ERROR,
        _("The workbook holds XML declarations that no Excel writes."),
        _("Open it in Excel and save it as a new workbook."),
    ),
    "content_damaged": (ERROR, _("The workbook is damaged and cannot be opened."), _("Open and repair it in Excel, then save it again.")),
    # --- letters
    "encoding_unknown": (
        ERROR,
        _("The letters in line {line} are neither UTF-8 nor Windows-1257."),
        _("In Excel choose “Save as” and the kind “CSV UTF-8”."),
    ),
    "encoding_mixed": (
        ERROR,
        _("Line {line} is written in another encoding than the lines above it."),
        _("Two files were joined: save each as “CSV UTF-8” and join them again."),
    ),
    "encoding_ambiguous": (
        ERROR,
        _("The letters can be read in two ways: “{first}” or “{second}”."),
        _("In Excel choose “Save as” and the kind “CSV UTF-8”; we do not guess."),
    ),
    "encoding_double": (
        ERROR,
        _("Letters were encoded twice in line {line}: “{value}”."),
        _("Export the file from the source system again as “CSV UTF-8”; do not convert it a second time."),
    ),
    "cleaned": (NOTICE, _("Invisible or doubled characters were removed."), _("Nothing to do; the source system may be told.")),
    "lookalike": (
        ERROR,
        _("A code holds a letter of another alphabet that only looks the same."),
        _("Type the code again on the keyboard instead of copying it."),
    ),
    # --- structure
    "delimiter_ambiguous": (
        ERROR,
        _("The columns can be cut in two ways: with “{first}” into {first_count}, with “{second}” into {second_count}."),
        _("Save the file with semicolons between the columns."),
    ),
    "delimiter_pipe": (
        ERROR,
        _("The columns are separated by “|”."),
        _("Save the file with semicolons, commas or tabs between the columns."),
    ),
    "header_missing": (
        ERROR,
        _("No heading row was found. Expected columns: {columns}."),
        _("Use the template: the first row holds the names of the columns."),
    ),
    "column_missing": (
        ERROR,
        _("The column “{column}” is missing."),
        _("Add the column; understood headings: {names}."),
    ),
    "column_twice": (
        ERROR,
        _("Two columns are called “{column}” ({letters})."),
        _("Leave one of them, or name them as in the template."),
    ),
    "column_unknown": (
        NOTICE,
        _("The column “{column}” is not known and was not read."),
        _("If it is needed, name it as in the template."),
    ),
    "kind_unknown": (
        ERROR,
        _("The file fits none of the known tables. The nearest is “{nearest}”; missing: {missing}."),
        _("Choose the kind of table, or take its template."),
    ),
    "kind_nearer": (
        CONFIRM,
        _("The file was read as “{chosen}”, but more of its columns are those of “{nearer}”; missing there: {missing}."),
        _("If it is “{nearer}”, name the column as in its template and send the file again."),
    ),
    "kind_ambiguous": (ERROR, _("The file fits several tables: {names}."), _("Choose the kind of table before sending.")),
    "kind_other": (
        ERROR,
        _("The file looks like “{other}”, but “{chosen}” was chosen."),
        _("Choose the kind “{other}”, or send the right file."),
    ),
    "kind_extract": (
        ERROR,
        _("“{name}” is a person-level extract; it is only read in its own way."),
        _("Load it from the command line as the documentation of extracts says."),
    ),
    "sheet_hidden": (NOTICE, _("The sheet “{name}” is hidden and was not read."), _("Unhide it if its rows are needed.")),
    "sheet_skipped": (NOTICE, _("The sheet “{name}” has no heading row and was not read."), _("Nothing to do if it holds explanations.")),
    "rows_hidden": (
        CONFIRM,
        _("{count} rows are hidden, the first is row {first}; they were read."),
        _("Unhide them, check them, or delete them."),
    ),
    "column_hidden": (CONFIRM, _("The column “{column}” is hidden; it was read."), _("Unhide it and check its values.")),
    "cells_too_many": (
        ERROR,
        _("The row has {count} cells, the heading has {expected}."),
        _("A value holds the character that separates columns: put it in quotes or remove it."),
    ),
    "cells_too_few": (
        ERROR,
        _("The row has {count} cells, the heading has {expected}."),
        _("Add the missing cells; leave them empty if there is no value."),
    ),
    "quote_open": (
        ERROR,
        _("A quotation mark is opened and not closed in this row."),
        _("Remove the quotation mark or close it in the same row."),
    ),
    "cell_too_long": (ERROR, _("The cell holds {count} characters."), _("A cell may hold {limit} characters at most.")),
    "line_note": (NOTICE, _("A line of text outside the table; it was not loaded."), _("Nothing to do.")),
    "header_again": (NOTICE, _("The heading is repeated here; the line was not loaded."), _("Nothing to do.")),
    # --- values
    "value_missing": (ERROR, _("There is no value."), _("Write the value; 0 if there was none, x if it is not delivered.")),
    "value_half": (
        ERROR,
        _("The row says “{value}” here, but has numbers in other cells."),
        _("Write the number; 0 if there was none."),
    ),
    "not_delivered": (
        NOTICE,
        _("The row says that there are no data ({value}); it was not loaded."),
        _("Nothing to do if that is so."),
    ),
    "number_bad": (ERROR, _("This is not a number."), _("Write digits only, for example 12 or 12,5.")),
    "number_ambiguous": (
        ERROR,
        _("This can be {first} or {second}."),
        _("Write thousands with a blank and decimals with a comma."),
    ),
    "number_whole": (ERROR, _("A whole number is needed here."), _("Write the number of persons without decimals.")),
    "number_written": (
        ERROR,
        _("The number is written in a way that cannot be checked."),
        _("Write it in full, with at most 15 digits."),
    ),
    "number_unit": (ERROR, _("There is a unit beside the number."), _("Write the number only; the unit is named in the heading.")),
    "below_minimum": (ERROR, _("The value is below {limit}."), _("Check the value in the source system.")),
    "above_maximum": (ERROR, _("The value is above {limit}."), _("Check the value in the source system.")),
    "date_bad": (ERROR, _("This is not a date."), _("Write the date as 31.12.2024 or 2024-12-31.")),
    "date_impossible": (ERROR, _("There is no such day."), _("Check the day and the month.")),
    "date_order": (
        ERROR,
        _("The order of day, month and year cannot be told."),
        _("Write the date as 31.12.2024 or 2024-12-31, with four digits of the year."),
    ),
    "date_number": (
        ERROR,
        _("The date is stored as a number."),
        _("In Excel choose the number format “Date” for the column and check the days."),
    ),
    "number_date": (
        ERROR,
        _("Excel has turned this value into a date."),
        _("Choose the format “Text” for the column and type the value again."),
    ),
    "school_year_bad": (ERROR, _("This is not a school year."), _("Write it as 2024/2025.")),
    "period_unknown": (ERROR, _("The period is outside {first} to {last}."), _("Check the year.")),
    "period_future": (ERROR, _("The period has not begun yet."), _("Check the year and the semester.")),
    "semester_bad": (ERROR, _("This is not a semester."), _("Write 1 or 2.")),
    "stage_unknown": (ERROR, _("This stage of education is not known."), _("Use one of: {names}.")),
    "choice_unknown": (ERROR, _("This word is not in the list."), _("Use one of: {names}.")),
    "flag_bad": (ERROR, _("Yes or no is needed here."), _("Write 1 for yes and 0 for no.")),
    "municipality_unknown": (ERROR, _("This municipality is not known."), _("Use the code of the list; the nearest name is {nearest}.")),
    "municipality_former": (
        ERROR,
        _("This municipality ended with the reform of 2021."),
        _(
            "Write one row for {nearest} with the sums of all that it was made from ({parts}); if one of them is not "
            "known, leave the row out."
        ),
    ),
    "municipality_divided": (
        ERROR,
        _("This municipality was divided by the reform of 2021."),
        _("Its number cannot be shared out among {nearest}: ask the deliverer for numbers in the present borders."),
    ),
    "municipality_recast": (
        CONFIRM,
        _("{count} rows of {periods} name municipalities whose borders are those of July 2021: {names}."),
        _(
            "Confirm that the numbers were recalculated into the present borders. If they are those of the former "
            "municipality of that name, leave the rows out or send the sums."
        ),
    ),
    "municipality_closed": (
        ERROR,
        _("This municipality did not exist in the period ({since} – {until})."),
        _("Write the municipality of the period: {nearest}."),
    ),
    "reg_no_zeros": (
        ERROR,
        _("The registration number has {count} digits instead of ten; leading zeros may be lost."),
        _("Choose the format “Text” for the column and type the number again.{nearest}"),
    ),
    "reg_no_form": (
        ERROR,
        _("This is not a registration number of an institution."),
        _("Write ten digits without letters.{nearest}"),
    ),
    "reg_no_unknown": (
        ERROR,
        _("No institution has this registration number."),
        _("Check the digits.{nearest} New institutions come with the register of institutions."),
    ),
    "reg_no_closed": (
        ERROR,
        _("The institution did not exist in the period ({since} – {until})."),
        _("Check the period or the institution.{nearest}"),
    ),
    "formula_no_value": (
        ERROR,
        _("The cell holds a formula whose result is not in the file."),
        _("Open the file in Excel, let it compute and save; or paste the values."),
    ),
    "excel_error": (ERROR, _("Excel could not compute this cell."), _("Mend the formula or write the value.")),
    "text_bad": (ERROR, _("The text holds characters that cannot be shown."), _("Type the text again.")),
    # --- rows
    "part_above_whole": (
        ERROR,
        _("“{part}” ({part_value}) is larger than “{whole}” ({whole_value})."),
        _("A part cannot be larger than the whole: check both numbers."),
    ),
    "parts_not_whole": (
        ERROR,
        _("The parts add up to {sum}, “{whole}” is {whole_value}."),
        _("Check the parts and the whole."),
    ),
    "above_other": (
        ERROR,
        _("“{column}” ({value}) is larger than the number of learners already loaded ({limit})."),
        _("Check the number, or load the corrected number of learners first."),
    ),
    "groups_not_whole": (
        ERROR,
        _("“{column}” of the groups adds up to {sum}; of all together {whole} are loaded already."),
        _("Check the groups and whether one is missing, or load the corrected file of all together first."),
    ),
    "row_twice": (NOTICE, _("The same row stands twice; it was counted once (first in row {first})."), _("Nothing to do.")),
    "row_differs": (
        ERROR,
        _("Rows {rows} have the same key but different values; none of them was loaded."),
        _("Leave the right one."),
    ),
    "personal_column": (
        ERROR,
        _("The column “{column}” holds data about persons; this table may not have them. The file was deleted."),
        _("Remove the column and send the file again."),
    ),
    "personal_value": (
        ERROR,
        _("The file holds data about a person ({kind}); it was deleted."),
        _("Remove the data about persons and send the file again."),
    ),
    # --- the file against itself and against what is there
    "total_used": (NOTICE, _("A line of totals; it was used for checking and not loaded."), _("Nothing to do.")),
    "total_differs": (
        ERROR,
        _("The total of “{column}” is {value}, the rows add up to {sum}."),
        _("Rows are missing or the total is old: mend the table."),
    ),
    "quarantine_limit": (
        ERROR,
        _("{count} of {total} rows cannot be loaded; at most 1 % may be left out."),
        _("Mend the rows listed below and send the whole file again."),
    ),
    "change_large": (
        CONFIRM,
        _("“{column}” in {period}: {value}, a year earlier {before} ({change})."),
        _("Check with who delivered the file; if it is right, confirm it with a reason."),
    ),
    "value_constant": (
        CONFIRM,
        _("“{column}” is {value} in all {count} rows."),
        _("Check whether the column was filled down; if it is right, confirm it with a reason."),
    ),
    "digits_even": (
        CONFIRM,
        _("All {count} values of “{column}” are even."),
        _("Check whether the numbers were rounded or doubled; if they are right, confirm it with a reason."),
    ),
    "digits_round": (
        CONFIRM,
        _("{share} of the values of “{column}” end in 0 or 5."),
        _("Check whether the numbers are estimates; if they are right, confirm it with a reason."),
    ),
    "silent": (
        NOTICE,
        _("{count} institutions that delivered before are not in the file: {names}."),
        _("Their earlier rows stay. Ask them if they should be here."),
    ),
    "revises": (
        CONFIRM,
        _("Rows with other values than those already loaded: {count}."),
        _("They are kept as revisions with your reason."),
    ),
    "source_differs": (
        NOTICE,
        _("{count} rows differ from another source; “{primary}” is the primary one and both are kept."),
        _("See the page of data quality."),
    ),
    "same_file": (NOTICE, _("This very file is loaded already; nothing changes."), _("Nothing to do.")),
    "nothing_new": (NOTICE, _("Every row is loaded already with the same values."), _("Nothing to do.")),
    "unreadable": (
        ERROR,
        _("The loader stopped at this file because of a fault of its own."),
        _("Send the file to the maintainers with the number of the load."),
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One remark. row: as Excel counts; letter: column as Excel names it; value: as written, masked if personal.

    words: fills the placeholders; a pair is (Latvian, English). problem, cure: msgids of a rule that a dataset
    declares itself; else those of RULES.
    """

    rule: str
    severity: str = ""
    sheet: str = ""
    row: int | None = None
    letter: str = ""
    heading: str = ""
    value: str = ""
    words: Mapping[str, object] = field(default_factory=dict)
    problem: str = ""
    cure: str = ""

    @property
    def weight(self) -> str:
        """error, confirm or notice."""
        return self.severity or RULES[self.rule][0]

    def texts(self, lang: str) -> tuple[str, str]:
        """What is wrong and how to mend it."""
        known = RULES.get(self.rule, (ERROR, "", ""))
        words = {"value": self.value}
        for key, value in self.words.items():
            words[key] = value[0 if lang == "lv" else 1] if isinstance(value, tuple) else value
        return tuple(
            t(text, lang, **words).strip(" ;") if text else ""
            for text in (self.problem or known[1], self.cure or known[2])
        )

    def place(self, lang: str) -> str:
        """Sheet, row and column in words: 'lapa “Dati”, 7. rinda, kolonna C (Semestris)'."""
        parts = []
        if self.sheet:
            parts.append(t("sheet “{name}”", lang, name=self.sheet))
        if self.row:
            parts.append(t("row {number}", lang, number=self.row))
        if self.letter:
            parts.append(
                t("column {letter}", lang, letter=self.letter)
                + (f" ({self.heading})" if self.heading else "")
            )
        return ", ".join(parts)


class Refusal(RefusedFile):
    """The file is refused; `findings` say why. dataset: what it was recognised as, if it was.

    counts: lines read = usable + with errors + headings, totals and blank ones, when its rows were looked at.
    """

    dataset: str | None = None
    counts: tuple[int, int, int, int] | None = None

    def __init__(self, *findings: Finding, name: str = "") -> None:
        self.findings = findings
        head = f"{name}: " if name else ""
        first = findings[0]
        super().__init__(head + " | ".join(_line(first, lang) for lang in ("lv", "en")))


def _line(finding: Finding, lang: str) -> str:
    place = finding.place(lang)
    return (f"{place}: " if place else "") + " ".join(part for part in finding.texts(lang) if part)


def shown(value: object, personal: bool = False) -> str:
    """A value as a message shows it: short, on one line, hidden when it is about a person."""
    text = "" if value is None else str(value)
    if personal and text:
        return "•••"
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def letter(index: int) -> str:
    """Excel's name of column `index` (0 = A, 26 = AA)."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def count_by_weight(findings: Iterable[Finding]) -> dict[str, int]:
    """How many errors, confirmations and notices."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counts[finding.weight] += 1
    return counts
