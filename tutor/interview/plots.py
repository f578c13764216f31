"""Plots as SVG text: radar, trend and bars. Self-contained, readable in light and dark pages (`currentColor`), with a title and a
description for those who cannot see them. Every label is escaped."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from html import escape

ACCENT = "#2f6fde"
SOFT = "#9aa4b2"
_FONT = 'font-family="system-ui, -apple-system, Segoe UI, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif" font-size="12" fill="currentColor"'
_FEWEST = 3


def radar(values: Sequence[tuple[str, float]], title: str, compare: Sequence[float] = ()) -> str:
    """Values 0-100 around a circle, the first on top; `compare` is drawn behind, dashed. Fewer than three are drawn as bars."""
    if len(values) < _FEWEST:
        return bars(values, title)
    width, height, radius = 560, 320, 115
    centre = (width / 2, height / 2)

    def place(number: int, share: float) -> tuple[float, float]:
        angle = 2 * math.pi * number / len(values) - math.pi / 2
        return centre[0] + radius * share * math.cos(angle), centre[1] + radius * share * math.sin(angle)

    def polygon(shares: Sequence[float], style: str) -> str:
        points = " ".join("{:.1f},{:.1f}".format(*place(number, share)) for number, share in enumerate(shares))
        return f'<polygon points="{points}" {style}/>'

    parts = [polygon([level] * len(values), f'fill="none" stroke="{SOFT}" stroke-opacity=".45"') for level in (0.25, 0.5, 0.75, 1)]
    for number, (label, value) in enumerate(values):
        x, y = place(number, 1)
        parts.append(f'<line x1="{centre[0]}" y1="{centre[1]}" x2="{x:.1f}" y2="{y:.1f}" stroke="{SOFT}" stroke-opacity=".45"/>')
        x, y = place(number, 1.14)
        anchor = "middle" if abs(x - centre[0]) < 12 else "start" if x > centre[0] else "end"
        parts.append(f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}">{escape(_short(label, 26))} {value:.0f}</text>')
    if len(compare) == len(values):
        parts.append(polygon([_share(value) for value in compare], f'fill="none" stroke="{SOFT}" stroke-dasharray="4 3"'))
    parts.append(polygon([_share(value) for _, value in values], f'fill="{ACCENT}" fill-opacity=".25" stroke="{ACCENT}" stroke-width="2"'))
    return _svg(width, height, title, _described(values), parts)


def trend(values: Sequence[tuple[str, float]], title: str) -> str:
    """Values 0-100 over time, oldest first; the last one is written out."""
    width, height, left, top, bottom = 460, 200, 34, 16, 30
    inner = (width - left - 30, height - top - bottom)

    def place(number: int, value: float) -> tuple[float, float]:
        share = number / (len(values) - 1) if len(values) > 1 else 0.5
        return left + 10 + share * (inner[0] - 10), top + inner[1] * (1 - _share(value))

    parts = []
    for level in (0, 50, 100):
        y = top + inner[1] * (1 - level / 100)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{width - 20}" y2="{y:.1f}" stroke="{SOFT}" stroke-opacity=".45"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{level}</text>')
    places = [place(number, value) for number, (_, value) in enumerate(values)]
    if places:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{ACCENT}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{ACCENT}"/>' for x, y in places]
        x, y = places[-1]
        parts.append(f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle" font-weight="600">{values[-1][1]:.0f}</text>')
        for number in sorted({0, len(values) - 1}):
            anchor = "middle" if len(values) == 1 else "start" if number == 0 else "end"
            parts.append(f'<text x="{places[number][0]:.1f}" y="{height - 8}" text-anchor="{anchor}">{escape(values[number][0])}</text>')
    return _svg(width, height, title, _described(values), parts)


def bars(values: Sequence[tuple[str, float]], title: str, marks: Sequence[float] = ()) -> str:
    """Values 0-100 as horizontal bars; `marks` draws a line on each, such as what was expected."""
    width, row, left = 500, 26, 200
    height = row * max(len(values), 1) + 12
    inner = width - left - 46
    parts = []
    for number, (label, value) in enumerate(values):
        y = 6 + row * number
        length = inner * _share(value)
        parts.append(f'<text x="{left - 8}" y="{y + 16}" text-anchor="end">{escape(_short(label, 26))}</text>')
        parts.append(f'<rect x="{left}" y="{y + 5}" width="{inner}" height="14" rx="3" fill="{SOFT}" fill-opacity=".25"/>')
        parts.append(f'<rect x="{left}" y="{y + 5}" width="{length:.1f}" height="14" rx="3" fill="{ACCENT}"/>')
        parts.append(f'<text x="{left + inner + 6}" y="{y + 16}">{value:.0f}</text>')
        if number < len(marks):
            x = left + inner * _share(marks[number])
            parts.append(f'<line x1="{x:.1f}" y1="{y + 2}" x2="{x:.1f}" y2="{y + 22}" stroke="currentColor" stroke-width="2"/>')
    return _svg(width, height, title, _described(values), parts)


def _svg(width: int, height: int, title: str, description: str, parts: Sequence[str]) -> str:
    body = "".join(parts)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" style="max-width:100%;height:auto"'
    return f"{head} {_FONT}><title>{escape(title)}</title><desc>{escape(description)}</desc>{body}</svg>"


def _described(values: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{label} {value:.0f}" for label, value in values)


def _share(value: float) -> float:
    return min(max(value, 0.0), 100.0) / 100


def _short(label: str, columns: int) -> str:
    """A label of so many columns at most; a Chinese character takes two."""
    used = 0
    for place, char in enumerate(label):
        used += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used > columns:
            return label[:place] + "…"
    return label
