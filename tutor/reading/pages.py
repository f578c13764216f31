"""HTML, PDF and DOCX to text with Markdown structure, for the splitter."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from typing import Any

from tutor.errors import InputError
from tutor.reading.files import decode

#: Parts of a page that are never its content.
_CHROME = (
    "script,style,noscript,template,nav,footer,aside,form,button,iframe,svg,select,input,textarea,dialog,head title,"
    "[hidden],[aria-hidden=true],[role=navigation],[role=banner],[role=contentinfo],[role=complementary],[role=search],[role=dialog]"
)
_UNLIKELY = re.compile(
    r"ads?|adv|advert\w*|ad[bc]?|agegate|announce\w*|author\w*|banner|breadcrumbs?|comments?|community|consent|cookies?|copyright|disqus|extra|follow|foot|footer"
    r"|gdpr|header|hidden|hot|legends|login|masthead|menu|meta|modal|nav|navbar|navigation|navigator|newsletter|pager?|pagination|popup|popular|profile|promo\w*|qr\w*"
    r"|rail|reading|recommend\w*|related|remark|replies|reply|reward|rss|share|sharing|shoutbox|sidebar|signup|skip|social|sponsor\w*|subscribe|supplemental"
    r"|tags?|teaser|toc|tool|toolbar|topbar|topics?|vip|webmentions|widget",
    re.I,
)
_LIKELY = re.compile(r"posts?|article|body|content|main|entry|markdown|answer|question|text", re.I)
_CONTENT = frozenset(
    [
        "html",
        "body",
        "main",
        "article",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "li",
        "ul",
        "ol",
        "pre",
        "code",
        "table",
        "tr",
        "td",
        "th",
        "blockquote",
        "strong",
        "b",
        "em",
        "span",
        "dl",
        "dt",
        "dd",
        "details",
        "summary",
    ]
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_UNZIPPED_LIMIT = 200 * 2**20


def html_to_text(data: bytes, shown: str = "page") -> str:
    """The visible text of a page as Markdown: headings, lists, tables, bold and code kept."""
    from bs4 import BeautifulSoup
    from markdownify import MarkdownConverter

    markup = decode(_declared_utf8(data), shown)
    soup = BeautifulSoup(markup, "lxml")
    for element in soup.select(_CHROME):
        element.decompose()
    for header in soup.find_all("header"):
        if not header.find_parent(["article", "main"]):
            header.decompose()
    _drop_unlikely(soup)
    for term in soup.find_all(["dt", "summary"]):
        term.name = "h4"
    for body in soup.find_all(["dd", "figure"]):
        body.name = "div"
    for image in soup.find_all("img", src=re.compile("^data:")):
        image.decompose()
    main = soup.find("main") or soup.find("article")
    articles = soup.find_all("article")
    root = main if main is not None and len(articles) <= 1 and len(main.get_text()) > 0.4 * len(soup.get_text()) else soup
    text = MarkdownConverter(
        heading_style="ATX", bullets="-", escape_misc=False, escape_underscores=False, escape_asterisks=False, code_language=""
    ).convert_soup(root)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"


def _drop_unlikely(soup: Any) -> None:
    """Remove elements whose class or id says that they are not the content (after Readability's
    "unlikely candidates"), as long as most of the page's text stays."""
    total = len(soup.get_text())
    for element in soup.find_all(True):
        if element.decomposed:
            continue
        names = " ".join([*(element.get("class") or []), element.get("id") or ""])
        if element.name in _CONTENT or any(_LIKELY.fullmatch(word) for word in _WORDS.findall(names)):
            continue
        if names and any(_UNLIKELY.fullmatch(word) for word in _WORDS.findall(names)) and len(element.get_text()) < 0.3 * total:
            element.decompose()


def _declared_utf8(data: bytes) -> bytes:
    """The page in UTF-8 where its meta tag names another encoding."""
    declared = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", data[:2048], re.I)
    encoding = declared[1].decode("ascii", "ignore").lower() if declared else ""
    if encoding in ("", "utf-8", "utf8"):
        return data
    try:
        return data.decode(encoding).encode("utf-8")
    except (LookupError, UnicodeDecodeError):
        return data


def pdf_to_text(data: bytes, shown: str) -> str:
    """The text layer, page by page, without running heads and page numbers."""
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(f"{shown}: the PDF is locked by a password", remedy="save an unlocked copy")
        pages = [page.extract_text() or "" for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OSError, AttributeError, NotImplementedError) as error:
        raise InputError(f"{shown}: damaged or not a PDF: {error}") from error
    if sum(len(page.strip()) for page in pages) < 20:
        raise InputError(f"{shown}: the PDF has no text layer (scanned pages?)", remedy="run OCR on it first")
    return "\n".join(_without_running_lines(pages))


def _without_running_lines(pages: list[str]) -> list[str]:
    edges = Counter(_edge_key(line) for page in pages for line in _edges(page))
    running = {key for key, count in edges.items() if count >= 3 and count > len(pages) / 2}
    kept = []
    for page in pages:
        lines = page.splitlines()
        border = set(_edges(page))
        kept += [line for line in lines if not (line in border and (_edge_key(line) in running or re.fullmatch(r"\W*\d{1,4}\W*", line)))]
    return kept


def _edges(page: str) -> list[str]:
    lines = [line for line in page.splitlines() if line.strip()]
    return lines[:2] + lines[-2:]


def _edge_key(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def docx_to_text(data: bytes, shown: str) -> str:
    """Paragraphs, headings, lists and tables of a Word document as Markdown."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(item.file_size for item in archive.infolist()) > _UNZIPPED_LIMIT:
                raise InputError(f"{shown}: unpacks to more than {_UNZIPPED_LIMIT // 2**20} MB; refused")
            if "word/document.xml" not in archive.namelist():
                raise InputError(f"{shown}: not a Word document", remedy="save it as .docx")
    except zipfile.BadZipFile as error:
        raise InputError(f"{shown}: damaged or not a Word document", remedy="save it as .docx again") from error
    from docx import Document
    from docx.table import Table

    try:
        document = Document(io.BytesIO(data))
        lines: list[str] = []
        for block in document.iter_inner_content():
            lines += _table_lines(block) if isinstance(block, Table) else _paragraph_lines(block)
    except (KeyError, ValueError, AttributeError, SyntaxError, OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{shown}: damaged Word document: {error}") from error
    return "\n".join(lines) + "\n"


def _paragraph_lines(paragraph: Any) -> list[str]:
    text = paragraph.text.strip()
    if not text:
        return [""]
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    if match := re.match(r"(?:Heading|标题)\s*(\d)", style):
        return ["", "#" * int(match[1]) + " " + text, ""]
    if style == "Title":
        return ["", "# " + text, ""]
    runs = [run for run in paragraph.runs if run.text.strip()]
    if runs and all(run.bold for run in runs):
        return ["", f"**{text}**", ""]
    numbered = paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None
    if "List Number" in style:
        return ["- " + text]
    return ["- " + text] if numbered or style.startswith("List") else [text, ""]


def _table_lines(table: Any) -> list[str]:
    rows = [[cell.text.strip().replace("\n", " ") for cell in row.cells] for row in table.rows]
    if not rows:
        return []
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return ["", lines[0], "|" + " --- |" * len(rows[0]), *lines[1:], ""]
