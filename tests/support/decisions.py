"""Deciding on a proposal over HTTP with the form that its page shows."""

from __future__ import annotations

import re

SAME = {"Sec-Fetch-Site": "same-origin"}


def number_of(location: str) -> int:
    """The number of the proposal that an answer leads to."""
    return int(re.search(r"nr=(\d+)", location).group(1))


def form_of(client, location: str, choice: str = "apstiprinat", **changes) -> dict[str, str]:
    """What the page would send; a reader who is shown no form sends a made-up mark."""
    found = re.search(
        r'name="nospiedums" value="([0-9a-f]{16})"', client.get(location).get_data(as_text=True)
    )
    mark = found.group(1) if found else "0" * 16
    return {"lang": "lv", "lemums": choice, "iemesls": "esmu apskatījis", "nospiedums": mark, **changes}


def decide(client, location: str, choice: str = "apstiprinat", **changes):
    """Approve or refuse the proposal at this address."""
    return client.post(
        f"/admin/priekslikumi/{number_of(location)}/lemums",
        data=form_of(client, location, choice, **changes),
        headers=SAME,
    )
