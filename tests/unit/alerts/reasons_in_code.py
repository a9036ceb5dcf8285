"""Which reasons the code gives, and with which values: read from its syntax, so that none is forgotten."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import severa_fortnox

PACKAGE = Path(severa_fortnox.__file__).parent


@dataclass(frozen=True)
class Given:
    """One place where a reason is given.

    Args:
        place: file and line.
        code: the reason's code.
        values: the names of its values.
    """

    place: str
    code: str
    values: frozenset[str]


def reasons_given() -> list[Given]:
    """Every `Reason("code", ...)` of the package."""
    return [given for path, tree in _modules() for given in _of_module(path, tree)]


def own_error_codes() -> dict[str, str]:
    """The codes of errors raised in our own name (`system=System.OURS`), each with a place."""
    found = {}
    for path, tree in _modules():
        for call in _calls(tree):
            named = {keyword.arg: keyword.value for keyword in call.keywords}
            code, system = named.get("code"), named.get("system")
            if isinstance(code, ast.Constant) and isinstance(system, ast.Attribute) and system.attr == "OURS":
                found[str(code.value)] = f"{path.name}:{call.lineno}"
    return found


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _of_module(path: Path, tree: ast.Module) -> Iterator[Given]:
    known = _known_dicts(tree)
    for call in _calls(tree):
        if not (isinstance(call.func, ast.Name) and call.func.id == "Reason" and call.args):
            continue
        code = call.args[0]
        if isinstance(code, ast.Constant):
            values = _keys(call.args[1], known) if len(call.args) > 1 else set()
            yield Given(f"{path.relative_to(PACKAGE)}:{call.lineno}", str(code.value), frozenset(values))


def _known_dicts(tree: ast.Module) -> dict[str, set[str]]:
    """The keys of every dict that has a name: assigned to a variable, or returned by a function."""
    known: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Dict):
            known[node.targets[0].id] |= _keys(node.value, known)
        if isinstance(node, ast.FunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and isinstance(inner.value, ast.Dict):
                    known[node.name] |= _keys(inner.value, known)
    return known


def _keys(node: ast.expr, known: dict[str, set[str]]) -> set[str]:
    match node:
        case ast.Dict(keys=keys, values=values):
            found: set[str] = set()
            for key, value in zip(keys, values, strict=True):
                found |= _keys(value, known) if key is None else {str(getattr(key, "value", ""))}
            return found
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)):
            return known.get(name, set())
    return set()
