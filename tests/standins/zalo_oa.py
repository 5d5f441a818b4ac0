"""A loopback HTTP server that answers like the Zalo Official Account API v3 and its OAuth, and refuses what they refuse."""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from tests.standins.zalo_bot import JSON, Call, Event, Refusal, Sent, ZaloStandin, dumped, json_body, utf16

SEND = "v3.0/oa/message/cs"
PROFILE = "v2.0/oa/getoa"
UPLOAD_IMAGE, UPLOAD_GIF, UPLOAD_FILE = "v2.0/oa/upload/image", "v2.0/oa/upload/gif", "v2.0/oa/upload/file"
PERMISSION, TOKEN = "v4/oa/permission", "v4/oa/access_token"
SIGNATURE_HEADER = "X-ZEvent-Signature"

TEXT_MAX = 2000
HOUR, DAY = 3600, 86400
ACCESS_LIFE, REFRESH_LIFE, CODE_LIFE = 25 * HOUR, 90 * DAY, 600
FREE_WINDOW, PAID_WINDOW = 48 * HOUR, 7 * DAY
IMAGE_MAX, GIF_MAX = 2**20, 5 * 2**20
DOCUMENTED_RETRIES = (30, 300, 900, 1800, 3600)  # seconds, by one of the two sources; `retry_delays` takes scaled ones
FORGERIES = (
    "missing", "empty", "wrong", "hmac", "app_secret", "no_secret", "other_app", "other_timestamp", "changed_body", "reserialized",
)  # fmt: skip
MAGIC = {
    UPLOAD_IMAGE: (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"), UPLOAD_GIF: (b"GIF87a", b"GIF89a"),
    UPLOAD_FILE: (b"%PDF-", b"\xd0\xcf\x11\xe0", b"PK\x03\x04"),
}  # fmt: skip


def signature(app_id: str, raw: bytes, timestamp: str, oa_secret: str) -> str:
    """Hex of the plain SHA-256 that signs a webhook body; the secret is the OA's, not the app's."""
    return sha256(app_id.encode() + raw + timestamp.encode() + oa_secret.encode()).hexdigest()


def challenge(verifier: str) -> str:
    """The PKCE challenge (S256) of a verifier."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class OaCodes:
    """Error numbers."""

    # In the table of platforms.md.
    rate: int = -32
    too_long: int = -210
    token_invalid: int = -216
    token_expired: int = -220
    unverified: int = -221
    tier: int = -224
    window: int = -230  # the last interaction is too old
    never: int = -232  # no interaction at all; platforms.md gives both numbers one meaning
    refresh_reused: int = -14020
    # Not in platforms.md: assumed.
    parameter: int = -201
    quota: int = -211
    blocked: int = -213
    permission: int = -216  # the admin withdrew the app's permission
    upload_size: int = -210
    path: int = 404
    app: int = -14002
    app_secret: int = -14004
    code: int = -14010  # unknown, used or expired authorization code, or a wrong verifier
    refresh_invalid: int = -14014  # unknown or expired refresh token, or permission withdrawn
    grant: int = -14001  # a field of the token request is absent or unknown


@dataclass
class OaOptions:
    """What shared/reference/platforms.md leaves open or marks for confirmation; the default is the reading it acts on."""

    codes: OaCodes = field(default_factory=OaCodes)
    error_status: int = 200  # HTTP status of error answers
    oauth_error_name: bool = False  # OAuth errors say error_name and error_description; otherwise message
    signature_prefix: str = ""  # or "mac="
    utf16_limits: bool = True  # 2,000 "characters" are UTF-16 units; otherwise code points
    free_window: int = FREE_WINDOW  # seconds after the user's last message
    paid_window: int = PAID_WINDOW  # seconds; set to free_window, replies after it are refused
    free_replies: int | None = None  # 8 by the OA's help page: further ones in the window are paid
    needs_message_id: bool = False  # a reply that names no message of the user is paid
    proactive_quota: int | None = None  # paid messages left; 1,000 a month by the help page
    follow_opens_window: bool = False
    quota_free: str = "reply"
    quota_paid: str = "proactive"  # assumed; only "reply" is documented
    buttons: bool = False  # the unofficial template with buttons is taken
    file_key: str = "token"  # or "attachment_id"
    file_max: int = 5 * 2**20
    rate_limit: int = 4000  # requests a minute of the clock
    old_token_dies: bool = True
    reuse_revokes: bool = False  # a reused refresh token also ends the current pair
    pkce_required: bool = True
    syntax_filter: bool = False  # "Lọc cú pháp": only texts that start with # arrive
    echoes: bool = True  # the OA's own messages come back as oa_send_*
    retry_header: str = "num_retry"  # header of a redelivery; "" for none


@dataclass
class _Access:
    until: float
    dead: bool = False


@dataclass
class _Refresh:
    until: float
    used: bool = False


@dataclass
class _Code:
    until: float
    challenge: str


class ZaloOaStandin(ZaloStandin):
    """The OA's API at `base_url`, its OAuth at `oauth_url`, and the people who write; use as a context manager or with start() and stop()."""

    hosts = 2

    def __init__(
        self, *, app_id: str = "1234567890123456789", app_secret: str = "app-secret-of-the-tests", oa_secret: str = "oa-secret-of-the-tests",
        oa_id: str = "579745863508352884", access_token: str = "access-0", refresh_token: str = "refresh-0", options: OaOptions | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.app_id, self.app_secret, self.oa_secret, self.oa_id, self.oa_name = app_id, app_secret, oa_secret, oa_id, "Sở Công Thương (thử)"
        self.options = options or OaOptions()
        self.access_token, self.refresh_token = access_token, refresh_token
        self.oauth_url = ""
        self.verified = self.paid_tier = True
        self.permitted = True
        self.refreshes = 0
        self._oauth_port = 0
        self._access: dict[str, _Access] = {}
        self._refresh: dict[str, _Refresh] = {}
        self._codes: dict[str, _Code] = {}
        self._last: dict[str, float] = {}
        self._heard: dict[str, set[str]] = {}
        self._replies: dict[str, int] = {}
        self._uploads: dict[str, str] = {}
        self._minute, self._in_minute = -1, 0

    # --- tokens -------------------------------------------------------------------------------

    def expire_token(self) -> None:
        """The current access token is from now on expired (-220)."""
        with self._changed:
            self._pair()
            self._access[self.access_token].until = float("-inf")

    def revoke_token(self) -> None:
        """The current access token is from now on invalid (-216)."""
        with self._changed:
            self._pair()
            self._access[self.access_token].dead = True

    def expire_refresh_token(self) -> None:
        """The current refresh token is past its three months."""
        with self._changed:
            self._pair()
            self._refresh[self.refresh_token].until = float("-inf")

    def withdraw_permission(self) -> None:
        """The OA's admin withdraws the app's permission: calls and refreshes are refused until a new consent."""
        with self._changed:
            self._pair()
            self.permitted = False

    def restore_permission(self) -> None:
        """The admin takes the withdrawal back."""
        with self._changed:
            self.permitted = True

    def grant_code(self, verifier: str) -> str:
        """The admin consents: an authorization code for `verifier`, good once and for ten minutes."""
        return self._grant(challenge(verifier))

    def _grant(self, proof: str) -> str:
        with self._changed:
            code = f"code-{self._number()}"
            self._codes[code] = _Code(self.now() + CODE_LIFE, proof)
            return code

    def _pair(self) -> None:
        """The first pair counts from its first use, so that a test may set the clock before."""
        self._access.setdefault(self.access_token, _Access(self.now() + ACCESS_LIFE))
        self._refresh.setdefault(self.refresh_token, _Refresh(self.now() + REFRESH_LIFE))

    # --- what people do -----------------------------------------------------------------------

    def set_webhook(self, url: str) -> None:
        """The https URL of the app's settings page; plain http is taken, since a test has no certificate. "" removes it."""
        with self._changed:
            self.webhook_url, self.webhook_disabled = url, False
            self._wake()

    def say(self, user: str, text: str, **extra: Any) -> Event:
        """A user's text message; `extra` changes the message."""
        return self.user_sends("text", user, **{"text": text, **extra})

    def send_image(self, user: str, url: str = "https://f.zdn.vn/a.jpg", **extra: Any) -> Event:
        """A user's picture."""
        return self.user_sends("image", user, **{"attachments": [{"type": "image", "payload": {"url": url, "thumbnail": url}}], **extra})

    def send_file(self, user: str, url: str = "https://f.zdn.vn/a.pdf", name: str = "đơn.pdf", size: int = 1024, **extra: Any) -> Event:
        """A user's file."""
        payload = {"url": url, "name": name, "size": str(size), "type": name.rsplit(".", 1)[-1]}
        return self.user_sends("file", user, **{"attachments": [{"type": "file", "payload": payload}], **extra})

    def send_sticker(self, user: str, sticker: str = "bfe458bf64fa8da4d4eb", **extra: Any) -> Event:
        """A user's sticker."""
        payload = {"id": sticker, "url": "https://zalo-api.zdn.vn/s.png"}
        return self.user_sends("sticker", user, **{"attachments": [{"type": "sticker", "payload": payload}], **extra})

    def send_location(self, user: str, latitude: str = "21.5942", longitude: str = "105.8482", **extra: Any) -> Event:
        """A user's place."""
        payload = {"coordinates": {"latitude": latitude, "longitude": longitude}}
        return self.user_sends("location", user, **{"attachments": [{"type": "location", "payload": payload}], **extra})

    def user_sends(self, kind: str, user: str, **message: Any) -> Event:
        """An event user_send_<kind> with the fields of its message, also of a kind nobody knows; opens the reply window."""
        with self._changed:
            if user in self._blocked:
                raise ValueError(f"user {user} has blocked the OA and cannot write to it")
            message_id = str(message.setdefault("msg_id", self._message_id()))
            self.touch(user)
            self._heard.setdefault(user, set()).add(message_id)
            return self.event(f"user_send_{kind}", sender={"id": user}, recipient={"id": self.oa_id}, message=message, user_id_by_app=f"app-{user}")

    def follow(self, user: str) -> Event:
        """A user follows the OA."""
        if self.options.follow_opens_window:
            self.touch(user)
        return self.event("follow", oa_id=self.oa_id, follower={"id": user}, source="oa_profile", user_id_by_app=f"app-{user}")

    def unfollow(self, user: str) -> Event:
        """A user no longer follows the OA."""
        return self.event("unfollow", oa_id=self.oa_id, follower={"id": user}, source="oa_profile", user_id_by_app=f"app-{user}")

    def admin_says(self, user: str, text: str, admin_id: str = "admin-1") -> Event:
        """A human answers from the OA's own pages: an echo with sender.admin_id."""
        return self._echo(user, "text", {"text": text, "msg_id": self._message_id()}, admin_id)

    def event(self, event_name: str, **fields: Any) -> Event:
        """An event of any kind, also one nobody knows; lost where no webhook is set and none is held back."""
        with self._changed:
            fields.setdefault("timestamp", str(int(self.now() * 1000)))
            emitted = self._emit({"app_id": self.app_id, "event_name": event_name, **fields})
            text = str((fields.get("message") or {}).get("text", ""))
            filtered = self.options.syntax_filter and event_name == "user_send_text" and not text.startswith("#")
            if filtered or (not self.webhook_url and not self._holding):
                self._queue = [entry for entry in self._queue if entry[0] is not emitted]
                self._lost.append(emitted)
            return emitted

    def touch(self, user: str) -> None:
        """The user interacts now: the reply window opens anew."""
        with self._changed:
            self._last[user], self._replies[user] = self.now(), 0

    def _echo(self, user: str, kind: str, message: JSON, admin_id: str = "") -> Event:
        sender = {"id": self.oa_id, **({"admin_id": admin_id} if admin_id else {})}
        return self.event(f"oa_send_{kind}", sender=sender, recipient={"id": user}, message=message, user_id_by_app=f"app-{user}")

    # --- signing ------------------------------------------------------------------------------

    def signed(self, raw: bytes, timestamp: str, forge: str | None = None) -> dict[str, str]:
        """The signature header of a body, or one of FORGERIES that a header alone can carry; for post_raw."""
        if forge not in {None, *FORGERIES}:
            raise ValueError(f"{forge!r} is none of {FORGERIES}")
        if forge == "missing":
            return {}
        secret = {"app_secret": self.app_secret, "no_secret": ""}.get(forge or "", self.oa_secret)
        stamp = f"{int(timestamp) - 1}" if forge == "other_timestamp" else timestamp
        app_id = f"{self.app_id}0" if forge == "other_app" else self.app_id
        if forge == "reserialized":
            raw = json.dumps(json.loads(raw)).encode()
        value = signature(app_id, raw, stamp, secret)
        if forge == "hmac":
            value = hmac.new(secret.encode(), app_id.encode() + raw + stamp.encode(), sha256).hexdigest()
        if forge == "wrong":
            value = "0" * len(value)
        return {SIGNATURE_HEADER: "" if forge == "empty" else f"{self.options.signature_prefix}{value}"}

    def _wire(self, event: Event, forge: str | None, attempt: int) -> tuple[bytes, dict[str, str]]:
        raw = dumped(event.body)
        headers = self.signed(raw, str(event.body.get("timestamp", "")), forge)
        if attempt and self.options.retry_header:
            headers[self.options.retry_header] = str(attempt)
        if forge == "changed_body":
            raw = dumped({**event.body, "forged": True})
        return raw, headers

    # --- what the base asks -------------------------------------------------------------------

    def _listening(self, urls: list[str]) -> None:
        self.base_url, self.oauth_url = urls
        self._oauth_port = urlsplit(self.oauth_url).port or 0

    def _name(self, request: web.Request) -> str:
        return request.path.removeprefix("/")

    def _error_body(self, code: int, message: str, call: str) -> JSON:
        if self.options.oauth_error_name and call in {PERMISSION, TOKEN}:
            return {"error_name": message, "error_description": message, "error": code}
        return {"error": code, "message": message}

    def _error_status(self, refusal: Refusal) -> int:
        return refusal.status or self.options.error_status

    def _code_of(self, status: int) -> int:
        return {200: 0, 429: self.options.codes.rate}.get(status, -status)

    def _answer_headers(self, call: Call) -> dict[str, str]:
        if call.method in {PERMISSION, TOKEN}:
            return {}
        left = max(self.options.rate_limit - self._in_minute, 0)
        return {"X-RateLimit-Limit": str(self.options.rate_limit), "X-RateLimit-Remain": str(left)}

    def _admit(self, call: Call, request: web.Request) -> None:
        codes = self.options.codes
        port = request.transport.get_extra_info("sockname")[1] if request.transport else 0
        methods = {PERMISSION: "GET", TOKEN: "POST"} if port == self._oauth_port else {**dict.fromkeys((SEND, *MAGIC), "POST"), PROFILE: "GET"}
        if methods.get(call.method) != request.method:
            raise Refusal(codes.path, "Not found", 404)
        if port == self._oauth_port:
            return
        with self._changed:
            self._pair()
            given = self._access.get(request.headers.get("access_token", ""))
            if given is None or given.dead:
                raise Refusal(codes.token_invalid, "Access token is invalid")
            if given.until <= self.now():
                raise Refusal(codes.token_expired, "Access token has expired")
            if not self.permitted:
                raise Refusal(codes.permission, "The application has no permission from the official account")
            if not self.verified:
                raise Refusal(codes.unverified, "Official account is not verified")
            if not self.paid_tier:
                raise Refusal(codes.tier, "Official account must upgrade its tier")
            self._limit()

    def _limit(self) -> None:
        minute = int(self.now() // 60)
        if minute != self._minute:
            self._minute, self._in_minute = minute, 0
        self._in_minute += 1
        if self._in_minute > self.options.rate_limit:
            raise Refusal(self.options.codes.rate, "Out of limit: too many requests in a minute")

    async def _body(self, request: web.Request) -> JSON:
        if self._name(request) in {PERMISSION, TOKEN, PROFILE, *MAGIC}:
            if request.method == "GET":
                return dict(request.query)
            wanted = "application/x-www-form-urlencoded" if self._name(request) == TOKEN else "multipart/form-data"
            if request.content_type != wanted:
                await request.read()
                code = self.options.codes.grant if self._name(request) == TOKEN else self.options.codes.parameter
                raise Refusal(code, f"Content-Type must be {wanted}")
            try:
                form = await request.post()
            except (ValueError, AssertionError) as error:
                raise Refusal(self.options.codes.parameter, "the form cannot be read") from error
            return {key: value if isinstance(value, str) else _uploaded(value) for key, value in form.items()}
        return await json_body(request, self.options.codes.parameter)

    async def _perform(self, call: Call, request: web.Request) -> Any:
        with self._changed:
            if call.method == PERMISSION:
                return self._permit(call.payload)
            if call.method == TOKEN:
                result = self._token(call.payload, request.headers.get("secret_key", ""))
            elif call.method == SEND:
                result = self._send(call.payload)
            elif call.method == PROFILE:
                result = {"error": 0, "message": "Success", "data": {"oa_id": self.oa_id, "name": self.oa_name, "is_verified": self.verified}}
            else:
                result = self._upload(call.method, call.payload)
            self._changed.notify_all()
            return result

    # --- OAuth --------------------------------------------------------------------------------

    def _permit(self, query: JSON) -> web.Response:
        codes = self.options.codes
        if query.get("app_id") != self.app_id:
            raise Refusal(codes.app, "Invalid app id")
        if not query.get("redirect_uri") or (self.options.pkce_required and not query.get("code_challenge")):
            raise Refusal(codes.grant, "redirect_uri and code_challenge are required")
        back = {"oa_id": self.oa_id, "code": self._grant(query.get("code_challenge", "")), **({"state": query["state"]} if "state" in query else {})}
        joint = "&" if urlsplit(query["redirect_uri"]).query else "?"
        return web.Response(status=302, headers={"Location": f"{query['redirect_uri']}{joint}{urlencode(back)}"})

    def _token(self, form: JSON, secret: str) -> JSON:
        codes = self.options.codes
        self._pair()
        if form.get("app_id") != self.app_id:
            raise Refusal(codes.app, "Invalid app id")
        if secret != self.app_secret:
            raise Refusal(codes.app_secret, "Invalid secret key")
        if form.get("grant_type") == "authorization_code":
            self._use_code(form)
        elif form.get("grant_type") == "refresh_token":
            self._use_refresh(form)
        else:
            raise Refusal(codes.grant, "Invalid grant_type")
        if self.options.old_token_dies:
            for old in self._access.values():
                old.dead = True
        number = self._number()
        self.access_token, self.refresh_token = f"access-{number}", f"refresh-{number}"
        self._pair()
        return {"access_token": self.access_token, "refresh_token": self.refresh_token, "expires_in": str(ACCESS_LIFE)}

    def _use_code(self, form: JSON) -> None:
        code = self._codes.get(form.get("code", ""))
        if code is None or code.until <= self.now():
            raise Refusal(self.options.codes.code, "Invalid authorization code")
        if (code.challenge or self.options.pkce_required) and challenge(form.get("code_verifier", "")) != code.challenge:
            raise Refusal(self.options.codes.code, "Invalid code verifier")
        del self._codes[form["code"]]
        self._refresh[self.refresh_token].used = True
        self.permitted = True

    def _use_refresh(self, form: JSON) -> None:
        codes = self.options.codes
        given = self._refresh.get(form.get("refresh_token", ""))
        if given is None:
            raise Refusal(codes.refresh_invalid, "Invalid refresh token")
        if given.used:
            if self.options.reuse_revokes:
                self._refresh[self.refresh_token].used = self._access[self.access_token].dead = True
            raise Refusal(codes.refresh_reused, "Refresh token has been used")
        if given.until <= self.now():
            raise Refusal(codes.refresh_invalid, "Refresh token has expired")
        if not self.permitted:
            raise Refusal(codes.refresh_invalid, "The official account has withdrawn its permission")
        given.used = True
        self.refreshes += 1

    # --- messages -----------------------------------------------------------------------------

    def _bad(self, what: str) -> Refusal:
        return Refusal(self.options.codes.parameter, f"Invalid parameter: {what}")

    def _send(self, payload: JSON) -> JSON:
        recipient, message = payload.get("recipient"), payload.get("message")
        if not isinstance(recipient, dict) or not isinstance(message, dict):
            raise self._bad("recipient and message are required")
        user = recipient.get("user_id")
        if not isinstance(user, str) or not user:
            raise self._bad("recipient.user_id is required and must be a string")
        text = message.get("text", "")
        if not isinstance(text, str):
            raise self._bad("message.text must be a string")
        if (utf16(text) if self.options.utf16_limits else len(text)) > TEXT_MAX:
            raise Refusal(self.options.codes.too_long, f"Text exceeds {TEXT_MAX} characters")
        kind = self._attached(message["attachment"]) if "attachment" in message else "text"
        if kind == "text" and not text.strip():
            raise self._bad("message.text is empty")
        return self._deliver_to(user, kind, text, payload)

    def _deliver_to(self, user: str, kind: str, text: str, payload: JSON) -> JSON:
        if user in self._blocked:
            raise Refusal(self.options.codes.blocked, "User has blocked or does not follow the official account")
        quota = self._window(user, payload)
        if quota == self.options.quota_paid and self.options.proactive_quota is not None:
            if self.options.proactive_quota <= 0:
                raise Refusal(self.options.codes.quota, "Quota exceeded")
            self.options.proactive_quota -= 1
        self._replies[user] += 1
        message_id = self._message_id()
        self._sent.append(Sent(SEND, json.loads(json.dumps(payload)), time.monotonic(), user, message_id, kind, text, quota))
        if self.options.echoes:
            self._echo(user, kind, {**({"text": text} if text else {}), "msg_id": message_id})
        data = {"message_id": message_id, "user_id": user, "sent_time": str(int(self.now() * 1000)), "quota": {"quota_type": quota}}
        return {"data": data, "error": 0, "message": "Success"}

    def _window(self, user: str, payload: JSON) -> str:
        """The quota type of a message to `user` now; refused outside the windows."""
        options = self.options
        if user not in self._last:
            raise Refusal(options.codes.never, "User has not interacted with the official account")
        age = self.now() - self._last[user]
        if age > max(options.free_window, options.paid_window):
            raise Refusal(options.codes.window, "User has not interacted with the official account in the past 7 days")
        capped = options.free_replies is not None and self._replies[user] >= options.free_replies
        answered = payload["recipient"].get("message_id", payload["message"].get("quote_message_id"))
        unnamed = options.needs_message_id and answered not in self._heard.get(user, set())
        return options.quota_paid if age > options.free_window or capped or unnamed else options.quota_free

    def _attached(self, attachment: Any) -> str:
        payload = attachment.get("payload") if isinstance(attachment, dict) else None
        if not isinstance(attachment, dict) or not isinstance(payload, dict):
            raise self._bad("attachment needs type and payload")
        if attachment.get("type") == "file":
            if self._uploads.get(str(payload.get(self.options.file_key))) != UPLOAD_FILE:
                raise self._bad(f"payload.{self.options.file_key} names no uploaded file")
            return "file"
        if attachment.get("type") != "template":
            raise self._bad("attachment.type must be template or file")
        if "buttons" in payload:
            return self._buttons(payload["buttons"])
        elements = payload.get("elements")
        if payload.get("template_type") != "media" or not isinstance(elements, list) or len(elements) != 1 or not isinstance(elements[0], dict):
            raise self._bad("template_type must be media with one element")
        return self._image(elements[0])

    def _buttons(self, buttons: Any) -> str:
        if not self.options.buttons:
            raise self._bad("buttons are not supported by this message type")
        if not isinstance(buttons, list) or not buttons or not all(isinstance(b, dict) and {"title", "type", "payload"} <= b.keys() for b in buttons):
            raise self._bad("each button needs title, type and payload")
        return "text"

    def _image(self, element: JSON) -> str:
        url, given = element.get("url"), element.get("attachment_id")
        if element.get("media_type") not in {"image", "gif"}:
            raise self._bad("media_type must be image")
        if given is not None and self._uploads.get(str(given)) not in {UPLOAD_IMAGE, UPLOAD_GIF}:
            raise self._bad("attachment_id names no uploaded image")
        if given is None and not re.match(r"https?://[^/]", str(url)):
            raise self._bad("the element needs a url or an attachment_id")
        return "image"

    def _upload(self, path: str, form: JSON) -> JSON:
        uploaded = form.get("file")
        if not isinstance(uploaded, tuple):
            raise self._bad("file is required")
        _, data = uploaded
        limit = {UPLOAD_IMAGE: IMAGE_MAX, UPLOAD_GIF: GIF_MAX}.get(path, self.options.file_max)
        if len(data) > limit:
            raise Refusal(self.options.codes.upload_size, f"File is larger than {limit} bytes")
        if not data.startswith(MAGIC[path]):
            raise self._bad("the file's format is not supported")
        name = f"upload-{self._number()}"
        self._uploads[name] = path
        key = self.options.file_key if path == UPLOAD_FILE else "attachment_id"
        return {"data": {key: name}, "error": 0, "message": "Success"}


def _uploaded(value: Any) -> tuple[str, bytes] | bytes:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    data: bytes = value.file.read()
    return str(value.filename), data
