"""The glossary as search uses it: other names of the concepts a query names.

A query that says 显存 also looks for "GPU memory"; one that says "embeding" looks for "embedding".
"""

from __future__ import annotations

import re
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


def named_concepts(query: str, glossary: Mapping[str, list[str]]) -> Named:
    """The concepts in `query`. Of forms that overlap only the longest counts: "prefix tuning" does not also mean "prefix"."""
    text = normalise(query)
    taken = [False] * len(text)
    own = set(terms(query))
    found: dict[str, float] = {}
    for form in sorted((form for form in glossary if form in text), key=len, reverse=True):
        pattern = rf"(?<![a-z0-9]){re.escape(form)}(?![a-z0-9])" if form.isascii() else re.escape(form)
        for match in re.finditer(pattern, text):
            if any(taken[match.start() : match.end()]):
                continue
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
            for other in glossary[form]:
                found.update((term, EXPANSION_WEIGHT) for term in terms(other) if term not in own)
    letters = sum(not char.isspace() for char in text)
    return Named(found, sum(taken) / max(letters, 1))
