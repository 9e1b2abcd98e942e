"""Tasks set in evaluations."""

from __future__ import annotations

from ._columns import choice, count, day, institution_name, reg_no, year
from ._vocabulary import AREAS, TASK_TOPICS
from .model import Dataset, at_most

DATASET = Dataset(
    id="task",
    table="fact_task",
    name_lv="Novērtēšanā dotie uzdevumi",
    name_en="Tasks set in evaluations",
    about_lv="Uzdevumu skaits pēc jomas un tēmas, izpildītie un termiņš.",
    about_en="Tasks by area and topic, those done, and when they are due.",
    source_code="ikvd",
    deliverer_lv="Izglītības kvalitātes valsts dienests",
    deliverer_en="State Education Quality Service",
    period="year",
    due=((2, 15),),
    key=("reg_no", "year", "area", "topic"),
    columns=(
        reg_no(),
        institution_name(),
        year(),
        choice("area", "Joma", "Area", AREAS, example="quality_learning"),
        choice("topic", "Uzdevuma tēma", "Topic of the task", TASK_TOPICS, "Tēma", example="lesson_quality"),
        count("tasks", "Uzdevumi", "Tasks", "2", "Uzdevumu skaits", maximum=200),
        count("done", "Izpildīti", "Done", "1", maximum=200),
        day("due", "Termiņš", "Due", "2026-04-30", empty=True),
    ),
    checks=(at_most("done", "tasks"),),
)
