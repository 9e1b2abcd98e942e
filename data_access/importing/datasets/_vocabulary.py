"""The words that files may use for the codes of the fact tables: code, Latvian, English, other spellings."""

from __future__ import annotations

from indicators.stages import NAMES, WHOLE

from .model import Choice


def _choices(*rows: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(code, lv, en, tuple(rest)) for code, lv, en, *rest in rows)


STAGE_SYNONYMS = {
    "preschool": ("pirmsskolas izglītība",),
    "basic": ("vispārējā pamatizglītība",),
    "upper_secondary": ("vispārējā vidējā", "vidējā izglītība"),
    "vocational": ("profesionālā",),
    "orientation": ("profesionālā ievirze", "interešu un profesionālā ievirze"),
    "higher": ("augstākā",),
}
STAGES = tuple(
    Choice(code, names["lv"], names["en"], STAGE_SYNONYMS.get(code, ()))
    for code, names in NAMES.items()
    if code not in WHOLE
)

SUBJECTS = _choices(
    ("latvian", "Latviešu valoda", "Latvian", "latviešu valoda un literatūra"),
    ("mathematics", "Matemātika", "Mathematics", "matemātika i"),
    ("english", "Angļu valoda", "English", "svešvaloda (angļu)", "angļu valoda i"),
    ("science", "Dabaszinības", "Science"),
    ("social_studies", "Sociālās zinības", "Social studies", "sociālās zinības un vēsture"),
    ("history", "Vēsture", "History", "latvijas un pasaules vēsture"),
    ("geography", "Ģeogrāfija", "Geography"),
    ("biology", "Bioloģija", "Biology"),
    ("chemistry", "Ķīmija", "Chemistry"),
    ("physics", "Fizika", "Physics"),
    ("literature", "Literatūra", "Literature"),
    ("german", "Vācu valoda", "German", "svešvaloda (vācu)"),
    ("french", "Franču valoda", "French", "svešvaloda (franču)"),
    ("russian", "Krievu valoda", "Russian", "svešvaloda (krievu)"),
    ("minority_language", "Mazākumtautības valoda", "Minority language"),
    ("computing", "Datorika", "Computing", "programmēšana"),
    ("design_technology", "Dizains un tehnoloģijas", "Design and technology"),
    ("visual_art", "Vizuālā māksla", "Visual art"),
    ("music", "Mūzika", "Music"),
    ("sport", "Sports un veselība", "Sport and health", "sports"),
    ("other_subject", "Cits mācību priekšmets", "Another subject"),
    ("professional", "Profesionālie mācību priekšmeti", "Professional subjects", "profesionālais modulis"),
    ("qualification", "Profesionālā kvalifikācija", "Professional qualification", "kvalifikācijas eksāmens"),
)

EXAM_LEVELS = _choices(
    ("state", "Valsts pārbaudes darbs", "State test", "eksāmens"),
    ("centralised", "Centralizēts eksāmens", "Centralised exam", "ce"),
    ("single", "Vienotais līmenis", "Single level", "centralizēts eksāmens līdz 2022"),
    ("optimal", "Optimālais līmenis", "Optimal level", "ol", "optimālais"),
    ("higher", "Augstākais līmenis", "Higher level", "al", "augstākais"),
    ("qualification", "Kvalifikācijas eksāmens", "Qualification exam"),
)
