"""The worked example of the methodology page: one share, four sizes."""

from __future__ import annotations

import re


def test_the_example_prints_what_statistics_say(client):
    """National 5.6 %, boundary 7.5 %: 0.91, 0.73, 0.26 and 0.40; only 24 of 212 is certain, and 9 learners are too few."""
    html = client.get("/en/metodika").get_data(as_text=True)
    table = html[html.index('id="t-same-share"') :]
    table = table[: table.index("</table>")]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in table.split("<tr>")[2:]]
    rows = [[re.sub("<[^>]+>", "", cell).replace("\u00a0", " ").strip() for cell in row] for row in rows]
    assert [(row[0], row[3], row[4]) for row in rows] == [
        ("24 of 212", "91%", "certain"),
        ("12 of 106", "73%", "possible"),
        ("1 of 9", "26%", "○"),
        ("3 of 24", "40%", "possible"),
    ]
