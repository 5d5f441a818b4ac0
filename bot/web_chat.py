"""The chat page: shows the thread of one identity, takes a message or a file, answers with or without script, pushes news."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.web_form import COOKIE, TEXT_LIMIT, BadDay, Form, Identities, read_day, read_form, set_cookie
from bot.web_mail import WEB, Busy, Exchange, Mail, Unavailable, offered
from bot.web_render import LANGUAGE_COOKIE, Part, Renderer, parts
from bot.web_texts import Texts
from handlers.message import Incoming, Reply
from knowledge.corpus import Corpus

SHOWN: Final = 6  # exchanges on the page; more on request
PATIENCE: Final = 2.0  # seconds a page waits for a reply before it says that one is coming
PATIENCE_SCRIPT: Final = 25.0  # the same for the script, which shows the waiting itself
ERASED: Final = "/?da-xoa=1"  # where who has erased everything is led
LISTEN: Final = 25.0  # seconds after which a silent stream says that it lives
STREAMS: Final = 2000  # pages that may listen at the same time; the others see news on their next visit

# The conversation's own commands for a change of language; the page follows them.
_SWITCHES: Final[Mapping[str, str]] = MappingProxyType({"/english": "en", "/tiengviet": "vi"})


class Refused(Exception):
    """A submission that is not put to the conversation: the status, the sentence to show."""

    def __init__(self, status: int, notice: str) -> None:
        super().__init__(notice)
        self.status, self.notice = status, notice


class Chat:
    """The endpoints of the chat."""

    def __init__(
        self, mail: Mail, greeting: Callable[[str], Reply], identities: Identities, renderer: Renderer,
        corpus: Callable[[], Corpus], digest_only: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._mail, self._greeting, self._identities, self._renderer = mail, greeting, identities, renderer
        self._corpus, self._digest_only = corpus, digest_only
        self._listening = 0

    def routes(self) -> list[Route]:
        """Where the chat listens."""
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/hoi", self.ask, methods=["GET", "POST"]),
            Route("/tra-loi/{number:int}", self.reply, methods=["GET"]),
            Route("/tin-moi", self.listen, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page: greeting or thread, and the box to type in."""
        known = self._identities.read(request)
        person = known or self._identities.fresh()
        t = self._renderer.texts(request)
        thread, status, notice = await self._thread(person if known else "", t)
        last = next((e for e in reversed(thread) if not e.news), None)
        as_of = last.as_of if last else None
        if "ngay" in request.query_params:
            try:
                as_of = read_day(request.query_params["ngay"])
            except BadDay as error:
                status, notice, as_of = 400, t.bad_day.format(day=error.text), None
        if "da-xoa" in request.query_params:
            notice = t.erased
        draft = request.query_params.get("hoi", "")[:TEXT_LIMIT] or (last.draft if last else "")
        response = self._page(request, person, thread, status, notice, draft, as_of)
        if known is None:
            self._identities.give(request, response, person)
        return response

    async def ask(self, request: Request) -> Response:
        """Take a message: 303 to the page, or JSON for the script; what cannot be taken is shown again."""
        if request.method != "POST":
            return RedirectResponse("/", 303)
        if request.headers.get("sec-fetch-site") == "cross-site":
            raise HTTPException(403)  # another site's form; cookie and nonce already stop it, this says so early
        form = await read_form(request)
        known = self._identities.read(request)
        person, t = known or self._identities.fresh(), self._renderer.texts(request)
        try:
            number = await self._taken(request, form, person, known is not None)
            exchange = await self._waited(person, number, t, PATIENCE_SCRIPT if _scripted(request) else PATIENCE)
            if exchange is None:  # an erasure has taken the message itself away
                return JSONResponse({"leave": ERASED}) if _scripted(request) else RedirectResponse(ERASED, 303)
        except Refused as refused:
            response = await self._refuse(request, person if known else "", refused, form)
            if known is None:
                self._identities.give(request, response, person)
            return response
        switched = _SWITCHES.get(form.text.lower(), "")
        response = self._json(request, person, exchange, bool(switched)) if _scripted(request) else RedirectResponse(f"/#m{number}", 303)
        if switched:
            set_cookie(request, response, LANGUAGE_COOKIE, switched)
        return response

    async def reply(self, request: Request) -> Response:
        """The reply to a question asked before, for the script: waits for it a while."""
        person, t = self._identities.read(request), self._renderer.texts(request)
        if person is None:
            raise HTTPException(404)
        try:
            exchange = await self._waited(person, request.path_params["number"], t, PATIENCE_SCRIPT)
        except Refused as refused:
            return JSONResponse({"error": refused.notice}, refused.status)
        if exchange is None:
            raise HTTPException(404)
        return self._json(request, person, exchange)

    async def listen(self, request: Request) -> Response:
        """What comes without a question, as server-sent events: an official's answer shows while the page is open."""
        person, t = self._identities.read(request), self._renderer.texts(request)
        if person is None or self._listening >= STREAMS:
            return Response(status_code=204)  # tells the browser not to try again
        text = request.headers.get("last-event-id") or request.query_params.get("sau", "")
        after = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
        return StreamingResponse(self._events(request, person, t, after), media_type="text/event-stream")

    async def _events(self, request: Request, person: str, t: Texts, after: int | None) -> AsyncIterator[str]:
        self._listening += 1
        try:
            newest = after if after is not None else await self._mail.newest(person)
            yield "retry: 10000\n\n"
            while not await request.is_disconnected():
                for exchange in await self._mail.news(person, t.lang, newest, LISTEN):
                    newest = -exchange.number
                    html = self._renderer.text(request, "exchange.html", exchange=exchange, parts=self._parts)
                    yield f"id: {newest}\ndata: {json.dumps({'html': html})}\n\n"
                yield ": \n\n"
        except Unavailable:
            return  # the browser comes again
        finally:
            self._listening -= 1

    async def _thread(self, person: str, t: Texts) -> tuple[list[Exchange], int, str]:
        """The thread, a status and a notice: without the database the page opens, and says so."""
        try:
            return (await self._mail.thread(person, t.lang) if person else []), 200, ""
        except Unavailable:
            return [], 503, t.unavailable

    async def _waited(self, person: str, number: int, t: Texts, seconds: float) -> Exchange | None:
        try:
            return await self._mail.wait(person, number, t.lang, seconds)
        except Unavailable as error:
            raise Refused(503, t.unavailable) from error

    async def _taken(self, request: Request, form: Form, person: str, known: bool) -> int:
        """The number of the message that this form opens, or has opened already; raise Refused."""
        t = self._renderer.texts(request)
        if len(form.text) > TEXT_LIMIT:
            raise Refused(413, t.too_long.format(count=t.number(len(form.text)), limit=t.number(TEXT_LIMIT)))
        if not known or not self._identities.accepts(person, form.nonce):
            raise Refused(403, t.stale if COOKIE in request.cookies else t.no_cookie)
        try:
            as_of = read_day(form.day)
        except BadDay as error:
            raise Refused(422, t.bad_day.format(day=error.text)) from error
        if not form.text and form.choice is None and not form.files:
            raise Refused(422, t.empty)
        text = "" if form.choice else form.text
        try:
            label = await self._label(person, form.choice, t) if form.choice else form.text
            files = tuple([await self._mail.keep(name, content) for name, content in form.files])
            incoming = Incoming(WEB, person, text, form.choice, language=t.lang, as_of=as_of, files=files)
            submission = (form.nonce, form.text, form.choice or "", form.day, *(f.digest for f in files))
            return await self._mail.take(incoming, submission, label, form.text if form.choice else "")
        except Busy as error:
            raise Refused(429, t.busy) from error
        except Unavailable as error:
            raise Refused(503, t.unavailable) from error

    async def _label(self, person: str, token: str, t: Texts) -> str:
        """The words on the button that was pressed."""
        found = offered(await self._mail.thread(person, t.lang), token)
        found = found or next((c for c in self._greeting(t.lang).choices if c.token == token), None)
        return found.label if found else t.old_choice

    async def _refuse(self, request: Request, person: str, refused: Refused, form: Form) -> Response:
        if _scripted(request):
            return JSONResponse({"error": refused.notice, "nonce": self._identities.nonce(person)}, refused.status)
        try:
            as_of = read_day(form.day)
        except BadDay:
            as_of = None
        thread, _, _ = await self._thread(person, self._renderer.texts(request))
        return self._page(request, person, thread, refused.status, refused.notice, form.text, as_of)

    def _json(self, request: Request, person: str, exchange: Exchange, reload: bool = False) -> Response:
        html = self._renderer.text(request, "exchange.html", exchange=exchange, parts=self._parts)
        return JSONResponse({
            "html": html, "number": exchange.number, "waiting": exchange.waiting, "reload": reload, "nonce": self._identities.nonce(person),
        })  # fmt: skip

    def _page(
        self, request: Request, person: str, everything: list[Exchange], code: int, notice: str, draft: str, as_of: date | None,
    ) -> Response:  # fmt: skip
        t = self._renderer.texts(request)
        shown = everything if "tat-ca" in request.query_params else everything[-SHOWN:]
        greeting = self._greeting(t.lang) if len(shown) == len(everything) else None
        return self._renderer.page(
            request, "chat.html", code=code, at="chat", greeting=greeting, exchanges=shown, earlier=len(everything) - len(shown),
            waiting=[e for e in everything if e.waiting], notice=notice, draft=draft, as_of=as_of, nonce=self._identities.nonce(person),
            digest_only=self._digest_only(), parts=self._parts, newest=max((-e.number for e in everything if e.news), default=0),
        )  # fmt: skip

    def _parts(self, reply: Reply, as_of: date | None) -> list[Part]:
        return parts(reply, self._corpus(), as_of)


def _scripted(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")
