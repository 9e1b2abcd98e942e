"""What the pages on quality share: words of codes, origins, an institution's timeline, and who has not answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from flask import current_app, has_app_context
from markupsafe import Markup

from access.pages import REGISTRY, Request
from components import marks
from components.chart_frame import ChartFrame, Provenance
from components.event_marks import event_mark
from components.nodes import Block, Part
from components.published_charts import inner_case
from components.tables import Column, Later, Reason, Table
from components.templating import render
from data_access import answers
from data_access.queries import published, quality
from indicators import stages
from indicators.catalogue import INDICATORS
from indicators.quality import LAGGING, level_change
from indicators.stages import is_whole
from language import numbers
from language.messages import _, t, tn

from . import institution_values as values

EXTENSION = "ikms_answers"
MOST_EVENTS = 14  # drawn; the table has all
NAMED = 12  # institutions shown at once; the table has all

RATING_WORDS = {
    "insufficient": _("insufficient"),
    "needs_improvement": _("needs improvement"),
    "good": _("good"),
    "very_good": _("very good"),
    "excellent": _("excellent"),
    "optimal": _("good, very good or excellent"),
    "none": _("no rating printed"),
}
RATING_KINDS = {
    "insufficient": "rating-1",
    "needs_improvement": "rating-2",
    "good": "rating-3",
    "very_good": "rating-4",
    "excellent": "rating-5",
    "optimal": "rating-4",
    "none": "unknown",
}
CHANGE_WORDS = {
    ("up", 1): _("one level up"),
    ("up", 2): _("two levels up"),
    ("up", 3): _("three levels up"),
    ("up", 4): _("four levels up"),
    ("up", None): _("up (by how much is not known)"),
    ("same", 0): _("same level"),
    ("down", 1): _("one level down"),
    ("down", 2): _("two levels down"),
    ("down", 3): _("three levels down"),
    ("down", 4): _("four levels down"),
    ("down", None): _("down (by how much is not known)"),
    ("unknown", None): _("cannot be determined"),
}
EVALUATION_KINDS = {"accreditation": _("Accreditation"), "head": _("Assessment of the head")}
AREAS = {
    "fit_for_purpose": _("Fitness for purpose"),
    "quality_learning": _("Quality learning"),
    "inclusive_environment": _("Inclusive environment"),
    "good_governance": _("Good governance"),
}
CRITERIA = {  # criterion: (area, words); the order of the service's areas
    "competences_achievements": ("fit_for_purpose", _("Competences and achievements")),
    "continuation_employment": ("fit_for_purpose", _("Continuation of education and employment")),
    "equality_inclusion": ("fit_for_purpose", _("Equality and inclusion")),
    "teaching_learning": ("quality_learning", _("Teaching and learning")),
    "teacher_capacity": ("quality_learning", _("Professional capacity of teachers")),
    "programme_implementation": ("quality_learning", _("Implementation of programmes")),
    "accessibility": ("inclusive_environment", _("Accessibility of education")),
    "safety_wellbeing": ("inclusive_environment", _("Safety and well-being")),
    "infrastructure_resources": ("inclusive_environment", _("Infrastructure and resources")),
    "administrative_efficiency": ("good_governance", _("Administrative efficiency")),
    "leadership": ("good_governance", _("Professional work of the leadership")),
    "support_cooperation": ("good_governance", _("Support and cooperation")),
}
TASK_TOPICS = {
    "learning_organisation": _("school as a learning organisation"),
    "individual_support": _("individual support"),
    "competence_approach": _("competence approach"),
    "assessment_practice": _("assessment practice"),
    "lesson_quality": _("quality of lessons"),
    "programme_planning": _("planning of programmes"),
    "safety_wellbeing": _("safety and well-being"),
    "accessibility": _("accessibility of education"),
    "resources": _("resources"),
    "self_evaluation": _("self-evaluation"),
    "staff_management": _("staff management"),
    "cooperation": _("cooperation"),
    "goals_and_results": _("goals and results"),
    "continuation": _("continuation of education"),
    "equal_opportunity": _("equal opportunity"),
}
COMPLAINT_TOPICS = {
    "programme_implementation": _("Implementation of programmes"),
    "assessment": _("Assessment of learners"),
    "ethics": _("Ethics"),
    "safety_violence": _("Safety and violence"),
    "learner_rights": _("Rights of learners"),
    "communication": _("Communication"),
}
VERDICTS = {answers.RIGHT: _("data are right"), answers.WRONG: _("data are not right")}


def word(words: Mapping, code: object, lang: str) -> str:
    """Words of a code; a code that is not known is shown as it is."""
    found = words.get(code)
    if isinstance(found, tuple):
        found = found[-1]
    return t(found, lang) if found else str(code)


def rating(level: str | None, lang: str) -> str:
    """Level of an evaluation in words."""
    return word(RATING_WORDS, level or "none", lang)


def change_text(before: str | None, after: str | None, lang: str) -> str:
    """How the second level lies to the first, as far as it is known."""
    change, steps = level_change(before, after)
    return t(CHANGE_WORDS[change, abs(steps) if steps is not None else None], lang)


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def provenance(
    request: Request, dataset: str, coverage: tuple[int, int], counting: str, note: str = ""
) -> Provenance:
    """Origin of what is counted from a fact table (name without "fact_")."""
    found = published.source_of(request.reader, f"fact_{dataset}")
    if found is None:
        source, as_of = t("published indicator values", request.lang), request.reader.release.as_of
    else:
        source = found.source_lv if request.lang == "lv" else found.source_en
        as_of = found.as_of
    return Provenance(
        source=source,
        as_of=as_of,
        coverage=coverage,
        bodies=False,
        release_id=request.reader.release.id,
        counting=counting,
        note=note,
        synthetic=request.reader.release.synthetic,
    )


def section(name: str, heading: str, parts: Sequence[Part]) -> Block:
    """A part of a page under a heading of its own."""
    return Block(
        "section",
        [Markup('<h2 id="{}-h">{}</h2>').format(name, heading), *parts],
        class_="n-section",
        attributes={"id": name, "aria-labelledby": f"{name}-h"},
    )


def chosen(parts: Sequence[Part], *table_ids: str) -> list[Part]:
    """The frames with these tables among the parts of another page, in the wanted order."""
    found: dict[str, Part] = {}

    def look(items: Sequence[Part]) -> None:
        for item in items:
            if isinstance(item, Block):
                look(item.parts)
            elif hasattr(item, "table"):
                found[item.table.id] = item

    look(parts)
    return [found[table_id] for table_id in table_ids if table_id in found]


def writer() -> answers.Writer | None:
    """The writer of this application; None where there is none, and then restricted texts stay closed."""
    return current_app.extensions.get(EXTENSION) if has_app_context() else None


def unit_href(request: Request, page: str, **params: object) -> str | None:
    """Address of a page when it exists."""
    return request.url(page, **params) if page in REGISTRY else None


def indicator_name(code: str, lang: str) -> str:
    """Short name of an indicator."""
    return INDICATORS[code].text(lang).short_name


def period_text(row, lang: str) -> str:
    """Period of a finding or an answer in words."""
    return values.period_text(INDICATORS[row.indicator_id], row.school_year, row.semester, lang)


def stage_text(code: str, lang: str) -> str:
    """Stage in words; the institution as a whole needs none."""
    return "" if is_whole(code) else stages.name(code, lang)


def finding_name(row, lang: str) -> str:
    """Indicator with its stage, where it has several."""
    stage = stage_text(row.stage, lang)
    name = indicator_name(row.indicator_id, lang)
    return f"{name} ({inner_case(stage)})" if stage else name


def today() -> date:
    """The day of the request."""
    return datetime.now(UTC).date()


def days_since(day: str) -> int:
    """Whole days since an ISO date."""
    return max((today() - date.fromisoformat(day[:10])).days, 0)


# --- timeline of one institution ---------------------------------------------------------------------


def _event(when: str, order: str, kind: str, what: str, detail: str = "", href: str | None = None) -> dict:
    return {"when": when, "order": order, "kind": kind, "what": what, "detail": detail, "href": href}


def _joined(texts: Sequence[str], lang: str, limit: int = 4) -> str:
    shown = list(texts[:limit])
    if len(texts) > limit:
        shown.append(t("{n} more", lang, n=numbers.integer(len(texts) - limit, lang)))
    return ", ".join(shown)


def _visit_events(history: quality.History, lang: str) -> list[dict]:
    events, before = [], None
    for row in history.visits:
        first = row.visit_no == 1
        what = t("Unified-school visit", lang) if first else t("Repeated unified-school visit", lang)
        detail = ""
        if history.exact:
            detail = t(
                "level of the head's work in the transition: {level}", lang, level=rating(row.level, lang)
            )
            if not first:
                detail = f"{detail} ({change_text(before, row.level, lang)})"
            before = row.level
            events.append(_event(numbers.date_short(row.date, lang), row.date, "visit", what, detail))
        else:
            year = numbers.school_year(row.school_year, lang)
            events.append(_event(year, f"{row.school_year}-09-01", "visit", what, detail))
    return events


def _evaluation_events(history: quality.History, lang: str) -> list[dict]:
    found: dict[tuple[int, str], list] = {}
    for row in history.evaluations:
        found.setdefault((row.year, row.kind), []).append(row)
    events = []
    for (year, kind), rows in found.items():
        detail = ""
        if history.exact:
            weak = [word(CRITERIA, row.criterion, lang).lower() for row in rows if row.level in LAGGING]
            detail = (
                t("to be improved: {criteria}", lang, criteria=_joined(weak, lang))
                if weak
                else t("no criterion needs improvement", lang)
            )
        events.append(_event(str(year), f"{year}-06-01", "visit", word(EVALUATION_KINDS, kind, lang), detail))
    return events


def _task_events(history: quality.History, lang: str) -> list[dict]:
    found: dict[int, list] = {}
    for row in history.tasks:
        found.setdefault(row.year, []).append(row)
    events = []
    for year, rows in found.items():
        count, done = sum(row.tasks for row in rows), sum(row.done for row in rows)
        topics = [word(TASK_TOPICS, topic, lang) for topic in dict.fromkeys(row.topic for row in rows)]
        what = tn("{n} task set", "{n} tasks set", count, lang)
        detail = t(
            "done: {done} of {count}; {topics}", lang, done=done, count=count, topics=_joined(topics, lang)
        )
        open_due = [row.due for row in rows if row.done < row.tasks and row.due]
        if open_due:
            detail += "; " + t("due until {day}", lang, day=numbers.date_short(min(open_due), lang))
        events.append(_event(str(year), f"{year}-06-02", "task", what, detail))
    return events


def _supervision_events(history: quality.History, lang: str) -> list[dict]:
    events = []
    for row in history.inspections:
        events.append(
            _event(
                str(row.year),
                f"{row.year}-06-03",
                "visit",
                tn("{n} inspection", "{n} inspections", row.inspections, lang),
                t("violations found in {n}", lang, n=row.violations_found),
            )
            | {"count": row.inspections}
        )
    received: dict[int, list[int]] = {}
    for row in history.complaints:
        both = received.setdefault(row.year, [0, 0])
        both[0] += row.received
        both[1] += row.confirmed
    for year, (count, confirmed) in received.items():
        events.append(
            _event(
                str(year),
                f"{year}-06-04",
                "complaint",
                tn("{n} complaint", "{n} complaints", count, lang),
                t("confirmed: {n}", lang, n=confirmed),
            )
        )
    return events


def _level_events(history: quality.History, lang: str, first: int) -> list[dict]:
    """When an indicator became high for certain, and when one no longer was; from one school year to the next."""
    events = []
    series: dict[tuple[str, str, int], list] = {}
    for row in history.levels:
        series.setdefault((row.indicator_id, row.stage, row.semester), []).append(row)
    changes: dict[tuple[int, int, str], list] = {}
    for rows in series.values():
        for before, after in zip(rows, rows[1:], strict=False):
            if (before.level == "high") == (after.level == "high"):
                continue  # nearly always, so it is asked first
            if after.school_year != before.school_year + 1 or after.school_year < first:
                continue
            if any(row.level == "high" and row.certainty == "certain" for row in (before, after)):
                kind = "risk" if after.level == "high" else "result"
                changes.setdefault((after.school_year, after.semester, kind), []).append(after)
    for (year, _semester, kind), rows in changes.items():
        names = [finding_name(row, lang) for row in rows]
        what = (
            tn("{n} indicator became high risk", "{n} indicators became high risk", len(rows), lang)
            if kind == "risk"
            else tn("{n} indicator is no longer high", "{n} indicators are no longer high", len(rows), lang)
        )
        calendar = INDICATORS[rows[0].indicator_id].period == "calendar_year"
        order = f"{year}-12-31" if calendar else f"{year + 1}-08-31"
        events.append(_event(period_text(rows[0], lang), order, kind, what, _joined(names, lang)))
    return events


def _answer_events(request: Request, unit, exact: bool) -> list[dict]:
    lang = request.lang
    events = []
    if exact:
        given: dict[str, list] = {}
        for mark in answers.marks(request.reader, [unit.reg_no]).values():
            given.setdefault(mark.created_at[:10], []).append(mark)
        for day, found in given.items():
            events.append(
                _event(
                    numbers.date_short(day, lang),
                    day,
                    "task",
                    tn("{n} answer of the institution", "{n} answers of the institution", len(found), lang),
                    _joined([finding_name(mark, lang) for mark in found], lang),
                    unit_href(request, "answers", reg_no=unit.reg_no),
                )
            )
    return events


KIND_WORDS = {
    "risk": _("Risk"),
    "complaint": _("Complaint"),
    "visit": _("Visit"),
    "task": _("Task or answer"),
    "result": _("Result"),
}


def kind_word(event: Mapping, lang: str) -> str:
    """Kind of an event in words."""
    return t(KIND_WORDS[event["kind"]], lang)


def institution_timeline(request: Request, unit) -> list[Part]:
    """Risk, visit, task, result of one institution in time; outside the scope only that visits took place."""
    lang = request.lang
    history = quality.history(request.reader, unit)
    newest = max((row.school_year for row in history.levels), default=0)
    events = [
        *_visit_events(history, lang),
        *_evaluation_events(history, lang),
        *_task_events(history, lang),
        *_supervision_events(history, lang),
        *_level_events(history, lang, newest - 5),
        *_answer_events(request, unit, history.exact),
    ]
    events.sort(key=lambda event: event["order"], reverse=True)
    parts: list[Part] = []
    said = _public_words(request, unit) if not history.exact else None
    if said is not None:
        parts.append(said)
    if not events:
        return parts
    visits = [event for event in events if event["kind"] == "visit"]
    if history.exact:
        finding = f"{_tasks_told(history.tasks, lang)} {_visits_told(visits, lang)}"
        how = t(
            "Newest first. A high value tends to come nearer to the mean in the next period by itself, with or without "
            "a visit: that a level is no longer high after a visit does not show that the visit helped.",
            lang,
        )
    else:
        finding = _visits_told(visits, lang)
        how = t(
            "Newest first. Levels, tasks and complaints of single institutions are seen by the institution, its "
            "municipality and the ministry only.",
            lang,
        )
    kinds = list(dict.fromkeys(event["kind"] for event in events))
    parts.append(
        ChartFrame(
            title=t("From risk to visit, task and result", lang),
            finding=finding,
            mark=render(
                "timeline.html",
                events=[
                    {
                        **event,
                        "shape": event_mark(event["kind"]),
                        "word": kind_word(event, lang),
                    }
                    for event in events[:MOST_EVENTS]
                ],
                legend=[
                    (event_mark(kind), t(name, lang)) for kind, name in KIND_WORDS.items() if kind in kinds
                ],
                more=len(events) - MOST_EVENTS,
                label=t("Events, newest first", lang),
                lang=lang,
            ),
            how_to_read=how,
            table=Later(
                "timeline",
                lambda: Table(
                    "timeline",
                    t("Risks, visits, tasks and results, newest first", lang),
                    [
                        Column("when", t("When", lang)),
                        Column("kind", t("Kind", lang)),
                        Column("what", t("What", lang)),
                        Column("detail", t("Details", lang)),
                    ],
                    [
                        {
                            "when": event["when"],
                            "kind": kind_word(event, lang),
                            "what": event["what"],
                            "detail": event["detail"] or Reason("c" if not history.exact else "z"),
                        }
                        for event in events
                    ],
                    lang,
                ),
            ),
            provenance=provenance(
                request,
                "evaluation",
                (len(events), len(events)),
                t("events on record; indicators whose high level is certain, by this release", lang),
            ),
            lang=lang,
            address=request.address,
        )
    )
    return parts


def _tasks_told(tasks: Sequence, lang: str) -> str:
    """How many tasks are not done, or that there never was one."""
    count = sum(row.tasks for row in tasks)
    left = count - sum(row.done for row in tasks)
    if left:
        return tn("{n} task is not done yet.", "{n} tasks are not done yet.", left, lang)
    if count:
        return tn("The {n} task that was set is done.", "All {n} tasks are done.", count, lang)
    return t("No task is on record.", lang)


def _visits_told(visits: Sequence[Mapping], lang: str) -> str:
    if not visits:
        return t("No visit is on record.", lang)
    first = visits[0]
    if first.get("count", 1) > 1:
        return t("The last visits: {last}.", lang, last=f"{first['what']} ({first['when']})")
    what = t("an inspection", lang) if "count" in first else inner_case(first["what"])
    return t("The last visit: {last}.", lang, last=f"{what} ({first['when']})")


def _public_words(request: Request, unit) -> ChartFrame | None:
    """What an institution says to everybody."""
    lang = request.lang
    given = answers.of_institution(request.reader, unit, writer=None, place=request.page)
    newest: dict[tuple, answers.Given] = {}
    for one in given:
        newest.setdefault(one.key, one)
    rows = [
        {
            "indicator": finding_name(one, lang),
            "period": period_text(one, lang),
            "explanation": one.explanation or one.reason or Reason("z"),
            "action": one.action or Reason("z"),
            "day": numbers.date_short(one.created_at, lang),
        }
        for one in newest.values()
        if one.explanation or one.reason or one.action
    ]
    if not rows:
        return None
    return ChartFrame(
        title=t("What does the institution itself say?", lang),
        finding=tn(
            "The institution has published {n} explanation.",
            "The institution has published {n} explanations.",
            len(rows),
            lang,
        ),
        table=Table(
            "public-answers",
            t("Explanations that the institution has published", lang),
            [
                Column("indicator", t("Indicator", lang)),
                Column("period", t("Period", lang)),
                Column("explanation", t("Explanation", lang)),
                Column("action", t("What is being done", lang)),
                Column("day", t("Written", lang)),
            ],
            rows,
            lang,
        ),
        how_to_read=t(
            "These are the words of the institution; an explanation does not mean a high risk.", lang
        ),
        provenance=Provenance(
            source=t("answers of the institution", lang),
            as_of=max(one.created_at for one in given)[:10],
            coverage=(len(rows), len(rows)),
            release_id=request.reader.release.id,
            counting=t("explanations that the institution marked as public", lang),
        ),
        lang=lang,
        address=request.address,
    )


# --- who has not answered ----------------------------------------------------------------------------


def level_words(level: str, certainty: str | None, lang: str) -> str:
    """Level with its certainty."""
    return marks.level_word(level, certainty if level in ("high", "medium") else None, lang)


def waiting_text(row, lang: str) -> str:
    """How long a finding has been without an answer: `no answer for 12 days`."""
    days = days_since(row.since)
    if days == 0:
        return t("published today, no answer yet", lang)
    return tn("no answer for {n} day", "no answer for {n} days", days, lang)


def silence_text(row, lang: str) -> str:
    """The level and how long it has been without an answer: `high risk (certain), no answer for 12 days`."""
    if days_since(row.since) == 0:
        level = level_words(row.level, row.certainty, lang)
        return t("{level}, published today", lang, level=level)
    return tn(
        "{level}, no answer for {n} day",
        "{level}, no answer for {n} days",
        days_since(row.since),
        lang,
        level=level_words(row.level, row.certainty, lang),
    )


def municipality_answers(request: Request, code: str) -> list[Part]:
    """Findings of the municipality's institutions without an answer; only for those who see all of it."""
    lang = request.lang
    found = quality.findings_of_municipality(request.reader, code)
    if not found:
        return []
    given = answers.marks(request.reader, [row.reg_no for row in found])
    rows = []
    for row in found:
        mark = given.get((row.reg_no, row.indicator_id, row.stage, row.school_year, row.semester))
        rows.append((row, mark))
    silent = [row for row, mark in rows if mark is None]
    high = [row for row in silent if row.level == "high"]
    order = sorted(
        silent, key=lambda row: (row.level != "high", row.certainty != "certain", row.since, row.sort_key)
    )
    groups: dict[str, list] = {}
    for row in order:
        groups.setdefault(row.reg_no, []).append(row)
    cards = [
        {
            "name": some[0].name,
            "href": unit_href(request, "answers", reg_no=reg_no),
            "items": [
                {
                    "shape": marks.level_mark(row.level, row.certainty),
                    "name": finding_name(row, lang),
                    "text": silence_text(row, lang),
                }
                for row in some[:3]
            ],
            "rest": len(some) - 3,
        }
        for reg_no, some in list(groups.items())[:NAMED]
    ]
    if high:
        finding = t(
            "{silent} of {all} findings have no answer; {high} of them are high.",
            lang,
            silent=numbers.integer(len(silent), lang),
            all=numbers.integer(len(rows), lang),
            high=numbers.integer(len(high), lang),
        )
    else:
        finding = t(
            "{silent} of {all} findings have no answer; none of them is high.",
            lang,
            silent=numbers.integer(len(silent), lang),
            all=numbers.integer(len(rows), lang),
        )
    return [
        ChartFrame(
            title=t("Who has not answered yet?", lang),
            finding=finding,
            mark=render("answers_silent.html", cards=cards, rest=len(groups) - len(cards), lang=lang),
            how_to_read=t(
                "A finding is a high or medium level of the newest period. Days are counted from the first publication "
                "of the finding. The institution answers on its own page; restricted texts are read there, and each "
                "reading is recorded.",
                lang,
            ),
            table=Table(
                "answers-due",
                t("Findings of the institutions and their answers", lang),
                [
                    Column("name", t("Institution", lang), href_key="href"),
                    Column("indicator", t("Indicator", lang)),
                    Column("period", t("Period", lang)),
                    Column("level", t("Level", lang)),
                    Column("since", t("Published", lang)),
                    Column("days", t("Days without an answer", lang), "integer"),
                    Column("answer", t("Answer", lang)),
                ],
                [
                    {
                        "name": row.name,
                        "href": unit_href(request, "answers", reg_no=row.reg_no),
                        "indicator": finding_name(row, lang),
                        "period": period_text(row, lang),
                        "level": level_words(row.level, row.certainty, lang),
                        "since": numbers.date_short(row.since, lang),
                        "days": days_since(row.since) if mark is None else Reason("z"),
                        "answer": t("none", lang)
                        if mark is None
                        else f"{word(VERDICTS, mark.verdict, lang)}, {numbers.date_short(mark.created_at, lang)}",
                    }
                    for row, mark in sorted(
                        rows,
                        key=lambda pair: (
                            pair[1] is not None,
                            pair[0].level != "high",
                            pair[0].certainty != "certain",
                            pair[0].sort_key,
                        ),
                    )
                ],
                lang,
            ),
            provenance=Provenance(
                source=t("published indicator values and answers of the institutions", lang),
                as_of=request.reader.release.as_of,
                coverage=(len(rows) - len(silent), len(rows)),
                bodies=False,
                release_id=request.reader.release.id,
                counting=t("findings with an answer ÷ all findings of the newest periods", lang),
                synthetic=request.reader.release.synthetic,
            ),
            lang=lang,
            address=request.address,
        )
    ]
