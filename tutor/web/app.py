"""The page: a header, a tab for each job, and the server that hands it out."""

from __future__ import annotations

import os

# Before Gradio is imported: no telemetry, no look for updates, no run history.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import logging
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI

from tutor.errors import InputError
from tutor.settings import Settings
from tutor.web import ask_tab, grade_tab, interview_tab, own_data, progress_tab, review_tab, theme
from tutor.web.conversation import Talk
from tutor.web.current import CurrentTutor
from tutor.web.exercise import Exercise
from tutor.web.reviews import Desk
from tutor.web.visitor import PICKED, QUIET
from tutor.web.words import words
from tutor.web.words_review import review_words

# The page loads nothing from elsewhere, whatever a document says; Gradio needs its inline scripts and evaluated templates.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
_Message = MutableMapping[str, Any]
_Send = Callable[[_Message], Awaitable[None]]


class _Guarded:
    """ASGI: adds the security headers to every response."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: _Message, receive: Any, send: _Send) -> None:
        async def guarded(message: _Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self._app(scope, receive, guarded)


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # An open page keeps a connection for ever; cutting it at the end is no error to report.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
        await super().shutdown(sockets)


def page(current: CurrentTutor) -> gr.Blocks:
    """The whole page; a new tab is built here, and translated in `speak`."""
    with gr.Blocks(title="Interview Tutor", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as blocks:
        # The language of this browser, and who studies at it; the scripts know and remember them.
        language, learner = gr.Textbox("en", visible=False), gr.Textbox("", visible=False)
        with gr.Row(elem_id="header"):
            brand = gr.HTML(elem_id="brand")
            new = gr.Button("", visible=False, size="sm", elem_id="new", elem_classes="quiet")
            who = gr.Button("", size="sm", elem_id="who", elem_classes="quiet")
            other = gr.Button("", size="sm", elem_id="language", elem_classes="quiet")
            shade = gr.Button("", size="sm", elem_id="shade", elem_classes="quiet")
        picked = gr.Textbox("", visible=False)
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("Ask", id="ask") as ask:
                asked = ask_tab.build(current, language, learner, new)
            with gr.Tab("Grade", id="grade") as grade:
                graded = grade_tab.build(current, language, learner)
            with gr.Tab("Interview", id="interview") as interview:
                held = interview_tab.build(current, language, learner)
            with (
                gr.Tab("Review", id="review") as review,
                gr.Column(elem_classes="t-sheet", elem_id="review"),
                gr.Tabs(elem_id="review-tabs") as parts,
            ):
                with gr.Tab("Today", id="today") as today:
                    reviewed = review_tab.build(current, language, learner)
                with gr.Tab("Progress", id="progress") as progress:
                    progressed = progress_tab.build_progress(current, language, learner)
                with gr.Tab("Data", id="data") as data:
                    owned = progress_tab.build_data(current, language, learner)

        def speak(language: str, learner: str, talk: Talk, exercise: Exercise) -> list[Any]:
            say, more = words(language), review_words(language)
            names = (say.tab_ask, say.tab_grade, say.tab_interview, say.tab_review, more.today, more.progress, more.data)
            return [
                gr.update(value=f'<span data-send="{say.send}" data-stop="{say.stop}">{say.brand}</span>'),
                gr.update(value=say.new_conversation),
                gr.update(value=say.other_language),
                gr.update(value=say.theme),
                *(gr.update(label=name) for name in names),
                *ask_tab.translate(current, language, talk),
                *grade_tab.translate(current, language, exercise),
                *interview_tab.translate(current, language),
                *review_tab.translate(language),
                *progress_tab.translate_progress(language),
                *progress_tab.translate_data(language),
            ]

        def arrive(talk: Any, report: Any, remembered: str, desk: Desk, learner: str, language: str) -> list[Any]:
            """What is there of a learner, in every tab."""
            return [
                gr.update(value=words(language).who.format(name=own_data.shown_name(learner))),
                *interview_tab.refresh(current, talk, report, remembered, learner, language),
                *review_tab.arrive(current, desk, learner, language),
                *progress_tab.arrive(current, learner, language),
                *progress_tab.stand_data(learner, language),
            ]

        labels = [brand, new, other, shade, ask, grade, interview, review, today, progress, data]
        translated = [*labels, *asked.translated, *graded.translated, *held.translated, *reviewed.translated]
        translated += [*progressed.translated, *owned.translated]
        spoken = [language, learner, asked.talk, graded.exercise]
        there = [*held.stand[:2], held.remembered, reviewed.desk, learner, language]
        stand = [who, *held.stand, *reviewed.stand, *progressed.stand, *owned.stand]
        blocks.load(None, None, [language, learner, held.remembered], js="() => tutor.visitor()", api_visibility="private").then(
            speak, spoken, translated, **QUIET
        ).then(None, js="() => tutor.ready()", api_visibility="private").then(arrive, there, stand, **QUIET)
        other.click(None, None, [language], js="() => tutor.switchLanguage()", api_visibility="private").then(
            speak, spoken, translated, **QUIET
        ).then(arrive, there, stand, **QUIET)
        shade.click(None, js="() => tutor.switchShade()", api_visibility="private")
        # Somebody else studies here now: nothing of the one before stays open.
        anew = [gr.State(None), gr.State(None), gr.State(""), gr.State(Desk()), learner, language]
        for event in owned.changed:
            event.then(arrive, anew, stand, **QUIET)

        interview.select(partial(interview_tab.look_in, current), [*there[:3], learner, language], held.stand, **QUIET)
        for event in (review.select, today.select):
            event(partial(review_tab.arrive, current), [reviewed.desk, learner, language], reviewed.stand, **QUIET)
        progress.select(partial(progress_tab.arrive, current), [learner, language], progressed.stand, **QUIET)
        who.click(lambda: [gr.Tabs(selected="review"), gr.Tabs(selected="data")], None, [tabs, parts], **QUIET)
        # What to study next, and weak points, open in Grade.
        for rows in (held.report, progressed.weakest):
            rows.click(partial(grade_tab.pick, current), [picked, language], graded.opened, js=PICKED, **QUIET).then(
                lambda: gr.Tabs(selected="grade"), None, [tabs], **QUIET
            )
    return blocks


def create_app(settings: Settings) -> FastAPI:
    """The web app over the index of `settings`. Raises StoreError where there is none."""
    blocks = page(CurrentTutor(settings))
    blocks.queue(default_concurrency_limit=16, api_open=False)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(_Guarded)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        ssr_mode=False,
        show_error=False,
        max_file_size=f"{settings.max_file_mb}mb",
        theme=theme.theme(),
        css=theme.css(),
        head=theme.head(),
    )
    return app


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve the app until it is interrupted. Raises InputError where the address cannot be used."""
    listener = _listen(host, port)
    app = create_app(settings)
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    print(f"Interview Tutor: http://{shown}:{listener.getsockname()[1]}  (Ctrl+C stops it)", flush=True)  # noqa: T201
    _Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Whoever opens the page while it is being built waits instead of being turned away.
        listener.listen(128)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{host}:{port}: cannot listen here: {reason}", remedy="choose another one with --host or --port") from error
    return listener
