"""The Review tab's other parts: progress, a role and a date to prepare for, and one's own data. What they show is in
progress_html.py and own_data.py."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from tutor.interview.roles import ROLES
from tutor.practice import choose, overview
from tutor.study.learner import DEFAULT
from tutor.web import own_data
from tutor.web import progress_html as show
from tutor.web.current import CurrentTutor
from tutor.web.grade_html import two
from tutor.web.own_data import KINDS, Kind
from tutor.web.visitor import PICK, QUIET, callout, html, learner_of, now, problem
from tutor.web.words_review import review_words


@dataclass(frozen=True)
class ProgressTab:
    """The components that the rest of the page speaks to. `stand` are those that `arrive` updates; `weakest` has rows to pick."""

    translated: list[Any]
    stand: list[Any]
    weakest: gr.HTML


@dataclass(frozen=True)
class DataTab:
    """As `ProgressTab`; `changed` are the events after which somebody else studies here, or nobody any more."""

    translated: list[Any]
    name: gr.Textbox
    stand: list[Any]
    changed: list[Any]


def build_progress(current: CurrentTutor, language: gr.Textbox, learner: gr.Textbox) -> ProgressTab:
    """Lay out progress and wire it."""
    with gr.Column(elem_classes="t-stack", elem_id="progress"):
        with gr.Column(elem_classes="t-card"), gr.Row(elem_classes="t-fields"):
            role = gr.Dropdown(list(ROLES), value="general", min_width=220, elem_id="progress-role")
            date = gr.Textbox(lines=1, max_lines=1, max_length=40, min_width=160, elem_id="progress-date")
            plan = gr.Button("", scale=0, elem_classes="t-plain-button", elem_id="progress-plan")
        trouble = html()
        tiles = html(elem_id="progress-tiles")
        planned = html(elem_id="progress-planned")
        weakest = html(js_on_load=PICK, elem_id="progress-weakest")
        drawn = html(elem_id="progress-overview")
    stand = [role, date, trouble, tiles, planned, weakest, drawn]
    given = [role, date, learner, language]
    role.input(partial(prepare, current), given, stand, **QUIET)
    date.submit(partial(prepare, current), given, stand, **QUIET)
    plan.click(partial(prepare, current), given, stand, **QUIET)
    return ProgressTab([role, date, plan], stand, weakest)


def translate_progress(language: str) -> list[Any]:
    """Updates for `ProgressTab.translated`."""
    say = review_words(language)
    return [
        gr.update(label=say.role, choices=[(role.name.pick(two(language)), name) for name, role in ROLES.items()]),
        gr.update(label=say.date, placeholder=say.date_hint),
        gr.update(value=say.show_plan),
    ]


def arrive(current: CurrentTutor, learner: str, language: str) -> list[Any]:
    """Updates with the progress as it stands."""
    try:
        view = overview(current.get(), learner_of(current, learner), now(), language=two(language))
    except Exception as error:  # the web edge
        return [gr.skip(), gr.skip(), callout(problem(error, language), kind="t-bad"), *[gr.skip()] * 4]
    return [
        gr.update(value=view.role),
        gr.update(value=view.interview.isoformat() if view.interview else ""),
        "",
        show.tiles_html(view, language),
        show.plan_html(view, language),
        show.weakest_html(view, language),
        show.overview_html(view, language),
    ]


def prepare(current: CurrentTutor, role: str, date: str, learner: str, language: str) -> list[Any]:
    """Updates after a role or a date was chosen; both are kept."""
    try:
        who, moment = learner_of(current, learner), now()
        day = show.read_date(date, moment.date(), language)
        choose(who, moment, role=role, interview=day)
        if day is None:
            who.prefer(interview=None)
    except Exception as error:  # the web edge
        return [gr.skip(), gr.skip(), callout(problem(error, language), kind="t-bad"), *[gr.skip()] * 4]
    return arrive(current, learner, language)


def build_data(current: CurrentTutor, language: gr.Textbox, learner: gr.Textbox) -> DataTab:
    """Lay out one's data and wire it."""
    with gr.Column(elem_classes="t-stack", elem_id="data"):
        with gr.Column(elem_classes="t-card"):
            with gr.Row(elem_classes="t-fields"):
                name = gr.Textbox(lines=1, max_lines=1, max_length=200, min_width=200, elem_id="data-name")
                use = gr.Button("", scale=0, elem_classes="t-plain-button", elem_id="data-use")
            who = html(elem_id="data-who")
        with gr.Column(elem_classes="t-card"):
            export_title = html()
            with gr.Row(elem_classes="t-actions"):
                exports = [gr.Button("", elem_classes="t-plain-button", elem_id=f"export-{kind}") for kind in KINDS]
            import_title = html()
            with gr.Row(elem_classes="t-actions"):
                upload = gr.UploadButton("", file_types=[".jsonl", ".json", ".txt"], elem_classes="t-plain-button", elem_id="data-import")
            news = html(elem_id="data-news")
            file = gr.DownloadButton(visible="hidden", elem_id="data-file")
        with gr.Accordion("", open=False, elem_classes="t-card t-accordion", elem_id="data-delete") as deleting:
            warning = html()
            with gr.Row(elem_classes="t-fields"):
                typed = gr.Textbox(lines=1, max_lines=1, max_length=200, min_width=200, elem_id="data-typed")
                delete = gr.Button("", scale=0, elem_classes="t-plain-button t-danger", elem_id="data-gone")
            gone = html(elem_id="data-result")
    keep = {"js": "(name) => tutor.rememberLearner(name)", "api_visibility": "private"}
    outputs = [learner, name, who]
    changed = [
        event(partial(rename, current), [name, learner, language], outputs, **QUIET).then(None, [learner], None, **keep)
        for event in (use.click, name.submit)
    ]
    changed.append(delete.click(partial(erase, current), [typed, learner, language], [typed, gone], **QUIET))
    changed.append(upload.upload(partial(take_in, current), [upload, learner, language], [news, upload], **QUIET))
    for kind, button in zip(KINDS, exports, strict=True):
        button.click(partial(export, current, kind), [learner, language], [file, news], **QUIET).then(
            None, js="() => tutor.download('#data-file')", api_visibility="private"
        )
    translated = [name, use, export_title, *exports, import_title, upload, deleting, typed, delete]
    return DataTab(translated, name, [name, who, warning], changed)


