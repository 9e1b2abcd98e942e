"""R09: complaints about the institution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators.model import NOT_OFFICIAL_EN, NOT_OFFICIAL_LV, Change, Example, Threshold, Words, indicator

if TYPE_CHECKING:
    import pandas as pd


@indicator(
    id="R09",
    words={
        "lv": Words(
            name="Sūdzības par izglītības iestādi",
            short_name="Sūdzības",
            question="Vai par iestādi saņemts vairāk sūdzību, nekā pēc tās lieluma būtu gaidāms?",
            why=(
                "Sūdzība ir signāls, nevis pierādījums: 2024. gadā no 570 sūdzībām pamatota "
                "bija 81. Vairākas "
                "sūdzības var attiekties uz vienu notikumu."
            ),
            formula=(
                "kalendāra gadā saņemtās sūdzības ÷ simts izglītojamo. Pamatotās sūdzības rāda atsevišķi."
            ),
            numerator="gadā saņemtās sūdzības",
            denominator="izglītojamie vidēji gadā, simtos",
            missing=(
                "Sūdzības reģistrē viena valsts iestāde, tāpēc ieraksta trūkums gadā, par kuru reģistrs ir "
                "saņemts, nozīmē, ka sūdzību nav bijis. Ja nav izglītojamo skaita, vērtības nav."
            ),
            example=(
                "Gadā saņemtas 3 sūdzības, iestādē ir 400 izglītojamo: 3 ÷ 4,00 = 0,75 uz 100 izglītojamiem."
            ),
        ),
        "en": Words(
            name="Complaints about the institution",
            short_name="Complaints",
            question="Have there been more complaints than the size of the institution would lead to expect?",
            why=(
                "A complaint is a signal and not proof: of 570 complaints in 2024 81 were confirmed. Several "
                "complaints may concern one event."
            ),
            formula="complaints received in the calendar year ÷ hundreds of learners. Confirmed ones are "
            "shown separately.",
            numerator="complaints received in the year",
            denominator="learners on average over the year, in hundreds",
            missing=(
                "One state service registers complaints, so no entry in a year for which its register has "
                "been received means no complaint. Without the number of learners there is no value."
            ),
            example="3 complaints in the year, 400 learners: 3 ÷ 4.00 = 0.75 per 100 learners.",
        ),
    },
    group="signals",
    unit="per_100_pupils",
    direction="high_bad",
    stages=("all_general", "all_vocational", "all_orientation"),
    period="calendar_year",
    family="rate",
    min_denominator=1.0,
    thresholds=(
        Threshold(
            medium=2.0,
            high=3.0,
            basis="times_national",
            citation_lv=f"{NOT_OFFICIAL_LV} Vidējs: virs 2, augsts: virs 3 valsts vidējām vērtībām.",
            citation_en=f"{NOT_OFFICIAL_EN} Medium: above 2, high: above 3 times the national rate.",
        ),
    ),
    sources=("IKVD", "VIIS"),
    example=Example(numerator=3, denominator=4.0, value=0.75),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.0",
    changelog=(Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),),
)
def complaints(complaint: pd.DataFrame, enrolment: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """Complaints of a calendar year per hundred learners; ``school_year`` holds the calendar year.

    3 complaints of two topics; 380 learners in spring, 420 in autumn:

    >>> import pandas as pd
    >>> complaint = pd.DataFrame({
    ...     "institution_id": [1, 1], "year": [2024, 2024], "topic": ["safety", "process"],
    ...     "received": [2, 1]})
    >>> enrolment = pd.DataFrame({
    ...     "institution_id": [1, 1], "school_year": [2023, 2024], "semester": [2, 1],
    ...     "stage": ["basic", "basic"], "pupils": [380, 420]})
    >>> institution = pd.DataFrame({"id": [1], "type": ["basic"]})
    >>> frames = {"complaint": complaint, "enrolment": enrolment, "institution": institution}
    >>> complaints.compute(frames)[["school_year", "numerator", "denominator"]].values.tolist()
    [[2024.0, 3.0, 4.0]]
    """
    from indicators.stages import whole_institution

    # The learners of calendar year y: semester 2 of school year y-1 (spring) and semester 1 of y (autumn).
    counted = enrolment.assign(school_year=enrolment["school_year"] + (enrolment["semester"] == 2))
    keys = ["institution_id", "school_year"]
    learners = counted.groupby([*keys, "semester"], sort=True)["pupils"].sum()
    learners = learners.groupby(level=keys, sort=True).mean().div(100).rename("denominator").reset_index()
    received = complaint.groupby(["institution_id", "year"], sort=True)["received"].sum()
    received = received.rename_axis(keys).rename("numerator").reset_index()
    registered = learners[learners["school_year"].isin(complaint["year"].unique())]
    both = registered.merge(received, on=keys, how="left")
    both["numerator"] = both["numerator"].fillna(0).astype("int64")
    return whole_institution(both, institution).assign(semester=0)
