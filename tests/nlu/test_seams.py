"""Where we lean on Rasa's insides (docs/decisions/0007): each place is pinned to the source that we wrote against.

`seams.yml` lists, for each of our files, what of Rasa it overrides, replaces, copies or calls by a private name, with
the SHA-256 of its source. Overrides, replacements and private names are found in our code; one without a pin fails.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.metadata
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import yaml

import nlu
from tests.nlu.conftest import ROOT

PINS = Path(__file__).with_name("seams.yml")
FOREIGN = ("rasa", "sanic", "aiohttp")
VERSIONS: dict[str, str] = yaml.safe_load(PINS.read_text(encoding="utf-8"))["versions"]
SEAMS: dict[str, dict[str, str]] = yaml.safe_load(PINS.read_text(encoding="utf-8"))["seams"]
FILES = [*sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "nlu").rglob("*.py")), "ops/story_test.py"]
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Not Rasa's: what Python gives every tuple with names.
NAMED_TUPLE = {"_replace", "_asdict", "_fields"}


def foreign(module: str) -> bool:
    return module.split(".")[0] in FOREIGN


@cache
def source(name: str) -> str:
    """The source of `package.module.Class.function`, or of a whole module; LookupError if it is gone.

    Read from the installed file: in this process something of ours may stand in its place.
    """
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        text = _text(".".join(parts[:length]))
        if text is not None:
            return _definition(text, parts[length:]) if length < len(parts) else text
    raise LookupError(name)


@cache
def _text(module: str) -> str | None:
    library, *inside = module.split(".")
    path = Path(importlib.import_module(library).__file__ or "").parent.joinpath(*inside)
    file = next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)
    return file.read_text(encoding="utf-8") if file else None


def _definition(text: str, names: list[str]) -> str:
    body: list[ast.stmt] = ast.parse(text).body
    for name in names:
        named = [node for node in body if isinstance(node, _DEFINITIONS) and node.name == name]
        if not named:
            raise LookupError(name)
        found, body = named[-1], named[-1].body
    start = min(node.lineno for node in (found, *found.decorator_list))
    return "\n".join(text.splitlines()[start - 1 : found.end_lineno])


def digest(name: str) -> str:
    return hashlib.sha256(source(name).encode()).hexdigest()


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


@cache
def classes(file: str) -> list[type]:
    """Our classes in this file that are built on somebody else's."""
    if not file.startswith("nlu/"):
        return []
    name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    own = [c for c in vars(importlib.import_module(name)).values() if inspect.isclass(c) and c.__module__ == name]
    return [c for c in own if any(foreign(base.__module__) for base in c.__mro__)]


def overrides(file: str) -> Iterator[str]:
    """What the methods in this file stand in front of."""
    for ours in classes(file):
        for name, value in vars(ours).items():
            base = next((base for base in ours.__mro__[1:] if name in vars(base)), object)
            if foreign(base.__module__) and _is_code(value) and _is_code(vars(base)[name]):
                yield f"{base.__module__}.{base.__qualname__}.{name}"


def _is_code(value: object) -> bool:
    return inspect.isroutine(value) or isinstance(value, (classmethod, staticmethod, property))


def imported(file: str) -> dict[str, str]:
    """The names that this file imports, and what they stand for."""
    names: dict[str, str] = {}
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            whole = ((alias, alias.name if alias.asname else alias.name.split(".")[0]) for alias in node.names)
            names |= {alias.asname or name: name for alias, name in whole}
    return names


def replacements(file: str) -> Iterator[str]:
    """Attributes of Rasa's classes and modules that this file puts something of ours into."""
    names = imported(file)
    for node in ast.walk(tree(file)):
        for target in node.targets if isinstance(node, ast.Assign) else []:
            if isinstance(target, ast.Attribute):
                root, _, rest = ast.unparse(target).partition(".")
                if foreign(names.get(root, "")):
                    yield f"{names[root]}.{rest}"


def declared(file: str) -> set[str]:
    names = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, _DEFINITIONS):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value):
            names.add(node.attr)
    return names


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def private_names(file: str) -> set[str]:
    """Names with an underscore that this file uses and that are not ours."""
    origins = imported(file)
    if not any(map(foreign, origins.values())):
        return set()
    standard = {name for name, origin in origins.items() if origin.split(".")[0] in sys.stdlib_module_names}
    on_self: set[str] = set()
    on_others = {origin.rpartition(".")[2] for origin in origins.values() if foreign(origin)}
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id in standard):
            (on_self if _is_self(node.value) else on_others).add(node.attr)
    ours = set().union(*map(declared, FILES))
    inherited = theirs(file)
    anybody_s = set().union(*map(theirs, FILES))
    found = {name for name in on_self if name not in ours or name in inherited}
    found |= {name for name in on_others if name not in ours or name in anybody_s}
    return {name for name in found if re.match(r"_[^_]", name)} - NAMED_TUPLE


@cache
def theirs(file: str) -> frozenset[str]:
    """The private names of what the classes in this file are built on."""
    bases = {base for ours in classes(file) for base in ours.__mro__ if foreign(base.__module__)}
    return frozenset(name for base in bases for name in re.findall(r"\b(?:self\.|def )(_\w+)", inspect.getsource(base)))


@pytest.mark.parametrize("library", VERSIONS)
def test_the_version_that_we_wrote_against(library: str) -> None:
    installed = importlib.metadata.version(library)
    assert installed == VERSIONS[library], f"{library} {installed}: read every seam anew, then change {PINS.name}"


@pytest.mark.parametrize(("file", "name"), [(file, name) for file, pins in SEAMS.items() for name in pins])
def test_a_seam_has_not_moved(file: str, name: str) -> None:
    try:
        found = digest(name)
    except LookupError:
        pytest.fail(f"{name} is gone, and {file} depends on it")
    assert found == SEAMS[file][name], (
        f"{name} has moved, and {file} depends on it. Read what changed there, make {file} follow,\n"
        f"then write into {PINS.name} under {file}:\n  {name}: {found}"
    )


@pytest.mark.parametrize("file", FILES)
def test_every_override_and_replacement_is_pinned(file: str) -> None:
    missing = sorted({*overrides(file), *replacements(file)} - set(SEAMS.get(file, ())))
    lines = "\n".join(f"  {name}: {digest(name)}" for name in missing)
    assert not missing, f"{file} overrides or replaces what is not pinned; add to {PINS.name} under {file}:\n{lines}"


@pytest.mark.parametrize("file", FILES)
def test_every_private_name_is_pinned(file: str) -> None:
    """By its own name, or by what sets or calls it."""
    texts = [f"{name}\n{source(name)}" for name in SEAMS.get(file, ())]
    missing = {name for name in private_names(file) if not any(re.search(rf"\b{name}\b", text) for text in texts)}
    assert not missing, f"{file} uses {sorted(missing)} of Rasa; pin where each is defined in {PINS.name} under {file}"


def test_only_one_file_changes_what_python_imports() -> None:
    changing = {
        file
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute)
        and node.attr in ("modules", "meta_path")
        and ast.unparse(node.value) == "sys"
    }
    assert changing == {"nlu/lean_imports.py"}


def test_every_pin_belongs_to_a_file_and_every_module_is_looked_at() -> None:
    assert set(SEAMS) <= set(FILES)
    modules = {module.name for module in pkgutil.walk_packages(nlu.__path__, "nlu.")}
    looked_at = {file.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for file in FILES}
    assert modules <= looked_at and isinstance(nlu, ModuleType)
