"""The catalogue: every indicator file that lies in ``risk`` or ``effectiveness``, in order of its id."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType

from indicators.model import Indicator

PACKAGES = ("indicators.risk", "indicators.effectiveness")


class DuplicateIndicator(ValueError):
    """Two files define one id."""


def _modules(packages: Iterable[str]) -> Iterable[ModuleType]:
    for name in packages:
        if importlib.util.find_spec(name) is None:
            continue
        package = importlib.import_module(name)
        for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
            if not found.name.startswith("_"):
                yield importlib.import_module(f"{name}.{found.name}")


def _module_from(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(packages: Iterable[str] = PACKAGES, extra: Iterable[Path] = ()) -> Mapping[str, Indicator]:
    """All indicators by id, ordered. ``extra`` names further files or folders of indicator files."""
    modules = list(_modules(packages))
    for place in map(Path, extra):
        files = sorted(place.glob("[!_]*.py")) if place.is_dir() else [place]
        modules += [_module_from(file) for file in files]
    found: dict[str, tuple[Indicator, str]] = {}
    for module in modules:
        for value in vars(module).values():
            if not isinstance(value, Indicator):
                continue
            if value.id in found and found[value.id][0] is not value:
                raise DuplicateIndicator(
                    f"{value.id} is defined in {found[value.id][1]} and {module.__name__}"
                )
            found[value.id] = (value, module.__name__)
    # Risk indicators (R) come first, then the elements of effectiveness (E).
    order = sorted(found, key=lambda code: ({"R": 0, "E": 1}.get(code[0], 2), code))
    return MappingProxyType({code: found[code][0] for code in order})


INDICATORS = build()
