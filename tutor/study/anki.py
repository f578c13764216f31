"""Entries as an Anki package: the question in front, the short answer and the key points behind, the topic as a tag.

Ids follow from the entry's id, so importing a newer package updates the notes and keeps Anki's own schedule.
"""

from __future__ import annotations

import html
import itertools
import os
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.entry import Entry, Language
from tutor.errors import StoreError

if TYPE_CHECKING:
    import genanki

DECK = "Interview Tutor"
# Any numbers would do, but they must never change: Anki knows deck and note type by them.
_DECK_ID, _MODEL_ID = 1_763_942_001, 1_763_942_002
_STYLE = ".card { font: 18px/1.5 sans-serif; text-align: left } li { margin: .3em 0 }"
_MATH = re.compile(r"\$\$(.+?)\$\$|\$([^\s$](?:[^$\n]*[^\s$])?)\$", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")


def export_anki(entries: Iterable[Entry], path: Path | str, *, now: datetime, language: Language = "zh") -> int:
    """Write the answered entries to an .apkg file; returns how many. Raises StoreError where it cannot be written."""
    import genanki

    model = genanki.Model(
        _MODEL_ID,
        "Interview Tutor",
        fields=[{"name": "Question"}, {"name": "Answer"}, {"name": "Points"}],
        templates=[
            {
                "name": "Recall",
                "qfmt": "{{Question}}",
                "afmt": '{{FrontSide}}<hr id="answer">{{Answer}}{{#Points}}<ul>{{Points}}</ul>{{/Points}}',
            }
        ],
        css=_STYLE,
    )
    deck = genanki.Deck(_DECK_ID, DECK)
    for entry in entries:
        if entry.answered:
            points = "".join(f"<li>{_html(point.text.pick(language))}</li>" for point in entry.rubric)
            fields = [_html(entry.question.pick(language)), _html((entry.short or entry.answer).pick(language)), points]
            deck.add_note(genanki.Note(model, fields, tags=[_tag(entry.topic)] if entry.topic else [], guid=genanki.guid_for(entry.id)))
    target = Path(path)
    try:
        _write(genanki.Package(deck), target, now)
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror or error}", remedy="name another file or folder") from error
    return len(deck.notes)


def _write(package: genanki.Package, target: Path, now: datetime) -> None:
    """Write beside and rename. Not genanki's own writing, which leaves its database behind in the temporary folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".anki-") as folder:
        collection, archive = Path(folder, "collection.anki2"), Path(folder, "package.apkg")
        connection = sqlite3.connect(collection)
        try:
            package.write_to_db(connection.cursor(), now.timestamp(), itertools.count(int(now.timestamp() * 1000)))
            connection.commit()
        finally:
            connection.close()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            file.write(collection, collection.name)
            file.writestr("media", "{}")
        os.replace(archive, target)


def _html(markdown: str) -> str:
    """Markdown as the little HTML a card needs: formulas for MathJax, code, bold, line ends."""
    text = html.escape(markdown.strip(), quote=False)
    text = _MATH.sub(lambda found: f"\\[{found[1]}\\]" if found[1] else f"\\({found[2]}\\)", text)
    return _BOLD.sub(r"<b>\1</b>", _CODE.sub(r"<code>\1</code>", text)).replace("\n", "<br>")


def _tag(topic: str) -> str:
    return "-".join(topic.split())
