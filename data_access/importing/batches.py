"""Load batches: which file brought which rows, so that every number can be walked back."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from ..schema import load_batch
from ..writing import stamp

LOADER_VERSION = "1"


def loaded_before(connection: Connection, dataset: str, sha256: str) -> int | None:
    """Id of the batch that already brought this content, or None."""
    return connection.execute(
        select(load_batch.c.id).where(load_batch.c.dataset == dataset, load_batch.c.sha256 == sha256)
    ).scalar()


def open_batch(
    connection: Connection,
    dataset: str,
    source_code: str,
    file_name: str,
    sha256: str,
    as_of: str,
    rows_read: int,
    *,
    rows_declared: int = 0,
    rows_quarantined: int = 0,
    synthetic: bool = False,
    batch_id: int | None = None,
) -> int:
    """Record a file and return the batch id. rows read = loaded + quarantined + declared."""
    batch_id = batch_id or (connection.execute(select(func.max(load_batch.c.id))).scalar() or 0) + 1
    connection.execute(
        insert(load_batch).values(
            id=batch_id,
            dataset=dataset,
            source_code=source_code,
            file_name=file_name,
            sha256=sha256,
            as_of=as_of,
            loaded_at=stamp(),
            loader_version=LOADER_VERSION,
            rows_read=rows_read,
            rows_loaded=rows_read - rows_declared - rows_quarantined,
            rows_quarantined=rows_quarantined,
            rows_declared=rows_declared,
            synthetic=int(synthetic),
        )
    )
    return batch_id
