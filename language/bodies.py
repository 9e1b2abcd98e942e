"""Names of registers and of the bodies that publish: Latvian as written in the data, English as they call themselves."""

from __future__ import annotations

from collections.abc import Iterable

REGISTERS = {
    "e-žurnāli": "e-journals",
    "VPS": "state exams (VPS)",
    "CSP": "Central Statistical Bureau (CSP)",
    "VID": "State Revenue Service (VID)",
    "NVA": "State Employment Agency (NVA)",
    "IKVD": "State Education Quality Service (IKVD)",
    "VIIS": "State Education Information System (VIIS)",
}
BODIES = {
    "Izglītības kvalitātes valsts dienests": "State Education Quality Service (IKVD)",
    "Centrālā statistikas pārvalde": "Central Statistical Bureau (CSP)",
    "Nodarbinātības valsts aģentūra": "State Employment Agency (NVA)",
    "Izglītības iestādes un IZM": "educational institutions and the Ministry of Education and Science (IZM)",
    "Izglītības iestādes": "educational institutions",
    "Dibinātāji": "founders",
    "Valsts kase": "the Treasury",
    "CSP un IZM": "Central Statistical Bureau (CSP) and Ministry of Education and Science (IZM)",
    "CSP": "CSP",
    "IKMS panelis": "IKMS panelis (this dashboard)",
}


def registers(names: Iterable[str], lang: str) -> str:
    """Registers in a line, each once.

    >>> registers(("VIIS", "e-žurnāli", "VIIS"), "lv")
    'VIIS, e-žurnāli'
    >>> registers(("VIIS", "e-žurnāli"), "en")
    'State Education Information System (VIIS), e-journals'
    """
    return ", ".join(name if lang == "lv" else REGISTERS.get(name, name) for name in dict.fromkeys(names))


def bodies(names: str, lang: str) -> str:
    """Publishers as written in the data, separated by commas; a name that is not known stays.

    >>> bodies("Dibinātāji, Valsts kase", "en")
    'founders, the Treasury'
    """
    if lang == "lv":
        return names
    return ", ".join(BODIES.get(name, name) for name in names.split(", "))
