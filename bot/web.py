"""The web channel: one Starlette application with the chat and the pages to look things up."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Final

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.metrics import Metrics, metrics_route, ready_route
from bot.web_chat import Chat
from bot.web_form import Identities, set_cookie
from bot.web_law import Lookup
from bot.web_mail import Mail
from bot.web_render import LANGUAGE_COOKIE, Assets, Renderer
from bot.web_texts import LANGUAGES
from handlers.message import Reply
from knowledge.corpus import Corpus

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def create_app(
    mail: Mail, greeting: Callable[[str], Reply], corpus: Callable[[], Corpus], *, today: Callable[[], date], name: str,
    digest_only: Callable[[], bool], secret: bytes, lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
    extra: Sequence[BaseRoute] = (), ready: Callable[[], Awaitable[object]] | None = None, metrics: Metrics | None = None, metrics_token: str = "",
) -> Starlette:  # fmt: skip
    """Build the application.

    `mail` keeps messages and shows replies; `greeting` is the first words in a language; `corpus` is asked anew for each page, so that a newer one shows at
    once; `name` is what the service is called; `secret` (16 bytes or more) signs cookies and nonces and
    must outlive a restart.

    `extra` are routes of other channels; `ready` asks the database something small, for /readyz; `metrics` is shown at /metrics to this machine
    and to who bears `metrics_token`. Without them the pages are not there.
    """
    assets = Assets()
    renderer = Renderer(name, assets)
    chat = Chat(mail, greeting, Identities(secret), renderer, corpus, digest_only)
    errors = _Errors(renderer)
    watched = [*([ready_route(ready)] if ready else []), *([metrics_route(metrics, metrics_token)] if metrics else [])]
    return Starlette(
        routes=[
            *chat.routes(),
            *Lookup(renderer, corpus, today).routes(),
            Route("/ngon-ngu/{language}", _choose_language, methods=["GET"]),
            Route("/static/{file}", assets.serve, methods=["GET"]),
            Route("/healthz", _healthy, methods=["GET"]),
            *watched,
            *extra,
            Route("/robots.txt", _robots, methods=["GET"]),
        ],
        middleware=[Middleware(_SecurityHeaders)],
        exception_handlers={HTTPException: errors.refused, Exception: errors.failed},
        lifespan=lifespan,
    )


async def _healthy(request: Request) -> Response:
    return PlainTextResponse("ok")


async def _robots(request: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


async def _choose_language(request: Request) -> Response:
    language = request.path_params["language"]
    if language not in LANGUAGES:
        raise HTTPException(404)
    back = request.query_params.get("ve", "/")
    local = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    response = RedirectResponse(back if local else "/", 303)
    set_cookie(request, response, LANGUAGE_COOKIE, language)
    return response


def _secure(headers: MutableHeaders) -> None:
    """Add the headers that every response carries, where a response has not set its own."""
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)


class _SecurityHeaders:
    """ASGI middleware that secures every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _secure(MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)


class _Errors:
    """Pages for what cannot be answered."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    async def refused(self, request: Request, error: Exception) -> Response:
        """404, 405 and their kind."""
        status = error.status_code if isinstance(error, HTTPException) else 400
        t = self._renderer.texts(request)
        title, sentence = {
            404: (t.missing_title, t.missing),
            413: (t.method_title, t.too_large),
        }.get(status, (t.method_title, t.method))
        response = self._answer(request, status, title, sentence)
        response.headers.update((isinstance(error, HTTPException) and error.headers) or {})
        return response

    async def failed(self, request: Request, error: Exception) -> Response:
        """A fault of our own; runs outside the middleware, so it secures its answer itself."""
        t = self._renderer.texts(request)
        response = self._answer(request, 500, t.error_title, t.error)
        _secure(response.headers)
        return response

    def _answer(self, request: Request, status: int, title: str, sentence: str) -> Response:
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"error": sentence}, status)
        return self._renderer.page(request, "message.html", code=status, title=title, sentence=sentence)
