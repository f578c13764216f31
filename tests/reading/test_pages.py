"""HTML, PDF and DOCX to entries; what holds no text or is hostile is refused with a clear message."""

import contextlib
import io
import random
import zipfile
from pathlib import Path

import pytest
from docx import Document
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from tutor.errors import InputError
from tutor.reading.files import File
from tutor.reading.pages import docx_to_text, html_to_text, pdf_to_text
from tutor.reading.sources import read_entries


def _read(name: str, data: bytes) -> list[tuple[str, str]]:
    entries = read_entries(File(Path(name), name), data)
    return [(entry.question.zh or entry.question.en, entry.answer.zh or entry.answer.en) for entry in entries]


# HTML

PAGE = """<!doctype html><html><head><title>Regularisation</title><meta charset="{charset}">
<script>document.title = "What is a stolen cookie?"; fetch("https://evil.example")</script><style>h2 {{ color: red }}</style></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/q">Which page do you want?</a></li></ul></nav>
<main><h1>正则化</h1>
<h2>1. Dropout 在训练和推理时有什么不同?</h2>
<p>训练时随机置零,推理时<b>不置零</b>。<script>steal("什么是密码?")</script></p>
<table><tr><th>阶段</th><th>行为</th></tr><tr><td>训练</td><td>除以保留概率</td></tr></table>
<h2>2. 权重衰减与 L2 正则是一回事吗?</h2>
<p onclick="alert(1)">对 SGD 是,对 Adam 不是。</p><ul><li>AdamW 把两者解耦。</li></ul>
<pre><code>p -= lr * wd * p</code></pre>
</main><footer>Copyright. Any questions?</footer></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_html(charset):
    entries = _read("a.html", PAGE.format(charset=charset).encode(charset))
    assert [question for question, _ in entries] == ["Dropout 在训练和推理时有什么不同?", "权重衰减与 L2 正则是一回事吗?"]
    assert "**不置零**" in entries[0][1]
    assert "| 训练 | 除以保留概率 |" in entries[0][1]
    assert "- AdamW 把两者解耦。" in entries[1][1]
    assert "p -= lr * wd * p" in entries[1][1]


@pytest.mark.parametrize("forbidden", ["steal", "fetch", "color: red", "alert", "Home", "Copyright", "密码"])
def test_script_style_and_navigation_of_a_page_are_not_its_text(forbidden):
    assert forbidden not in html_to_text(PAGE.format(charset="utf-8").encode())


def test_a_page_of_navigation_only_has_no_entries():
    assert (
        _read("a.html", b"<html><body><nav><a href=/>Home</a> <a href=/a>What is new?</a></nav><footer>Imprint</footer></body></html>")
        == []
    )


@pytest.mark.parametrize("data", [b"<", b"<html>", b"</p></p>", b"<!--", b"<h2>What is half a tag?</h2><p>It end", b"plain text"])
def test_fragments_of_html_do_not_fail(data):
    _read("a.html", data)


def test_elements_nested_beyond_reason_are_refused():
    with pytest.raises(InputError, match=r"a\.html: nested too deeply"):
        _read("a.html", b"<div>" * 2000 + b"<h2>What is deep?</h2><p>This.</p>" + b"</div>" * 2000)


# PDF


def _pdf(pages: list[list[str]], *, font: str = "Helvetica", footer: str = "") -> bytes:
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=A4)
    for number, lines in enumerate(pages, 1):
        paper.setFont(font, 11)
        for row, line in enumerate(lines):
            paper.drawString(72, 760 - 18 * row, line)
        if footer:
            paper.drawString(72, 40, f"{footer} {number}")
        paper.showPage()
    paper.save()
    return buffer.getvalue()


PDF = _pdf(
    [
        ["1. What is weight tying?", "The embedding and the output layer share one matrix."],
        ["2. Why is layer norm used?", "It keeps the scale of activations steady."],
        ["3. What is label smoothing?", "A little probability goes to every other class."],
    ],
    footer="Interview notes, page",
)


def test_pdf_with_a_text_layer():
    assert _read("a.pdf", PDF) == [
        ("What is weight tying?", "The embedding and the output layer share one matrix."),
        ("Why is layer norm used?", "It keeps the scale of activations steady."),
        ("What is label smoothing?", "A little probability goes to every other class."),
    ]


def test_running_footers_of_a_pdf_are_left_out():
    assert "Interview notes" not in pdf_to_text(PDF, "a.pdf")


def test_chinese_pdf():
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    text = pdf_to_text(_pdf([["1. 什么是标签平滑?", "把一小部分概率分给其他类别,防止过度自信。"]], font="STSong-Light"), "a.pdf")
    assert "什么是标签平滑" in text
    assert "防止过度自信" in text


def test_a_scanned_pdf_says_that_it_needs_ocr():
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer)
    paper.rect(100, 100, 300, 300, fill=1)
    paper.save()
    with pytest.raises(InputError, match=r"scan\.pdf: the PDF has no text layer.*OCR"):
        pdf_to_text(buffer.getvalue(), "scan.pdf")


def test_a_locked_pdf_says_so():
    from reportlab.lib import pdfencrypt

    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, encrypt=pdfencrypt.StandardEncryption("secret", ownerPassword="owner", canPrint=0))
    paper.drawString(72, 700, "1. What is hidden in here?")
    paper.save()
    with pytest.raises(InputError, match=r"a\.pdf: the PDF is locked.*unlocked"):
        pdf_to_text(buffer.getvalue(), "a.pdf")


# DOCX


def _docx() -> bytes:
    document = Document()
    document.add_heading("训练", 1)
    document.add_heading("什么是混合精度训练?", 2)
    document.add_paragraph("前向和反向用半精度,主权重保留单精度。")
    document.add_paragraph("损失要放大", style="List Bullet")
    document.add_paragraph("溢出时跳过这一步", style="List Number")
    document.add_heading("梯度累积等价于更大的批吗?", 2)
    table = document.add_table(2, 2)
    for cell, text in zip([cell for row in table.rows for cell in row.cells], ["层", "等价", "BatchNorm", "否"], strict=True):
        cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_docx_with_headings_lists_and_a_table():
    first, second = _read("a.docx", _docx())
    assert first[0] == "什么是混合精度训练?"
    assert first[1].startswith("前向和反向用半精度")
    assert "- 损失要放大" in first[1]
    assert "- 溢出时跳过这一步" in first[1]
    assert second[0] == "梯度累积等价于更大的批吗?"
    assert "| BatchNorm | 否 |" in second[1]


def test_docx_with_bold_questions():
    document = Document()
    for question, answer in (
        ("Why shuffle the data?", "Batches become less correlated."),
        ("What is early stopping?", "Halting when validation stops improving."),
    ):
        document.add_paragraph().add_run(question).bold = True
        document.add_paragraph(answer)
    buffer = io.BytesIO()
    document.save(buffer)
    assert _read("a.docx", buffer.getvalue()) == [
        ("Why shuffle the data?", "Batches become less correlated."),
        ("What is early stopping?", "Halting when validation stops improving."),
    ]


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = _zip({"word/document.xml": bytes(210 * 2**20)})
    assert len(bomb) < 2**19
    with pytest.raises(InputError, match=r"a\.docx: unpacks to more than \d+ MB; refused"):
        docx_to_text(bomb, "a.docx")


REFUSED = {
    "text renamed to PDF": ("a.pdf", b"1. What is this?\nNo PDF."),
    "half a PDF": ("a.pdf", PDF[: len(PDF) // 3]),
    "text renamed to DOCX": ("a.docx", b"1. What is this?\nNo DOCX."),
    "half a DOCX": ("a.docx", _docx()[:5000]),
    "another zip": ("a.docx", _zip({"hello.txt": b"x"})),
    "XML is broken": ("a.docx", _zip({"word/document.xml": b"<w:document"})),
    "spreadsheet renamed": ("a.docx", _zip({"xl/workbook.xml": b"<x/>"})),
}


@pytest.mark.parametrize(("name", "data"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_pdf_or_docx_is_refused_by_name(name, data):
    with pytest.raises(InputError, match=rf"^{name}: "):
        _read(name, data)


@pytest.mark.parametrize(("name", "data"), [("a.pdf", PDF), ("a.docx", _docx()), ("a.html", PAGE.encode())], ids=["pdf", "docx", "html"])
def test_damaged_bytes_never_raise_anything_but_an_input_error(name, data):
    """Truncated, overwritten and cut copies: each is read or refused, none ends the run."""
    source = random.Random(11)
    for _ in range(60):
        damaged = bytearray(data)
        match source.randrange(3):
            case 0:
                del damaged[source.randrange(1, len(damaged)) :]
            case 1:
                for _ in range(source.choice([1, 3, 30])):
                    damaged[source.randrange(len(damaged))] = source.randrange(256)
            case _:
                start = source.randrange(len(damaged))
                del damaged[start : start + source.randrange(60)]
        with contextlib.suppress(InputError):
            _read(name, bytes(damaged))
