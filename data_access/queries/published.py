"""Figures that others printed: the annual report 2024, the national series, and the 40 checks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, select

from ..reading import Reader
from ..schema import figure_check, figure_published, load_batch, source


def figures(reader: Reader, *keys: str, collection: str = "annual_report_2024") -> Sequence[Row]:
    """Published figures with these keys in printed order, with source and as-of date."""
    return reader.connection.execute(
        select(
            figure_published,
            load_batch.c.as_of,
            load_batch.c.sha256,
            load_batch.c.file_name,
            source.c.name_lv.label("source_lv"),
            source.c.name_en.label("source_en"),
        )
        .join(load_batch, load_batch.c.id == figure_published.c.load_batch_id)
        .join(source, source.c.code == load_batch.c.source_code)
        .where(figure_published.c.collection == collection, figure_published.c.figure_key.in_(keys))
        .order_by(figure_published.c.id)
    ).all()


def checks(reader: Reader) -> Sequence[Row]:
    """The checks of the annual report in order."""
    return reader.connection.execute(
        select(figure_check, load_batch.c.as_of)
        .join(load_batch, load_batch.c.id == figure_check.c.load_batch_id)
        .order_by(figure_check.c.id)
    ).all()
