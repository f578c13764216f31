"""The indexes that are evaluated: the shipped corpus, and its answers as plain notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tutor.entry import Entry
from tutor.errors import InputError
from tutor.evaluate.queries import Query
from tutor.reading.curated import read_curated
from tutor.retrieval.embedder import Embedder
from tutor.retrieval.ingest import ingest
from tutor.retrieval.store import Index, open_index
from tutor.settings import corpus_folder


@dataclass(frozen=True)
class Collection:
    """An index, and what it holds. Notes made from curated entries, one file each, have the entry's id for a name (`by_file`)."""

    name: str
    about: str
    index: Index
    by_file: bool = False

    @cached_property
    def documents(self) -> list[str]:
        """For each entry the id of the curated entry that it is, or was made from."""
        return [Path(entry.sources[0].path).stem if self.by_file else entry.id for entry in self._entries]

    def asked(self, queries: Sequence[Query]) -> list[Query]:
        """The queries that ask for something in here. Raises InputError where none does."""
        known = set(self.documents)
        if not (found := [query for query in queries if query.entry in known]):
            raise InputError(f"{self.about}: no evaluation query asks for anything in this index", remedy="ingest the corpus into it, too")
        return found

    @cached_property
    def texts(self) -> list[str]:
        """Question and answer of each entry, without bank and glossary: what a plain search engine would be given."""
        return ["\n".join((*e.question.both(), *e.short.both(), *e.answer.both())) for e in self._entries]

    @cached_property
    def _entries(self) -> list[Entry]:
        return self.index.raw_entries()


def corpus_collection(folder: Path, embedder: Embedder) -> Collection:
    """The shipped corpus with its query bank, indexed in `folder`."""
    ingest([corpus_folder()], folder, embedder, fresh=True)
    return Collection("corpus", "the shipped entries with their query bank, both languages", open_index(folder))


def notes_collection(folder: Path, embedder: Embedder, keep: Callable[[str], bool] = lambda name: True) -> Collection:
    """The curated entries that `keep` names, as somebody's notes: question and answer, in Chinese where there is Chinese."""
    write_notes(folder / "notes", keep)
    ingest([folder / "notes"], folder / "index", embedder)
    return Collection(
        "notes", "the same as plain notes in Chinese, linked to the bank by their questions", open_index(folder / "index"), True
    )


def unlinked_collection(folder: Path, embedder: Embedder) -> Collection:
    """The notes with a bank that knows none of their topics; the glossary stays."""
    write_notes(folder / "notes")
    ingest([folder / "notes"], folder / "index", embedder, corpus=glossary_alone(folder / "bank"))
    about = "the same notes, their topics unknown to the bank (the built-in embedder did learn from them, so this flatters it)"
    return Collection("unlinked", about, open_index(folder / "index"), True)


def glossary_alone(folder: Path) -> Path:
    """A corpus without entries, made in `folder`: to ingest with it links nothing."""
    folder.mkdir()
    (folder / "glossary.yaml").write_bytes((corpus_folder() / "glossary.yaml").read_bytes())
    return folder


def write_notes(folder: Path, keep: Callable[[str], bool] = lambda name: True) -> None:
    """One Markdown file for each curated entry that `keep` names; files of the others are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(corpus_folder().glob("*/*.md")):
        note = folder / file.name
        if keep(file.stem):
            entry = read_curated(file.read_text(encoding="utf-8"), file.name, file.with_suffix(".json"))
            note.write_text(f"# {entry.question.pick('zh')}\n\n{entry.answer.pick('zh')}\n", encoding="utf-8")
        else:
            note.unlink(missing_ok=True)
