"""The house: imports go downwards only, in no circle, and LangChain stays at the edge.

Read from the syntax tree, so an import inside a function or for typing counts, too.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.support import REPOSITORY

PACKAGE = REPOSITORY / "tutor"

#: The floor of each room or module; the longest name that fits counts.
FLOORS = {
    "errors": 1,
    "entry": 1,
    "text": 1,
    "settings": 2,
    "prompts": 2,
    "reading": 2,
    "retrieval": 3,
    "llm": 3,
    "study": 3,
    "answering": 4,
    "grading": 4,
    "interview": 5,
    "tutor": 6,
    "batch": 7,
    "doctor": 7,
    "evaluate": 7,
    "lint": 6,
    "template": 7,
    "practice": 7,
    "render": 8,
    "papers": 8,
    "render_study": 9,
    "web": 10,
    "commands": 10,
    "cli": 11,
    "__main__": 12,
}
#: `tutor/__init__.py` hands out the Tutor lazily; it is the face, not a floor.
FACE = "tutor"

MAY_IMPORT_LANGCHAIN = {"tutor.llm", "tutor.retrieval.retriever", "tutor.answering.runnable"}
#: Imported where they are used, never on the way to `tutor search`.
HEAVY = {
    "torch",
    "transformers",
    "sentence_transformers",
    "gradio",
    "langchain",
    "langchain_core",
    "sklearn",
    "pandas",
    "docx",
    "pypdf",
    "bs4",
    "markdownify",
}
MAY_IMPORT_HEAVY_AT_THE_TOP = {"tutor.retrieval.retriever", "tutor.answering.runnable", "tutor.retrieval.sentence_module"}


def _name(path: Path) -> str:
    parts = ("tutor", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _is_typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _imports(node: ast.AST, module: str, *, typing: bool = True, functions: bool = True) -> list[tuple[str, int]]:
    """Imported names with their lines, in `node` and below it."""
    found = []
    for child in ast.iter_child_nodes(node):
        if not typing and _is_typing_only(child):
            continue
        if not functions and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Import):
            found += [(alias.name, child.lineno) for alias in child.names]
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            if child.level:
                package = module.split(".") if MODULES[module].name == "__init__.py" else module.split(".")[:-1]
                base = ".".join([*package[: len(package) - child.level + 1], *([base] if base else [])])
            found += [(f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base, child.lineno) for alias in child.names]
        found += _imports(child, module, typing=typing, functions=functions)
    return found


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def _own(module: str) -> list[tuple[str, int]]:
    """Imports of our own modules."""
    return [(name, line) for name, line in _imports(_tree(module), module) if name in MODULES and name != module]


def _room(module: str) -> str:
    return module.split(".")[1]


def _in_house(module: str) -> bool:
    return module != FACE


def test_every_module_stands_on_a_floor():
    homeless = sorted(module for module in MODULES if _in_house(module) and _room(module) not in FLOORS)
    assert homeless == [], "give the module a floor in FLOORS, and say why in the commit"


@pytest.mark.parametrize("module", [module for module in MODULES if _in_house(module)])
def test_imports_go_downwards_only(module):
    floor = FLOORS[_room(module)]
    upward = []
    for name, line in _own(module):
        if name == FACE:
            upward.append(f"{MODULES[module]}:{line} imports the face of the package; import from the defining module")
            continue
        beside = FLOORS[_room(name)] == floor and (
            _room(name) == _room(module) or {_room(name), _room(module)} <= {"errors", "entry", "text"}
        )
        if not (FLOORS[_room(name)] < floor or beside):
            upward.append(f"{MODULES[module]}:{line} (floor {floor}) imports {name} (floor {FLOORS[_room(name)]})")
    assert upward == []


def test_no_circle_of_imports():
    graph = {module: {name for name, _ in _own(module)} for module in MODULES if _in_house(module)}
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module not in done:
            for name in sorted(graph.get(module, ())):
                visit(name, (*path, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def test_only_the_edge_imports_langchain():
    """At run time; a name for the type checker alone loads nothing."""
    importing = {
        module
        for module in MODULES
        for name, _ in _imports(_tree(module), module, typing=False)
        if name.split(".")[0].startswith(("langchain", "langgraph", "langsmith"))
    }
    assert importing <= MAY_IMPORT_LANGCHAIN


@pytest.mark.parametrize("module", [module for module in MODULES if not module.startswith("tutor.web")])
def test_heavy_libraries_are_imported_where_they_are_used(module):
    at_the_top = {name.split(".")[0] for name, _ in _imports(_tree(module), module, typing=False, functions=False)} & HEAVY
    assert not at_the_top or module in MAY_IMPORT_HEAVY_AT_THE_TOP, at_the_top


def test_nothing_is_pickled():
    pickling = {
        module
        for module in MODULES
        for name, _ in _imports(_tree(module), module)
        if name.split(".")[0] in {"pickle", "dill", "joblib", "cloudpickle", "shelve", "marshal"}
    }
    assert pickling == set()


def test_no_file_is_much_over_four_hundred_lines():
    long = {module: count for module, path in MODULES.items() if (count := len(path.read_text(encoding="utf-8").splitlines())) > 450}
    # The splitter is one algorithm; see the commit that let it grow.
    assert long.keys() <= {"tutor.reading.splitter"}, long
