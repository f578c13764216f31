"""A learner's own data at the page: a name, exports as files, an import, and deleting everything."""

from __future__ import annotations

import re
import tempfile
from html import escape
from pathlib import Path
from typing import Literal

from tutor.errors import InputError
from tutor.practice import entry_of, listed
from tutor.study import progress
from tutor.study.anki import export_anki
from tutor.study.journal import export_markdown
from tutor.study.learner import DEFAULT
from tutor.study.transfer import Imported, export_jsonl, import_jsonl
from tutor.web.current import CurrentTutor
from tutor.web.grade_html import two
from tutor.web.visitor import learner_of, now
from tutor.web.words_review import review_words

Kind = Literal["jsonl", "md", "apkg"]
KINDS: tuple[Kind, ...] = ("jsonl", "md", "apkg")


def rename(current: CurrentTutor, name: str) -> str:
    """The name as it is stored, its learner made where there is none. Raises InputError for what is no name."""
    return learner_of(current, name).name


def export_file(current: CurrentTutor, name: str, kind: Kind, language: str) -> Path:
    """Everything of a learner as a file in a folder of its own: all data, the answers to read, or the cards for Anki."""
    tutor, learner, moment = current.get(), learner_of(current, name), now()
    safe = re.sub(r"[^\w-]+", "-", learner.name).strip("-")[:40] or "learner"
    path = Path(tempfile.mkdtemp(prefix="tutor-export-")) / f"tutor-{safe}-{moment:%Y-%m-%d}.{kind}"
    if kind == "apkg":
        cards = [card.entry_id for card in learner.cards() if card.entry_id in tutor.numbers or card.entry_id in tutor.catalogue]
        # Who has no cards yet takes all questions.
        entries = [entry_of(tutor, entry_id) for entry_id in cards] or list(tutor.catalogue.askable)
        export_anki(entries, path, now=moment, language=two(language))
        return path
    if kind == "md":
        cards_now = learner.cards()
        topics = progress.topics(cards_now, listed(tutor, cards_now), moment)
        entries_by_id = tutor.catalogue.entries
        text = export_markdown(learner.name, learner.all_attempts(), topics, entries_by_id, now=moment, language=two(language))
    else:
        text = "".join(f"{line}\n" for line in export_jsonl(learner))
    path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return path


def import_file(current: CurrentTutor, name: str, file: Path) -> Imported:
    """An export added to a learner. The uploaded file does not linger."""
    try:
        with file.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            return import_jsonl(learner_of(current, name), lines)
    finally:
        file.unlink(missing_ok=True)


def imported_html(done: Imported, language: str) -> str:
    """What an import did."""
    say = review_words(language)
    lines = [say.imported.format(new=done.new, read=done.read)] if done.read else [say.import_none]
    if done.skipped:
        first = done.skipped[0]
        lines.append(say.import_skipped.format(count=len(done.skipped), line=first.line, reason=first.reason))
    return f'<div class="t-callout" role="status">{"".join(f"<p>{escape(line)}</p>" for line in lines)}</div>'


def delete(current: CurrentTutor, name: str, typed: str, language: str) -> str:
    """Delete everything of a learner whose name was typed; says so. Raises InputError where it is another name."""
    say = review_words(language)
    learner = learner_of(current, name)
    if " ".join(typed.split()) != learner.name:
        raise InputError(say.delete_wrong.format(name=learner.name))
    learner.delete()
    return say.deleted.format(name=learner.name)


def shown_name(name: str) -> str:
    """The name to show for what a browser remembers."""
    return " ".join(name.split()) or DEFAULT
