"""Hits, answers and summaries as terminal text and as the JSON of the contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.answering.answer import Answer
from tutor.entry import Hits
from tutor.grading.grade import Grade
from tutor.text import language_of

if TYPE_CHECKING:
    from tutor.retrieval.ingest import Summary


def hits_json(hits: Hits) -> dict[str, Any]:
    """What `tutor search --json` prints."""
    language = language_of(hits.query)
    return {
        "query": hits.query,
        "confidence": round(hits.confidence, 4),
        "in_scope": hits.in_scope,
        "hits": [
            {
                "entry_id": hit.entry.id,
                "question": hit.entry.question.pick(language),
                "source": hit.entry.sources[0].path,
                "line": hit.entry.sources[0].line,
                "score": hit.score,
                "passage": hit.passage,
                **({"also_in": [f"{s.path}:{s.line}" for s in hit.entry.sources[1:]]} if len(hit.entry.sources) > 1 else {}),
            }
            for hit in hits.hits
        ],
    }


def hits_text(hits: Hits) -> str:
    """Hits for a terminal: question, score, place and an excerpt each."""
    language = language_of(hits.query)
    lines = [f"confidence {hits.confidence:.2f}" + ("" if hits.in_scope else "  (not in my material; nearest:)")]
    for rank, hit in enumerate(hits.hits, 1):
        source = hit.entry.sources[0]
        lines.append(f"{rank}. {hit.entry.question.pick(language)}  [{hit.score:.2f}]")
        lines.append(f"   {source.path}:{source.line}  ({hit.entry.id})")
        lines.append(f"   {excerpt(hit.passage)}")
    return "\n".join(lines)


def answer_text(answer: Answer) -> str:
    """An answer for a terminal, its sources and suggestions below."""
    lines = [answer.answer, ""]
    lines += [f"[{c.n}] {c.question}  {c.source}:{c.line}" for c in answer.citations]
    if answer.notice:
        lines += ["", f"({answer.notice})"]
    if answer.suggestions:
        lines += ["", *(f"-> {text}" for text in answer.suggestions)]
    return "\n".join(lines).rstrip()


def grade_text(grade: Grade, *, heading: bool = True) -> str:
    """A grade for a terminal: the score with its interval, a line with a bar for each key point, and the feedback."""
    score = f"{grade.score} / 100   ({grade.low}-{grade.high})" if grade.score is not None else "not graded"
    lines = [grade.question] if heading else []
    lines += [f"{score}   {grade.entry_id}   {grade.engine}" + (f"   {', '.join(grade.flags)}" if grade.flags else ""), ""]
    for point in grade.points:
        lines.append(f"{bar(point.credit)} {point.credit:4.0%} of {point.weight:g}  {excerpt(point.text, 90)}")
        if point.evidence:
            lines.append(f"{' ' * 11}“{excerpt(point.evidence, 96)}”")
    return "\n".join([*lines, "", grade.feedback, *(f"({note})" for note in grade.notes)]).rstrip()


def bar(share: float, width: int = 10) -> str:
    """A share as a bar of so many columns."""
    filled = round(share * width)
    return "█" * filled + "░" * (width - filled)


def summary_text(summary: Summary) -> str:
    """What an ingest did, and each skipped file with the reason."""
    lines = [
        f"{summary.sources} sources ({summary.read} read, {summary.unchanged} unchanged, {summary.dropped} dropped)",
        f"{summary.entries} entries ({summary.answered} answered, {summary.unanswered} unanswered, {summary.merged} merged duplicates), "
        f"{summary.passages} passages",
    ]
    lines += [f"skipped {skipped.source}: {skipped.reason}" for skipped in summary.skipped]
    return "\n".join(lines)


def excerpt(text: str, width: int = 110) -> str:
    """A text on one line, cut where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"
