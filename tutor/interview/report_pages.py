"""A report as Markdown, and as one self-contained HTML page with its plots. What the candidate said is data in both: it can neither
open a heading nor a tag."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from tutor.interview import plots
from tutor.interview.report import Report
from tutor.interview.report_words import WORDS, Piece, history, pieces

_STYLE = """:root{color-scheme:light dark}body{font:16px/1.6 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
max-width:46rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem;margin-top:1.5rem}
blockquote{margin:.4rem 0;padding:.2rem .9rem;border-left:3px solid #9aa4b2;white-space:pre-wrap;overflow-wrap:anywhere}
table{border-collapse:collapse}td,th{padding:.2rem .9rem .2rem 0;text-align:left}@media print{body{margin:0}}"""
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|$])")
_HEADINGS = {"title": "# ", "heading": "## ", "subheading": "### "}


def to_markdown(report: Report) -> str:
    """The report as Markdown; the plots are left to its table."""
    lines: list[str] = []
    for piece in pieces(report):
        if piece.kind == "item":
            lines.append(f"- {_plain(piece.text)}")
            continue
        if lines and lines[-1]:
            lines.append("")
        if piece.kind in _HEADINGS:
            lines.append(_HEADINGS[piece.kind] + _plain(piece.text))
        elif piece.kind == "text":
            lines.append(_plain(piece.text))
        elif piece.kind == "quote":
            lines += [f"> {_escaped(line)}".rstrip() for line in piece.text.splitlines()]
        elif piece.kind == "markdown":
            lines += [f"> {line.replace('<', '&lt;')}".rstrip() for line in piece.text.splitlines()]
        elif piece.kind == "table":
            head, *rows = (f"| {' | '.join(map(_plain, row))} |" for row in piece.rows)
            lines += [head, "|" + " --- |" * len(piece.rows[0]), *rows]
    return "\n".join(lines) + "\n"


def to_html(report: Report) -> str:
    """The report as an HTML page that needs nothing else."""
    body: list[str] = []
    listing = False
    for piece in pieces(report):
        if (piece.kind == "item") != listing:
            body.append("</ul>" if listing else "<ul>")
            listing = not listing
        body.append(_html(piece, report))
    title = escape(WORDS[report.language]["title"])
    language = "zh-CN" if report.language == "zh" else "en"
    head = f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return f"{head}<title>{title}</title><style>{_STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"


def plot(name: str, report: Report) -> str:
    """A report's plot as SVG: "radar" over the topics, or "trend" over the interviews."""
    words = WORDS[report.language]
    if name == "trend":
        return plots.trend(history(report), words["trend"])
    last = report.earlier[-1].topics if report.earlier else {}
    compare = [float(last[topic.topic]) for topic in report.topics if topic.topic in last]
    return plots.radar([(topic.name, float(topic.score)) for topic in report.topics], words["topics"], compare)


def _html(piece: Piece, report: Report) -> str:
    text = escape(piece.text)
    tags: dict[str, Callable[[], str]] = {
        "title": lambda: f"<h1>{text}</h1>",
        "heading": lambda: f"<h2>{text}</h2>",
        "subheading": lambda: f"<h3>{text}</h3>",
        "text": lambda: f"<p>{text}</p>",
        "item": lambda: f"<li>{text}</li>",
        "quote": lambda: f"<blockquote>{text}</blockquote>",
        "markdown": lambda: f"<blockquote>{text}</blockquote>",
        "plot": lambda: f"<figure>{plot(piece.text, report)}</figure>",
        "table": lambda: _table(piece),
    }
    return tags[piece.kind]()


def _table(piece: Piece) -> str:
    head, *rows = piece.rows
    cells = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    return f"<table><tr>{''.join(f'<th>{escape(cell)}</th>' for cell in head)}</tr>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def _escaped(text: str) -> str:
    """Text that stands for itself in Markdown."""
    return _SPECIAL.sub(r"\\\1", text).replace("\\<", "&lt;")


def _plain(text: str) -> str:
    return _escaped(" ".join(text.split()))
