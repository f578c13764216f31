"""Figures as aligned plain text."""

from __future__ import annotations

from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns under their header, words to the left, figures to the right."""
    columns = [_column(cells) for cells in zip(header, *rows, strict=True)]
    return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True))


def _column(cells: Sequence[str]) -> list[str]:
    width = max(map(len, cells))
    figures = all(cell[:1].isdigit() for cell in cells[1:])
    head, *others = (cell.rjust(width) if figures else cell.ljust(width) for cell in cells)
    return [head, "-" * width, *others]
