"""The open graduate set: groups of graduates, their status and income in one tax year."""

from __future__ import annotations

from ._columns import choice, count, decimal, institution_name, reg_no, year
from ._vocabulary import FIELDS, GRADUATE_LEVELS, GRADUATE_SYSTEMS, SEXES
from .model import Column, Dataset, adds_up, at_most

DATASET = Dataset(
    id="graduate",
    table="fact_graduate",
    name_lv="Absolventu monitorings: grupas",
    name_en="Graduate monitoring: groups",
    about_lv="Atvērtā absolventu kopa, viena datne par katru taksācijas gadu. Viena rinda – iestāde, absolvēšanas gads, "
    "programma un dzimums: grupas lielums, statuss gada beigās un ienākumi (EUR gadā, bruto).",
    about_en="The open graduate set, one file a tax year. One row is an institution, a graduation year, a programme and a "
    "sex: size of the group, status at the end of the year and income (EUR a year, gross).",
    source_code="graduates",
    deliverer_lv="Centrālā statistikas pārvalde un IZM",
    deliverer_en="Central Statistical Bureau and the ministry",
    period="year",
    due=((12, 15),),
    key=("reg_no", "graduation_year", "monitoring_year", "programme", "sex"),
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
            note_lv="Klasifikatora kods un nosaukums.",
            note_en="Code of the classification and name.",
            example="22525 Autotransports, profesionālā pamatizglītība",
        ),
        choice("sex", "Dzimums", "Sex", SEXES),
        choice("system", "Izglītības veids", "Kind of education", GRADUATE_SYSTEMS, example="vocational"),
        choice("field", "Tematiskā grupa", "Field", FIELDS, "Joma"),
        choice("level", "Līmenis", "Level", GRADUATE_LEVELS),
        count(
            "graduates",
            "Absolventu skaits grupā",
            "Graduates in the group",
            "41",
            "Absolventu skaits",
            "Absolventi",
        ),
        count("employed", "Nodarbināti", "Employed", "23"),
        count("unemployed", "Reģistrēti bezdarbnieki", "Registered unemployed", "3", "Bezdarbnieki"),
        count("studying", "Tikai mācās", "Only studying", "3"),
        count("inactive", "Nestrādā un nemācās", "Neither working nor studying", "8", "Ekonomiski neaktīvi"),
        count("emigrated", "Dzīvo ārzemēs", "Living abroad", "4", "Emigrējuši"),
        count("unknown", "Nav ziņu", "No information", "0"),
        count(
            "skilled",
            "Strādā izglītībai atbilstošu darbu",
            "In work that fits the education",
            "6",
            "Strādā 1.–3. pamatgrupas profesijās",
            "In occupations of groups 1 to 3",
            note=(
                "Augstākajā izglītībā – 1.–3. pamatgrupas profesijās; profesionālajā – kvalifikācijas nozarē.",
                "Higher education: in occupations of groups 1 to 3; vocational: in the sector of the qualification.",
            ),
        ),
        count("earners", "Ar ienākumiem", "With income", "26", empty=True),
        count("founded", "Dibinājuši uzņēmumu", "Founded an enterprise", "0", empty=True),
        decimal(
            "income_median",
            "Ienākumu mediāna, EUR",
            "Median income, EUR",
            "10657",
            maximum=1_000_000,
            empty=True,
        ),
        decimal(
            "income_lower_quartile",
            "Ienākumu 1. kvartile, EUR",
            "Lower quartile of income, EUR",
            "7636",
            maximum=1_000_000,
            empty=True,
        ),
        decimal(
            "income_upper_quartile",
            "Ienākumu 3. kvartile, EUR",
            "Upper quartile of income, EUR",
            "15529",
            maximum=1_000_000,
            empty=True,
        ),
        decimal(
            "income_mean",
            "Vidējie ienākumi, EUR",
            "Mean income, EUR",
            "11840",
            maximum=1_000_000,
            empty=True,
            required=False,
            note=(
                "Tikai tad, ja mediānas nav; lapās vērtība ir apzīmēta kā vidējā.",
                "Only where there is no median; pages mark the value as a mean.",
            ),
        ),
    ),
    checks=(
        adds_up("graduates", "employed", "unemployed", "studying", "inactive", "emigrated", "unknown"),
        at_most("skilled", "employed"),
        at_most("founded", "graduates"),
        at_most("graduation_year", "monitoring_year"),
        at_most("income_lower_quartile", "income_median"),
        at_most("income_median", "income_upper_quartile"),
    ),
    watched=("graduates",),
)
