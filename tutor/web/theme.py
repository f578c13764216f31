"""Colours, fonts and the page's own CSS and script. Everything is served from here; nothing comes from the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
SANS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", "monospace"]


def theme() -> Any:
    """Gradio's base theme in ink on paper with one accent; page.css does the rest through `--tutor-*`."""
    import gradio as gr

    return gr.themes.Base(primary_hue="teal", neutral_hue="stone", font=SANS, font_mono=MONO).set(
        body_background_fill="#fbfaf7",
        body_background_fill_dark="#171614",
        body_text_color="#23211e",
        body_text_color_dark="#e8e4dd",
        body_text_color_subdued="#6b665e",
        body_text_color_subdued_dark="#a39d93",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#201f1c",
        background_fill_secondary="#f3f1ec",
        background_fill_secondary_dark="#24221f",
        border_color_primary="#e4e0d8",
        border_color_primary_dark="#38352f",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        code_background_fill="#f3f1ec",
        code_background_fill_dark="#24221f",
        link_text_color="#13655c",
        link_text_color_dark="#7cc9bd",
    )


def css() -> str:
    """The page's style sheet."""
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in ("page.css", "study.css"))


def head() -> str:
    """The page's script, inline: it must run before the first paint."""
    return "\n".join(f"<script>{(_HERE / name).read_text(encoding='utf-8')}</script>" for name in ("page.js", "study.js"))
