"""What the same views cost when written plainly: graph_objects, a callback per change, default settings.

Only for comparison; it reads the same database without scope or release rules.
"""

from __future__ import annotations

import os
import sqlite3

import dash
import plotly.graph_objects as go
from dash import Input, Output, dcc, html


def _rows(query: str, *arguments):
    with sqlite3.connect(f"file:{os.environ['BENCH_DATABASE']}?mode=ro", uri=True) as connection:
        return connection.execute(query, arguments).fetchall()


app = dash.Dash(__name__)
server = app.server

SCHOOLS = _rows("SELECT id, name FROM institution WHERE type = 'secondary' ORDER BY sort_key")

app.layout = html.Div(
    [
        dcc.Location(id="url"),
        dcc.Dropdown([{"label": name, "value": key} for key, name in SCHOOLS], SCHOOLS[0][0], id="school"),
        html.Div(id="charts"),
    ]
)


@app.callback(Output("charts", "children"), Input("school", "value"), Input("url", "search"))
def show(school, search):
    """Twelve charts of one school over the national spread."""
    if search and search.startswith("?school="):
        school = search.removeprefix("?school=")
    charts = []
    for number in range(1, 13):
        indicator = f"R{number:02d}"
        own = _rows(
            "SELECT school_year, semester, value FROM indicator_value WHERE unit_kind='institution' AND unit_id=?"
            " AND indicator_id=? ORDER BY school_year, semester",
            str(school),
            indicator,
        )
        spread = _rows(
            "SELECT school_year, p10, p25, p50, p75, p90 FROM indicator_distribution WHERE indicator_id=?"
            " ORDER BY school_year, semester",
            indicator,
        )
        figure = go.Figure()
        for position, name in enumerate(("p10", "p25", "p50", "p75", "p90"), start=1):
            figure.add_trace(go.Scatter(x=[r[0] for r in spread], y=[r[position] for r in spread], name=name))
        figure.add_trace(go.Scatter(x=[r[0] for r in own], y=[r[2] for r in own], name="school"))
        figure.update_layout(title=indicator, height=240)
        charts.append(dcc.Graph(figure=figure))
    return charts
