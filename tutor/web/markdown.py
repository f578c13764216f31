"""Markdown from documents and models, made safe and exact for the page.

    "if $a<b$ then <s> costs $5"   ->   "if ⁣\\(a\\lt b\\)⁣ then &lt;s> costs $5"

Gradio sanitizes what it renders; this is the second lock, and it mends what sanitizing would lose:
tokens such as `<s>` stay visible, `$` in code or prices is not taken for math, nothing is loaded from elsewhere.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection

# KaTeX gets its own delimiters: Gradio looks for math before it looks for code, so a plain `$` in a code block
# would swallow the text up to the next one. U+2063 is invisible, and no document contains it beside `\(`.
_MARK = "\u2063"
INLINE = (f"{_MARK}\\(", f"\\){_MARK}")
DISPLAY = (f"{_MARK}\\[", f"\\]{_MARK}")
LATEX_DELIMITERS = [
    {"left": DISPLAY[0], "right": DISPLAY[1], "display": True},
    {"left": INLINE[0], "right": INLINE[1], "display": False},
]

_PARTS = re.compile(
    r"(?P<fence>^(?P<indent>[ \t>]*)(?P<ticks>```+|~~~+)(?P<info>[^\n]*)\n(?P<code>.*?)(?:^[ \t>]*(?P=ticks)[`~]*[ \t]*$|\Z))"
    r"|(?P<span>(?<!`)(?P<tick>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=tick)(?!`))"
    r"|\$\$(?P<display>.+?)\$\$|\\\[(?P<display2>.+?)\\\]"
    # As in Pandoc: no space inside the dollars, no digit after them; "$5 or $10" is money.
    r"|(?<![\\$])\$(?=[^\s$])(?P<inline>(?:[^$\n\\]|\\.|\n(?!\s*\n))+?)(?<!\s)\$(?![\d$])|\\\((?P<inline2>.+?)\\\)"
    r"|(?P<image>!\[(?P<alt>[^\]\n]*)\](?:\((?P<url>[^)\n]*)\)|\[[^\]\n]*\])?)"
    r"|(?P<link>\]\(\s*(?P<target>[^)\n]*)\))"
    r"|(?P<reference>^[ ]{0,3}\[[^\]\n]+\]:[^\n]*$)"
    r"|(?P<tag></?(?:br|sub|sup|b|i|em|strong|u|kbd)\s*/?>|<https?://[^\s<>]+>)"
    r"|(?P<cited>\[(?P<n>\d{1,2})\](?![(\[:]))"
    r"|(?P<angle><)",
    re.DOTALL | re.MULTILINE,
)


def safe_markdown(text: str, citations: Collection[int] = ()) -> str:
    """`text` for a Gradio component with `LATEX_DELIMITERS`; marks `[n]` of `citations` become links to `#source-n`."""

    def replace(match: re.Match[str]) -> str:
        return _replace(match, citations)

    return _PARTS.sub(replace, text.replace(_MARK, ""))


def plain_html(text: str) -> str:
    """One line of text for HTML: escaped, with its math still rendered."""
    pieces = re.split(r"(?<![\\$])\$(?=[^\s$])((?:[^$\n\\]|\\.)+?)(?<!\s)\$(?![\d$])", " ".join(text.replace(_MARK, "").split()))
    return "".join(_math(piece, INLINE) if number % 2 else html.escape(piece) for number, piece in enumerate(pieces))


def _replace(match: re.Match[str], citations: Collection[int]) -> str:
    found = match.lastgroup or ""
    part = match.groupdict()
    if part["fence"] is not None:
        # A diagram of a document is shown as its text: drawing it would run a large interpreter on foreign input.
        info = "text" if part["info"].strip().lower().startswith("mermaid") else part["info"]
        return f"{part['indent']}{part['ticks']}{info}\n{part['code'].rstrip()}\n{part['indent']}{part['ticks']}"
    if part["span"] is not None or part["tag"] is not None:
        return match[0]
    if math := part["display"] or part["display2"]:
        return _math(math, DISPLAY)
    if math := part["inline"] or part["inline2"]:
        return _math(math, INLINE)
    if part["image"] is not None:
        alt = part["alt"].replace("<", "&lt;") or "image"
        return f"[{alt}]({part['url']})" if _may_open(part["url"] or "") else alt
    if part["link"] is not None:
        return match[0] if _may_open(part["target"]) else "]"
    if part["cited"] is not None:
        return f"[{part['n']}](#source-{part['n']})" if int(part["n"]) in citations else match[0]
    if part["reference"] is not None:
        return match[0].replace("<", "&lt;") if _may_open(match[0].split("]:", 1)[1]) else ""
    assert found == "angle", found
    return "&lt;"


def _may_open(target: str) -> bool:
    """Only plain web addresses are links: a relative one leads nowhere here, any other scheme may run something."""
    return re.match(r"\s*<?(?:https?://|mailto:)[^\s<>&]", target, re.I) is not None


def _math(tex: str, marks: tuple[str, str]) -> str:
    tex = tex.strip().replace("<", r"\lt ").replace(">", r"\gt ")
    return f"{marks[0]}{tex}{marks[1]}"
