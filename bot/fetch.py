"""Fetches one official text from a public https address into a file, and asks whether a fetched one has changed."""

import http.client
import ipaddress
import os
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from threading import Timer
from typing import Final
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from knowledge.formats import MAX_FILE, kind_of_file
from knowledge.unreadable import UnreadableFile

MAX_REDIRECTS: Final = 5
SECONDS: Final = 120.0
_STEP_SECONDS: Final = 20.0  # for one connection, one answer or one piece of a body
_PIECE: Final = 1 << 16
_KINDS: Final = {"html", "docx", "doc", "pdf"}
_REDIRECTS: Final = {301, 302, 303, 307, 308}
_TUNNELS: Final = [ipaddress.ip_network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")]


class Trouble(StrEnum):
    """What stands in the way of fetching; the words for the user are found in bot/errors.py."""

    ADDRESS = "address"  # no https address that can be fetched
    UNRESOLVED = "unresolved"
    PRIVATE = "private"  # an address inside this machine or its network
    REDIRECTS = "redirects"
    STATUS = "status"
    TOO_LARGE = "too_large"
    SLOW = "slow"
    KIND = "kind"  # none of the kinds that are fetched
    BROKEN = "broken"  # the connection, its certificate or the answer


class FetchError(Exception):
    """`url` was not fetched: `trouble`; `detail` is for the log."""

    def __init__(self, url: str, trouble: Trouble, detail: str = "") -> None:
        url = re.sub(r"[\x00-\x1f\x7f-\x9f]", "?", url)  # it is shown to a person
        super().__init__(f"{url}: {trouble}" + (f" ({detail})" if detail else ""))
        self.url, self.trouble, self.detail = url, trouble, detail


class Change(StrEnum):
    """What has become of a fetched text at its address."""

    SAME = "same"
    CHANGED = "changed"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Fetched:
    """A text that came: where it lies, its digest, and what its server says of this version."""

    path: Path
    sha256: str
    etag: str
    modified: str


def is_public(address: str) -> bool:
    """True for an address of the open internet; no tunnel, whose end may be inside, and nothing that is reserved."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif any(ip in net for net in _TUNNELS):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_private or ip.is_loopback or ip.is_link_local)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of `host`, as the system finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _secure(plain: socket.socket, host: str) -> socket.socket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


@dataclass(frozen=True)
class Fetcher:
    """Fetches within `seconds` and `max_bytes`; the other fields are the system's, and stand-ins in tests."""

    seconds: float = SECONDS
    max_bytes: int = MAX_FILE
    resolve: Callable[[str, int], list[str]] = resolve
    allowed: Callable[[str], bool] = is_public
    secure: Callable[[socket.socket, str], socket.socket] = _secure

    def fetch(self, url: str, folder: Path) -> Fetched:
        """Fetch `url` into `folder`; raise FetchError. The file is named after the address, its kind told by its content."""
        walk = _Walk(self, time.monotonic() + self.seconds)
        with walk.open(url, {}) as answer:
            path = folder / _name(answer.url)
            digest = walk.save(answer, path)
            headers = answer.response.headers
        bare = path.rename(folder / "content")  # an address may end in anything: here the content alone decides
        try:
            kind = kind_of_file(bare)
        except UnreadableFile as error:
            raise FetchError(url, Trouble.KIND, str(error.reason)) from error
        if kind not in _KINDS:
            raise FetchError(url, Trouble.KIND, kind)
        path = bare.rename(path if kind not in ("docx", "pdf") or path.suffix.lower() == f".{kind}" else path.with_name(f"{path.name}.{kind}"))
        return Fetched(path, digest, headers.get("ETag", "")[:500], headers.get("Last-Modified", "")[:500])

    def changed(self, url: str, digest: str, etag: str = "", modified: str = "") -> Change:
        """Say whether `url` still gives the text with this digest; nothing is written and nothing is raised."""
        asked = {"If-None-Match": etag, "If-Modified-Since": modified}
        walk = _Walk(self, time.monotonic() + self.seconds)
        try:
            with walk.open(url, {name: value for name, value in asked.items() if value}) as answer:
                if answer.response.status == http.client.NOT_MODIFIED:
                    return Change.SAME
                return Change.SAME if walk.save(answer, None) == digest else Change.CHANGED
        except FetchError:
            return Change.UNREACHABLE


@dataclass
class _Answer:
    """An answer whose body has not been read, and the connection that it comes over."""

    url: str
    connection: http.client.HTTPConnection
    response: http.client.HTTPResponse
    guard: "_Guard"

    def __enter__(self) -> "_Answer":
        return self

    def __exit__(self, *_: object) -> None:
        self.guard.close()
        self.response.close()
        self.connection.close()

    def pieces(self) -> Iterator[bytes]:
        """The body, piece by piece as it comes."""
        while piece := self.response.read1(_PIECE):
            yield piece


class _Guard:
    """Ends a connection when its time is over: a server that sends a byte now and then keeps every limit of one step."""

    def __init__(self, plain: socket.socket, seconds: float) -> None:
        self._socket = plain.dup()  # the one that is given to TLS is emptied by it
        self._timer = Timer(max(seconds, 0.001), self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let the connection be."""
        self._timer.cancel()
        self._socket.close()


@dataclass
class _Walk:
    """The way from an address over its redirects to an answer, within one limit of time."""

    fetcher: Fetcher
    end: float
    seen: list[str] = field(default_factory=list)

    def open(self, url: str, headers: Mapping[str, str]) -> _Answer:
        """Follow `url` to an answer with a body, or one that says that nothing has changed."""
        while True:
            self.seen.append(url)
            if len(self.seen) > MAX_REDIRECTS + 1:
                raise FetchError(self.seen[0], Trouble.REDIRECTS)
            answer = self._ask(url, headers)
            status, target = answer.response.status, answer.response.headers.get("Location", "")
            if status == http.client.OK or (status == http.client.NOT_MODIFIED and headers):
                return answer
            answer.__exit__()
            if status not in _REDIRECTS or not target:
                raise FetchError(url, Trouble.STATUS, str(status))
            url = urljoin(answer.url, target)

    def _ask(self, url: str, headers: Mapping[str, str]) -> _Answer:
        """Ask one address; every one is looked at anew, so that a redirect leads nowhere that a person may not go."""
        host, port, target = _parts(url)
        plain = self._connected(url, host, port)
        guard = _Guard(plain, self._left(url))
        connection = http.client.HTTPConnection(host, port, timeout=_STEP_SECONDS)
        try:
            connection.sock = self.fetcher.secure(plain, host)
            shown = f"[{host}]" if ":" in host else host
            given = {"Host": shown if port == 443 else f"{shown}:{port}", "User-Agent": "caunoi", "Accept-Encoding": "identity", **headers}
            connection.request("GET", target, headers=given)
            return _Answer(url, connection, connection.getresponse(), guard)
        except (OSError, http.client.HTTPException, ValueError) as error:
            guard.close()
            connection.close()
            plain.close()
            raise self._failed(url, error) from error

    def _connected(self, url: str, host: str, port: int) -> socket.socket:
        """Connect to an address that was looked at, never to a name that may mean another one a moment later."""
        try:
            addresses = self.fetcher.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise FetchError(url, Trouble.UNRESOLVED, str(error)) from error
        if not addresses:
            raise FetchError(url, Trouble.UNRESOLVED)
        if not all(map(self.fetcher.allowed, addresses)):
            raise FetchError(url, Trouble.PRIVATE, ", ".join(addresses))
        failed: OSError = OSError("no address")
        for address in addresses:
            try:
                return socket.create_connection((address, port), timeout=min(_STEP_SECONDS, max(self._left(url), 0.001)))
            except OSError as error:
                failed = error
        raise self._failed(url, failed) from failed

    def save(self, answer: _Answer, path: Path | None) -> str:
        """Read the body, into `path` where there is one, and return its digest."""
        digest, size = sha256(), 0
        headers = answer.response.headers
        told = int(length) if (length := headers.get("Content-Length", "")).isdecimal() else None
        if told is not None and told > self.fetcher.max_bytes:
            raise FetchError(answer.url, Trouble.TOO_LARGE, f"{told} bytes")
        if headers.get("Content-Encoding", "identity").lower() != "identity":
            raise FetchError(answer.url, Trouble.BROKEN, "an encoding that was not asked for")
        with (path or Path(os.devnull)).open("wb") as file:
            for piece in self._body(answer):
                size += len(piece)
                if size > self.fetcher.max_bytes:
                    raise FetchError(answer.url, Trouble.TOO_LARGE, f"more than {self.fetcher.max_bytes} bytes")
                digest.update(piece)
                file.write(piece)
        if told is not None and size != told:
            raise FetchError(answer.url, Trouble.BROKEN, f"{size} of {told} bytes")
        return digest.hexdigest()

    def _body(self, answer: _Answer) -> Iterator[bytes]:
        pieces = answer.pieces()
        while True:
            try:
                piece = next(pieces, b"")
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise self._failed(answer.url, error) from error
            self._left(answer.url)  # also where the guard has ended what looks like a complete answer
            if not piece:
                return
            yield piece

    def _left(self, url: str) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            raise FetchError(url, Trouble.SLOW)
        return left

    def _failed(self, url: str, error: Exception) -> FetchError:
        slow = isinstance(error, TimeoutError) or time.monotonic() >= self.end
        return FetchError(url, Trouble.SLOW if slow else Trouble.BROKEN, f"{type(error).__name__}: {error}")


def _parts(url: str) -> tuple[str, int, str]:
    """Host, port and target of an https address without user or password; raise FetchError."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise FetchError(url, Trouble.ADDRESS, str(error)) from error
    if parts.scheme != "https" or not host or "@" in parts.netloc or re.search(r"[\x00-\x20\x7f]", url):
        raise FetchError(url, Trouble.ADDRESS)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return host, port, urlunsplit(("", "", path, quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]"), ""))


def _name(url: str) -> str:
    """A file name made of the address's last part: letters, figures and a few signs only."""
    last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    return re.sub(r"[^\w.-]+", "-", last).strip(".-")[-80:] or "van-ban"
