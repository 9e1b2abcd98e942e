"""The register of complaints."""

from __future__ import annotations

from ._columns import choice, count, institution_name, reg_no, year
from ._vocabulary import COMPLAINT_TOPICS
from .model import Dataset, adds_up

DATASET = Dataset(
    id="complaint",
    table="fact_complaint",
    name_lv="Iesniegumi un sūdzības",
    name_en="Complaints",
    about_lv="Iesniegumu skaits par iestādi gadā pēc tēmas un iznākuma. Neko par iesniedzēju.",
    about_en="Complaints about the institution in the year by topic and outcome. Nothing about who complained.",
    source_code="ikvd",
    deliverer_lv="Izglītības kvalitātes valsts dienests",
    deliverer_en="State Education Quality Service",
    period="year",
    due=((2, 15),),
    key=("reg_no", "year", "topic"),
    columns=(
        reg_no(),
        institution_name(),
        year(),
        choice("topic", "Iesnieguma tēma", "Topic of the complaint", COMPLAINT_TOPICS, "Tēma"),
        count("received", "Saņemti", "Received", "3", "Saņemto skaits", maximum=500),
        count("confirmed", "Apstiprināti", "Confirmed", "1", maximum=500),
        count("not_confirmed", "Neapstiprināti", "Not confirmed", "1", maximum=500),
        count("explained", "Sniegts skaidrojums", "Explained", "1", maximum=500),
        count("forwarded", "Pārsūtīti", "Forwarded", "0", maximum=500),
    ),
    checks=(adds_up("received", "confirmed", "not_confirmed", "explained", "forwarded"),),
    watched=("received",),
)
