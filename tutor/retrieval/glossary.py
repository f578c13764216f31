"""The glossary as search uses it: other names of the concepts a query names.

A query that says 显存 also looks for "GPU memory"; one that says "embeding" looks for "embedding".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tutor.errors import InputError
from tutor.text import normalise, terms

#: What a term found through the glossary counts, against 1 for a term of the query itself.
EXPANSION_WEIGHT = 0.45


def read_glossary(path: Path) -> dict[str, list[str]]:
    """For each form of a concept (lower case) its other forms; misspellings lead to the forms, not back."""
    import yaml

    if not path.is_file():
        return {}
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        concepts = yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or []
        table: dict[str, list[str]] = {}
        for concept in concepts:
            forms = [normalise(form) for form in (concept["en"], *concept["zh"], *concept["abbr"])]
            for form in forms:
                table.setdefault(form, []).extend(other for other in forms if other != form)
            for wrong in concept["misspelled"]:
                table.setdefault(normalise(wrong), []).extend(forms)
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a valid glossary: {error}") from error
    return {form: sorted(set(others)) for form, others in table.items()}


@dataclass(frozen=True, slots=True)
class Named:
    """The concepts a query names: index terms of their other names, and the share of its letters they cover."""

    other_terms: Mapping[str, float]
    share: float


class Glossary:
    """Forms of concepts and their other forms, ready to be looked for in queries."""

    def __init__(self, table: Mapping[str, list[str]]) -> None:
        self.table = table
        self._by_start: dict[str, list[str]] = {}
        for form in sorted(table, key=len, reverse=True):
            self._by_start.setdefault(form[:2], []).append(form)

    def named(self, query: str) -> Named:
        """The concepts in `query`, from left to right, the longest form at each place: "prefix tuning" does not
        also mean "prefix", and Latin forms are whole words."""
        text = normalise(query)
        own = set(terms(query))
        found: dict[str, float] = {}
        covered = at = 0
        while at < len(text):
            form = next((form for form in self._by_start.get(text[at : at + 2], ()) if _stands(form, text, at)), None)
            if form is None:
                at += 1
                continue
            found.update((term, EXPANSION_WEIGHT) for other in self.table[form] for term in terms(other) if term not in own)
            covered += sum(not char.isspace() for char in form)
            at += len(form)
        letters = sum(not char.isspace() for char in text)
        return Named(found, covered / max(letters, 1))


def _stands(form: str, text: str, at: int) -> bool:
    """Whether `form` stands at `at`: anywhere for Chinese, as a whole word for Latin letters."""
    end = at + len(form)
    if not text.startswith(form, at):
        return False
    before, after = text[at - 1 : at] if at else "", text[end : end + 1]
    return not (_latin(form[0]) and _latin(before)) and not (_latin(form[-1]) and _latin(after))


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
