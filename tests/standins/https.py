"""A stand-in for a ministry's web server on the loopback: what each path answers is a table; TLS is left out."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


def text(body: bytes, status: int = 200, **headers: str) -> Answer:
    """An answer with this body; `_` in a header's name stands for a hyphen."""

    def send(request: BaseHTTPRequestHandler) -> None:
        etag = headers.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            request.send_response(304)
            request.end_headers()
            return
        request.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return send


def redirect(target: str) -> Answer:
    """An answer that leads to `target`."""
    return text(b"", 302, Location=target)


def drip(seconds: float, *, head: bool = False) -> Answer:
    """A body, or a head, of which a byte comes now and then."""

    def send(request: BaseHTTPRequestHandler) -> None:
        if head:
            request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        else:
            request.send_response(200)
            request.end_headers()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            request.wfile.write(b"a")
            request.wfile.flush()
            time.sleep(0.05)

    return send


class Server:
    """What runs: its port, what it answers, and what it was asked."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def url(self, path: str, host: str = "law.test") -> str:
        return f"https://{host}:{self.port}{path}"


@contextmanager
def serve() -> Iterator[Server]:
    """Run the stand-in."""
    held: list[Server] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            held[0].asked.append((self.path, dict(self.headers.items())))
            answer = held[0].answers.get(self.path, text(b"none", 404))
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                return  # the other side has had enough

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        held.append(Server(server.server_address[1]))
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield held[0]
        finally:
            server.shutdown()
            thread.join()