def translate_data(language: str) -> list[Any]:
    """Updates for `DataTab.translated`."""
    say = review_words(language)
    return [
        gr.update(label=say.name, info=say.name_more),
        gr.update(value=say.name_save),
        gr.update(value=f"<h3>{say.export}</h3><p>{say.export_more}</p>"),
        *(gr.update(value=text) for text in (say.export_all, say.export_text, say.export_anki)),
        gr.update(value=f"<h3>{say.import_title}</h3><p>{say.import_more}</p>"),
        gr.update(label=say.import_file),
        gr.update(label=say.delete),
        gr.update(label=say.delete_confirm),
        gr.update(value=say.delete_button),
    ]


def stand_data(learner: str, language: str) -> list[Any]:
    """Updates for `DataTab.stand`: who studies here."""
    say, name = review_words(language), own_data.shown_name(learner)
    return [name, f'<p class="t-small">{escape(say.name_now.format(name=name))}</p>', f"<p>{escape(say.delete_more.format(name=name))}</p>"]


def rename(current: CurrentTutor, name: str, learner: str, language: str) -> list[Any]:
    """Updates after another name: what the page and the browser remember, the box, the line below."""
    try:
        used = own_data.rename(current, name or DEFAULT)
    except Exception as error:  # the web edge
        return [learner, gr.skip(), callout(problem(error, language), kind="t-bad")]
    return [used, used, stand_data(used, language)[1]]


def erase(current: CurrentTutor, typed: str, learner: str, language: str) -> list[Any]:
    """Updates after deleting: the box, and what happened."""
    try:
        return ["", callout(own_data.delete(current, learner, typed, language))]
    except Exception as error:  # the web edge
        return [gr.skip(), callout(problem(error, language), kind="t-bad")]


def take_in(current: CurrentTutor, file: str | None, learner: str, language: str) -> list[Any]:
    """Updates after an import: what it did, and the button emptied."""
    if not file:
        return [gr.skip(), gr.skip()]
    try:
        return [own_data.imported_html(own_data.import_file(current, learner, Path(file)), language), None]
    except Exception as error:  # the web edge
        return [callout(problem(error, language), kind="t-bad"), None]


def export(current: CurrentTutor, kind: Kind, learner: str, language: str) -> list[Any]:
    """The file, and no news; or why there is none."""
    try:
        return [str(own_data.export_file(current, learner, kind, language)), ""]
    except Exception as error:  # the web edge
        return [None, callout(problem(error, language), kind="t-bad")]
