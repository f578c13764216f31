"""A scripted OpenAI-compatible server on loopback: it plays one act a request and remembers what it was asked."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Says:
    """Streams its pieces; with `pause` seconds before each."""

    pieces: tuple[str, ...]
    pause: float = 0.0

    def __init__(self, *pieces: str, pause: float = 0.0) -> None:
        object.__setattr__(self, "pieces", pieces)
        object.__setattr__(self, "pause", pause)


@dataclass(frozen=True)
class Breaks:
    """Streams a beginning and drops the connection."""

    beginning: str


@dataclass(frozen=True)
class Fails:
    """An HTTP error."""

    status: int
    message: str = "no"


@dataclass(frozen=True)
class IsSilent:
    """Accepts the request and never answers; with `after`, it streams that first."""

    after: str = ""


@dataclass(frozen=True)
class Babbles:
    """Answers with bytes that are no JSON."""

    body: bytes = b"data: {half\n\n"


Act = Says | Breaks | Fails | IsSilent | Babbles


@dataclass
class ScriptedServer:
    """Acts are played in order; the last one again and again."""

    acts: list[Act] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def plays(self, *acts: Act) -> None:
        self.acts[:] = acts

    @property
    def prompt(self) -> list[dict[str, str]]:
        """The messages of the last request."""
        return self.requests[-1]["messages"]

    def start(self) -> ThreadingHTTPServer:
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                script.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                script.keys.append(self.headers.get("Authorization", ""))
                act = script.acts.pop(0) if len(script.acts) > 1 else script.acts[0]
                self.close_connection = True
                with contextlib.suppress(OSError):  # the client may have gone
                    _play(act, self, script.stopped)

            def log_message(self, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}/v1"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return server


def _play(act: Act, handler: BaseHTTPRequestHandler, stopped: threading.Event) -> None:
    if isinstance(act, Fails):
        body = json.dumps({"error": {"message": act.message, "type": "test", "code": act.status}}).encode()
        handler.send_response(act.status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return
    if isinstance(act, IsSilent) and not act.after:
        stopped.wait(30)
        return
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()

    def send(data: bytes) -> None:
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        handler.wfile.flush()

    if isinstance(act, Babbles):
        send(act.body)
        send(b"")
        return
    pieces = act.pieces if isinstance(act, Says) else (act.beginning if isinstance(act, Breaks) else act.after,)
    for piece in pieces:
        if isinstance(act, Says) and act.pause:
            stopped.wait(act.pause)
        send(_event({"role": "assistant", "content": piece}))
    if isinstance(act, IsSilent):
        stopped.wait(30)
    elif isinstance(act, Breaks):
        handler.connection.shutdown(socket.SHUT_RDWR)
    else:
        send(_event({}, "stop"))
        send(b"data: [DONE]\n\n")
        send(b"")


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    chunk = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"
