"""The chat page: shows the thread of one identity, takes a question, answers with or without script."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.web_asking import PENDING, Asking, Exchange, Failure, Thread, Threads
from bot.web_form import COOKIE, TEXT_LIMIT, BadDay, Form, Identities, read_day, read_form, set_cookie
from bot.web_render import LANGUAGE_COOKIE, Part, Renderer, parts
from bot.web_texts import Texts
from handlers.message import Choice, Incoming, Reply
from knowledge.corpus import Corpus

SHOWN: Final = 6  # exchanges on the page; more on request
PATIENCE: Final = 2.0  # seconds a page waits for a reply before it says that one is coming
PATIENCE_SCRIPT: Final = 25.0  # the same for the script, which shows the waiting itself

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
        self, asking: Asking, identities: Identities, renderer: Renderer,
        corpus: Callable[[], Corpus], digest_only: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._asking, self._identities, self._renderer = asking, identities, renderer
        self._corpus, self._digest_only, self._threads = corpus, digest_only, Threads()

    def routes(self) -> list[Route]:
        """Where the chat listens."""
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/hoi", self.ask, methods=["GET", "POST"]),
            Route("/tra-loi/{number:int}", self.reply, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page: greeting or thread, and the box to type in."""
        known = self._identities.read(request)
        thread = self._threads.of(known or self._identities.fresh())
        t = self._renderer.texts(request)
        status, notice = 200, _failure(t, thread.failure)
        thread.failure = None
        as_of = thread.as_of
        if "ngay" in request.query_params:
            try:
                as_of = read_day(request.query_params["ngay"])
            except BadDay as error:
                status, notice, as_of = 400, t.bad_day.format(day=error.text), None
        draft = request.query_params.get("hoi", "")[:TEXT_LIMIT] or thread.draft
        response = await self._page(request, thread, status, notice, draft, as_of)
        if known is None:
            self._identities.give(request, response, thread.person)
        return response

    async def ask(self, request: Request) -> Response:
        """Take a question: 303 to the page, or JSON for the script; what cannot be taken is shown again."""
        if request.method != "POST":
            return RedirectResponse("/", 303)
        if request.headers.get("sec-fetch-site") == "cross-site":
            raise HTTPException(403)  # another site's form; cookie and nonce already stop it, this says so early
        form = await read_form(request)
        known = self._identities.read(request)
        thread = self._threads.of(known or self._identities.fresh())
        try:
            exchange = await self._taken(request, form, thread, known is not None)
            await self._asking.wait(exchange, PATIENCE_SCRIPT if _scripted(request) else PATIENCE)
            if exchange.failure is not None:
                thread.failure = None
                raise Refused(500, _failure(self._renderer.texts(request), exchange.failure))
        except Refused as refused:
            response = await self._refuse(request, thread, refused, form)
            if known is None:
                self._identities.give(request, response, thread.person)
            return response
        switched = _SWITCHES.get(form.text.lower(), "")
        response = self._json(request, thread, exchange, bool(switched)) if _scripted(request) else RedirectResponse(f"/#m{exchange.number}", 303)
        if switched:
            set_cookie(request, response, LANGUAGE_COOKIE, switched)
        return response

    async def reply(self, request: Request) -> Response:
        """The reply to a question asked before, for the script: waits for it a while."""
        person = self._identities.read(request)
        thread = self._threads.of(person) if person else None
        exchange = thread.find(request.path_params["number"]) if thread else None
        if thread is None or exchange is None:
            raise HTTPException(404)
        await self._asking.wait(exchange, PATIENCE_SCRIPT)
        if exchange.failure is not None:
            thread.failure = None
            return JSONResponse({"error": _failure(self._renderer.texts(request), exchange.failure)}, 500)
        return self._json(request, thread, exchange)

    async def _taken(self, request: Request, form: Form, thread: Thread, known: bool) -> Exchange:
        """The exchange that this form opens, or has opened already; raise Refused."""
        t = self._renderer.texts(request)
        if len(form.text) > TEXT_LIMIT:
            raise Refused(413, t.too_long.format(count=t.number(len(form.text)), limit=t.number(TEXT_LIMIT)))
        if not known or not self._identities.accepts(thread.person, form.nonce):
            raise Refused(403, t.stale if COOKIE in request.cookies else t.no_cookie)
        try:
            as_of = read_day(form.day)
        except BadDay as error:
            raise Refused(422, t.bad_day.format(day=error.text)) from error
        submission = (form.nonce, form.text, form.choice or "", form.day)
        if (before := thread.sent.get(submission)) is not None:
            return before
        if not form.text and form.choice is None:
            raise Refused(422, t.empty)
        if len(thread.waiting) >= PENDING:
            raise Refused(429, t.busy)
        thread.as_of, thread.draft = as_of, form.text if form.choice else ""
        text = "" if form.choice else form.text
        label = await self._label(thread, form.choice, t) if form.choice else form.text
        incoming = Incoming("web", thread.person, text, form.choice, language=t.lang, as_of=as_of)
        exchange = thread.add(label, incoming, submission)
        self._threads.keep(thread)
        self._asking.start(thread, exchange)
        return exchange

    async def _label(self, thread: Thread, token: str, t: Texts) -> str:
        """The words on the button that was pressed."""
        offered = thread.offered(token)
        greeting = None if offered else await self._asking.greeting(t.lang)
        choices: tuple[Choice, ...] = greeting.choices if greeting else ()
        offered = offered or next((c for c in choices if c.token == token), None)
        return offered.label if offered else t.old_choice

    async def _refuse(self, request: Request, thread: Thread, refused: Refused, form: Form) -> Response:
        if _scripted(request):
            return JSONResponse({"error": refused.notice, "nonce": self._identities.nonce(thread.person)}, refused.status)
        try:
            as_of = read_day(form.day)
        except BadDay:
            as_of = None
        return await self._page(request, thread, refused.status, refused.notice, form.text, as_of)

    def _json(self, request: Request, thread: Thread, exchange: Exchange, reload: bool = False) -> Response:
        html = self._renderer.text(request, "exchange.html", exchange=exchange, parts=self._parts)
        return JSONResponse({
            "html": html, "number": exchange.number, "waiting": exchange.waiting, "reload": reload,
            "nonce": self._identities.nonce(thread.person),
        })  # fmt: skip

    async def _page(
        self, request: Request, thread: Thread, code: int, notice: str, draft: str, as_of: date | None,
    ) -> Response:  # fmt: skip
        t = self._renderer.texts(request)
        everything = list(thread.exchanges)
        shown = everything if "tat-ca" in request.query_params else everything[-SHOWN:]
        greeting = await self._asking.greeting(t.lang) if len(shown) == len(everything) else None
        if greeting is None and not shown:
            notice = notice or t.no_greeting
        return self._renderer.page(
            request, "chat.html", code=code, at="chat", greeting=greeting, exchanges=shown, earlier=len(everything) - len(shown),
            waiting=thread.waiting, notice=notice, draft=draft, as_of=as_of, nonce=self._identities.nonce(thread.person),
            digest_only=self._digest_only(), parts=self._parts,
        )  # fmt: skip

    def _parts(self, reply: Reply, as_of: date | None) -> list[Part]:
        return parts(reply, self._corpus(), as_of)


def _scripted(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _failure(t: Texts, failure: Failure | None) -> str:
    return {None: "", Failure.FAILED: t.failed, Failure.SLOW: t.slow}[failure]
