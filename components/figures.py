"""Plotly figures as small plain dicts: one layout for all, text ready-made, no template on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

COLOURS = {
    "school": "#0072B2",
    "country": "#000000",
    "similar": "#D55E00",
    "municipality": "#009E73",
    "high": "#B3261E",
    "medium": "#C98500",
    "low": "#1F5FA8",
    "unknown": "#6B7280",
    "band_outer": "#E5E7EB",
    "band_inner": "#CBD5E1",
}
SEQUENCE = ["#DCE7F3", "#A9C6E3", "#6FA0CF", "#3A74B3", "#123F7A"]


def layout(**changes) -> dict:
    """The house layout with changes on top."""
    base = {
        "font": {"family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", "size": 14},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "showlegend": False,
        "hovermode": "closest",
        "separators": ",\u00a0",
        "dragmode": False,
    }
    base.update(changes)
    return base


def choropleth(
    codes: Sequence[str],
    values: Sequence[float],
    texts: Sequence[str],
    geometry_url: str,
    class_edges: Sequence[float],
    colours: Sequence[str] = SEQUENCE,
) -> dict:
    """A map in at most five classes.

    class_edges: ascending inner edges (len = classes - 1). texts: hover text of each area, ready-made.
    """
    classes = [sum(value >= edge for edge in class_edges) for value in values]
    count = len(class_edges) + 1
    scale: list[list] = []
    for index in range(count):
        scale += [[index / count, colours[index]], [(index + 1) / count, colours[index]]]
    return {
        "data": [
            {
                "type": "choropleth",
                "geojson": geometry_url,
                "featureidkey": "properties.code",
                "locations": list(codes),
                "z": classes,
                "zmin": -0.5,
                "zmax": count - 0.5,
                "colorscale": scale,
                "showscale": False,
                "text": list(texts),
                "hovertemplate": "%{text}<extra></extra>",
                "marker": {"line": {"color": "#4B5563", "width": 0.7}},
            }
        ],
        "layout": layout(
            geo={
                "visible": False,
                "fitbounds": "locations",
                "projection": {"type": "mercator"},
                "bgcolor": "#fff",
            },
            margin={"l": 0, "r": 0, "t": 0, "b": 0},
        ),
    }


def lines(series: Sequence[Mapping], *, x: Sequence, y_title: str = "", y_range=None) -> dict:
    """A line chart with labels at the line ends. A series: name, y (None = gap), colour, dash, text."""
    data, notes = [], []
    for item in series:
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": item["name"],
                "x": list(x),
                "y": list(item["y"]),
                "text": item.get("text"),
                "hovertemplate": "%{text}<extra></extra>" if item.get("text") else None,
                "connectgaps": False,
                "line": {
                    "color": item["colour"],
                    "width": item.get("width", 2.5),
                    "dash": item.get("dash", "solid"),
                },
                "marker": {"size": 7},
            }
        )
        last = next((i for i in range(len(item["y"]) - 1, -1, -1) if item["y"][i] is not None), None)
        if last is not None:
            notes.append(
                {
                    "x": x[last],
                    "y": item["y"][last],
                    "text": item["name"],
                    "xanchor": "left",
                    "xshift": 8,
                    "showarrow": False,
                    "font": {"color": item["colour"], "size": 14},
                }
            )
    axis = {"gridcolor": "#E5E7EB", "zeroline": False, "title": {"text": y_title}, "rangemode": "tozero"}
    if y_range:
        axis["range"] = list(y_range)
    return {
        "data": data,
        "layout": layout(
            annotations=notes,
            margin={"l": 56, "r": 130, "t": 16, "b": 40},
            xaxis={"showgrid": False, "type": "category"},
            yaxis=axis,
        ),
    }
