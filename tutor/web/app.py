"""The page: a header, a tab for each job, and the server that hands it out."""

from __future__ import annotations

import os

# Before Gradio is imported: no telemetry, no look for updates, no run history.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import logging
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI

from tutor.errors import InputError
from tutor.settings import Settings
from tutor.web import ask_tab, theme
from tutor.web.conversation import Talk
from tutor.web.current import CurrentTutor
from tutor.web.words import words

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
        # The language of this browser; page.js knows and remembers it.
        language = gr.Textbox("en", visible=False)
        with gr.Row(elem_id="header"):
            brand = gr.HTML(elem_id="brand")
            new = gr.Button("", visible=False, size="sm", elem_id="new", elem_classes="quiet")
            other = gr.Button("", size="sm", elem_id="language", elem_classes="quiet")
            shade = gr.Button("", size="sm", elem_id="shade", elem_classes="quiet")
        with gr.Tabs(elem_id="tabs"), gr.Tab("Ask", id="ask") as ask:
            asked = ask_tab.build(current, language, new)

        def speak(language: str, talk: Talk) -> list[Any]:
            say = words(language)
            return [
                gr.update(value=f'<span data-send="{say.send}" data-stop="{say.stop}">{say.brand}</span>'),
                gr.update(value=say.new_conversation),
                gr.update(value=say.other_language),
                gr.update(value=say.theme),
                gr.update(label=say.tab_ask),
                *ask_tab.translate(current, language, talk),
            ]

        translated = [brand, new, other, shade, ask, *asked.translated]
        quiet = {"show_progress": "hidden", "api_visibility": "private"}
        blocks.load(None, None, [language], js="() => tutor.language()", api_visibility="private").then(
            speak, [language, asked.talk], translated, **quiet
        ).then(None, js="() => tutor.ready()", api_visibility="private")
        other.click(None, None, [language], js="() => tutor.switchLanguage()", api_visibility="private").then(
            speak, [language, asked.talk], translated, **quiet
        )
        shade.click(None, js="() => tutor.switchShade()", api_visibility="private")
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
