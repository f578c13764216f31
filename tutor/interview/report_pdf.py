"""A report as PDF. Chinese is set in the reader's own STSong font (a CID font: nothing to ship, nothing to download)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Any

from tutor.interview.report import Report
from tutor.interview.report_words import WORDS, Piece, history, pieces

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle

_CJK_FONT = "STSong-Light"
_CHINESE = "chinese-"
_CJK = re.compile(r"[\u3400-\u9fff]")
#: What the CID font has no glyph for, in words that it has.
_INSTEAD = str.maketrans({"\u2011": "-", "\u2212": "-", "\u00a0": " ", "\u200b": "", "\ufe0f": ""})


def to_pdf(report: Report) -> bytes:
    """The report as a PDF document."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    styles = _styles()
    buffer = BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=WORDS[report.language]["title"],
        invariant=True,
    )
    story = [flowable for piece in pieces(report) for flowable in _flowables(piece, report, styles)]
    document.build(story, onFirstPage=_footer, onLaterPages=_footer)
    return buffer.getvalue()


@lru_cache
def _styles() -> dict[str, ParagraphStyle]:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(_CJK_FONT))
    base = ParagraphStyle("text", fontName=_CJK_FONT, fontSize=10, leading=15, spaceAfter=3)
    styles = {
        "title": ParagraphStyle("title", base, fontSize=18, leading=26, spaceAfter=8),
        "heading": ParagraphStyle("heading", base, fontSize=13, leading=19, spaceBefore=10, spaceAfter=4, keepWithNext=True),
        "subheading": ParagraphStyle("subheading", base, fontSize=11, leading=16, spaceBefore=8, keepWithNext=True),
        "text": base,
        "item": ParagraphStyle("item", base, leftIndent=12, bulletIndent=2),
        "quote": ParagraphStyle("quote", base, leftIndent=12, textColor="#444444"),
    }
    styles["markdown"] = styles["quote"]
    # "CJK" breaks between any two characters: right for Chinese, which has no spaces, wrong for English.
    return styles | {_CHINESE + name: ParagraphStyle(_CHINESE + name, style, wordWrap="CJK") for name, style in styles.items()}


def _flowables(piece: Piece, report: Report, styles: dict[str, ParagraphStyle]) -> list[Any]:
    from reportlab.platypus import Paragraph, Table

    if piece.kind == "table":
        rows = [[Paragraph(_markup(cell), styles[_style("text", cell)]) for cell in row] for row in piece.rows]
        return [Table(rows, colWidths=(230, 70, 70), hAlign="LEFT")]
    if piece.kind == "plot":
        values = history(report) if piece.text == "trend" else [(topic.name, float(topic.score)) for topic in report.topics]
        return [_bars(values)]
    # One flowable a line: a page break may fall between any two of a long answer.
    lines = [line for line in piece.text.splitlines() if line.strip()] or [""]
    bullet = "\u2022" if piece.kind == "item" else None
    return [Paragraph(_markup(line), styles[_style(piece.kind, line)], bulletText=bullet) for line in lines]


def _style(kind: str, text: str) -> str:
    return (_CHINESE if _CJK.search(text) else "") + kind


def _bars(values: list[tuple[str, float]]) -> Any:
    """Values 0-100 as bars; a page of print needs no radar to be read."""
    from reportlab.graphics.shapes import Drawing, Rect, String
    from reportlab.lib.colors import HexColor

    row, left, width = 18, 170, 240
    drawing = Drawing(left + width + 40, row * len(values) + 6)
    for number, (label, value) in enumerate(values):
        y = row * (len(values) - number - 1) + 4
        drawing.add(String(left - 8, y + 2, _clean(label)[:26], fontName=_CJK_FONT, fontSize=9, textAnchor="end"))
        drawing.add(Rect(left, y, width, 10, fillColor=HexColor("#e6e9ee"), strokeColor=None))
        drawing.add(Rect(left, y, width * min(max(value, 0), 100) / 100, 10, fillColor=HexColor("#2f6fde"), strokeColor=None))
        drawing.add(String(left + width + 6, y + 2, f"{value:.0f}", fontName=_CJK_FONT, fontSize=9))
    return drawing


def _markup(text: str) -> str:
    return escape(_clean(text), quote=False)


def _clean(text: str) -> str:
    """Text that the font can show: what it lacks becomes a question mark rather than an empty box."""
    return "".join(_glyph(char) for char in text.translate(_INSTEAD))


@lru_cache(maxsize=4096)
def _glyph(char: str) -> str:
    if _shown(char):
        return char
    plain = unicodedata.normalize("NFKC", char)
    return plain if all(map(_shown, plain)) else "?"


def _shown(char: str) -> bool:
    # Adobe-GB1 covers GBK; what GB18030 writes in four bytes lies outside of it.
    try:
        return char.isprintable() and len(char.encode("gb18030")) < 4
    except UnicodeEncodeError:
        return False


def _footer(canvas: Any, document: Any) -> None:
    canvas.setFont(_CJK_FONT, 8)
    canvas.drawCentredString(document.pagesize[0] / 2, 24, str(canvas.getPageNumber()))
