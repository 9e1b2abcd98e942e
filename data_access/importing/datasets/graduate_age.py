"""Graduates by age at graduation: status and income of each age group of a programme in one tax year."""

from __future__ import annotations

from ._columns import choice, count, decimal, institution_name, reg_no, year
from ._vocabulary import AGE_GROUPS
from .model import Column, Dataset, Whole, adds_up, at_most

STATUSES = ("employed", "unemployed", "studying", "inactive", "emigrated", "unknown")

DATASET = Dataset(
    id="graduate_age",
    table="fact_graduate_age",
    name_lv="Absolventu monitorings: vecuma grupas",
    name_en="Graduate monitoring: age groups",
    about_lv="Viena rinda – iestāde, absolvēšanas gads, programma un vecuma grupa absolvēšanas dienā: grupas lielums, "
    "statuss gada beigās un ienākumi (EUR gadā, bruto). Programmas vecuma grupas kopā ir tās absolventi no absolventu "
    "grupu datnes (dzimums – visi); vecums ar dzimumu nav krustots, jo šūnās paliktu daži cilvēki.",
    about_en="One row is an institution, a graduation year, a programme and an age group on the day of graduation: size of "
    "the group, status at the end of the year and income (EUR a year, gross). The age groups of a programme together are "
    "its graduates of the file of groups (sex: all); age is not crossed with sex, which would leave a few persons a cell.",
    source_code="graduates",
    deliverer_lv="Centrālā statistikas pārvalde un IZM",
    deliverer_en="Central Statistical Bureau and the ministry",
    period="year",
    due=((12, 15),),
    key=("reg_no", "graduation_year", "monitoring_year", "programme", "age_group"),
    columns=(
        reg_no(),
        institution_name(),
        year("graduation_year", "Absolvēšanas gads", "Year of graduation", example="2017"),
        year("monitoring_year", "Taksācijas gads", "Tax year", "Monitoringa gads", example="2018"),
        Column(
            code="programme",
            kind="text",
            name_lv="Izglītības programma",
            name_en="Programme",
            synonyms=("Programma", "Programmas kods un nosaukums"),
            note_lv="Klasifikatora kods un nosaukums, tāds pats kā absolventu grupu datnē.",
            note_en="Code of the classification and name, the same as in the file of groups.",
            example="22525 Autotransports, profesionālā pamatizglītība",
        ),
        choice("age_group", "Vecuma grupa", "Age group", AGE_GROUPS, "Vecums absolvējot"),
        count("graduates", "Absolventu skaits grupā", "Graduates in the group", "31", "Absolventi"),
        count("employed", "Nodarbināti", "Employed", "18"),
        count("unemployed", "Reģistrēti bezdarbnieki", "Registered unemployed", "2", "Bezdarbnieki"),
        count("studying", "Tikai mācās", "Only studying", "3"),
        count("inactive", "Nestrādā un nemācās", "Neither working nor studying", "5", "Ekonomiski neaktīvi"),
        count("emigrated", "Dzīvo ārzemēs", "Living abroad", "3", "Emigrējuši"),
        count("unknown", "Nav ziņu", "No information", "0"),
        count(
            "skilled",
            "Strādā izglītībai atbilstošu darbu",
            "In work that fits the education",
            "5",
            note=(
                "Augstākajā izglītībā – 1.–3. pamatgrupas profesijās; profesionālajā – kvalifikācijas nozarē.",
                "Higher education: in occupations of groups 1 to 3; vocational: in the sector of the qualification.",
            ),
        ),
        count("earners", "Ar ienākumiem", "With income", "19", empty=True),
        *(
            decimal(code, name_lv, name_en, example, maximum=1_000_000, empty=True)
            for code, name_lv, name_en, example in (
                ("income_median", "Ienākumu mediāna, EUR", "Median income, EUR", "10120"),
                (
                    "income_lower_quartile",
                    "Ienākumu 1. kvartile, EUR",
                    "Lower quartile of income, EUR",
                    "7240",
                ),
                (
                    "income_upper_quartile",
                    "Ienākumu 3. kvartile, EUR",
                    "Upper quartile of income, EUR",
                    "14780",
                ),
            )
        ),
    ),
    checks=(
        adds_up("graduates", *STATUSES),
        at_most("skilled", "employed"),
        at_most("earners", "graduates"),
        at_most("graduation_year", "monitoring_year"),
        at_most("income_lower_quartile", "income_median"),
        at_most("income_median", "income_upper_quartile"),
    ),
    wholes=(
        Whole(
            columns=("graduates", *STATUSES, "skilled"),
            table="fact_graduate",
            keys=("institution_id", "graduation_year", "monitoring_year", "programme"),
            where={"sex": "all"},
        ),
    ),
    watched=("graduates",),
)
