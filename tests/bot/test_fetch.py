"""Texts from https addresses: only public ones, only so much, only so long, only what can be read; and whether they changed."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from bot import build, fetch
from bot.__main__ import main
from bot.errors import sentence
from bot.fetch import Change, Fetcher, FetchError, Trouble, is_public
from bot.settings import Settings
from knowledge.answer import Answers
from tests.knowledge import hostile
from tests.standins.https import Server, drip, redirect, serve, text

PAGE = b"<!DOCTYPE html><html><meta charset=utf-8>" + "".join(f"<p>{line}</p>" for line in hostile.LAW).encode() + b"</html>"


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


def names(host: str, port: int) -> list[str]:
    """What the names of the tests resolve to."""
    known = {"law.test": ["127.0.0.1"], "inside.test": ["10.0.0.7"], "both.test": ["127.0.0.1", "192.168.1.1"], "none.test": []}
    if host not in known:
        raise OSError(-2, "Name or service not known")
    return known[host]


def fetcher(**given: object) -> Fetcher:
    """A fetcher to which the loopback is a public address and TLS is left out."""
    fields: dict[str, object] = {
        "seconds": 5.0, "resolve": names, "allowed": lambda ip: ip == "127.0.0.1" or is_public(ip), "secure": lambda plain, host: plain,
    }
    return Fetcher(**{**fields, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::1",
    ],
)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "113.160.0.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_what_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("kind", ["html", "docx", "doc", "pdf"])
def test_kinds(server: Server, tmp_path: Path, kind: str) -> None:
    (tmp_path / "here").mkdir()
    makers: dict[str, Callable[[Path], Path]] = {
        "docx": hostile.docx, "doc": hostile.old_word, "pdf": lambda path: hostile.pdf(path, [["Dieu 1. Thu"]]),
    }
    body = PAGE if kind == "html" else makers[kind](tmp_path / "made").read_bytes()
    server.answers["/van-ban/nd-01-2030?id=1&t=%C4%91"] = text(body, ETag='"1"', Last_Modified="Mon, 01 Jan 2029 00:00:00 GMT")
    found = fetcher().fetch(server.url("/van-ban/nd-01-2030?id=1&t=đ#trang-2"), tmp_path / "here")
    name = f"nd-01-2030.{kind}" if kind in ("docx", "pdf") else "nd-01-2030"
    assert (found.path.name, found.etag, found.modified) == (name, '"1"', "Mon, 01 Jan 2029 00:00:00 GMT")
    assert found.path.read_bytes() == body
    assert found.sha256 == sha256(body).hexdigest()
    _, headers = server.asked[0]
    assert headers["Host"] == f"law.test:{server.port}"
    assert "Cookie" not in headers


def refused(trouble: Trouble, url: str, folder: Path, **given: object) -> FetchError:
    with pytest.raises(FetchError) as raised:
        fetcher(**given).fetch(url, folder)
    assert raised.value.trouble is trouble, raised.value
    said = sentence(raised.value)
    assert said.startswith("Không tải được ")
    assert "\n" not in said
    return raised.value


@pytest.mark.parametrize(
    "url",
    ["http://law.test/a", "ftp://law.test/a", "file:///etc/passwd", "https://", "https://a:b@law.test/", "https://law.test:99999/", "https://law.test/a b",
     "https://law.test/\r\nX: y", "https://[::1/", "https://" + "a" * 70 + ".test/"],
)
def test_addresses_that_are_none(tmp_path: Path, url: str) -> None:
    refused(Trouble.ADDRESS, url, tmp_path)
    assert not any(tmp_path.iterdir())


def test_a_private_address_is_never_connected_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    for host in ("inside.test", "both.test"):
        refused(Trouble.PRIVATE, f"https://{host}/a.pdf", tmp_path)
    for host in ("127.0.0.1", "[::1]", "[::ffff:169.254.169.254]", "2130706433", "0x7f.1"):
        refused(Trouble.PRIVATE, f"https://{host}/a.pdf", tmp_path, resolve=fetch.resolve, allowed=is_public)
    refused(Trouble.UNRESOLVED, "https://unknown.test/", tmp_path)
    refused(Trouble.UNRESOLVED, "https://none.test/", tmp_path)


def test_a_name_is_resolved_once_for_each_step(server: Server, tmp_path: Path) -> None:
    """A name that means another address a moment later is connected to at the one that was looked at."""
    asked: list[str] = []

    def turning(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.7"]

    server.answers["/a"] = text(PAGE)
    assert fetcher(resolve=turning).fetch(server.url("/a"), tmp_path).path.exists()
    assert asked == ["law.test"]


@pytest.mark.parametrize(
    ("target", "trouble"),
    [
        ("https://inside.test/a", Trouble.PRIVATE),
        ("https://10.0.0.7/a", Trouble.UNRESOLVED),  # the tests' own names know no numbers
        ("http://law.test/a", Trouble.ADDRESS),
        ("file:///etc/passwd", Trouble.ADDRESS),
        ("//inside.test/a", Trouble.PRIVATE),
        ("/gone", Trouble.STATUS),
    ],
)
def test_every_redirect_is_looked_at(server: Server, tmp_path: Path, target: str, trouble: Trouble) -> None:
    server.answers["/a"] = redirect(target)
    refused(trouble, server.url("/a"), tmp_path)


def test_a_redirect_to_a_private_number(server: Server, tmp_path: Path) -> None:
    server.answers["/a"] = redirect("https://169.254.169.254/latest")
    either = {"law.test": ["127.0.0.1"]}
    refused(Trouble.PRIVATE, server.url("/a"), tmp_path, resolve=lambda host, port: either.get(host) or fetch.resolve(host, port))


def test_how_many_redirects(server: Server, tmp_path: Path) -> None:
    for at in range(6):
        server.answers[f"/{at}"] = redirect(f"/{at + 1}")
    server.answers["/6"] = text(PAGE)
    assert fetcher().fetch(server.url("/1"), tmp_path).path.name == "6"
    refused(Trouble.REDIRECTS, server.url("/0"), tmp_path)


@pytest.mark.parametrize("told", [True, False])
def test_too_large(server: Server, tmp_path: Path, told: bool) -> None:
    body = b"<html>" + b"a" * 200_000
    server.answers["/a"] = text(body) if told else text(body, Content_Length="")
    refused(Trouble.TOO_LARGE, server.url("/a"), tmp_path, max_bytes=100_000)


@pytest.mark.parametrize("head", [True, False], ids=["head", "body"])
def test_too_slow(server: Server, tmp_path: Path, head: bool) -> None:
    server.answers["/a"] = drip(8, head=head)
    began = time.monotonic()
    refused(Trouble.SLOW, server.url("/a"), tmp_path, seconds=0.6)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\n" + b"\0" * 99, b"MZ" + b"\0" * 99, "Điều 1. Tên".encode(), b'{"a": 1}', b"", b"PK\x05\x06"])
def test_kinds_that_are_not_fetched(server: Server, tmp_path: Path, body: bytes) -> None:
    server.answers["/a.json"] = text(body, Content_Type="application/pdf")
    if body.startswith(b"PK"):  # an archive may be a docx: its reader says what it is
        assert fetcher().fetch(server.url("/a.json"), tmp_path).path.exists()
    else:
        refused(Trouble.KIND, server.url("/a.json"), tmp_path)


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (text(PAGE, Content_Length=str(len(PAGE) + 5)), Trouble.BROKEN),
        (text(PAGE, Content_Encoding="gzip"), Trouble.BROKEN),
        (lambda request: request.wfile.write(b"no http\r\n\r\n"), Trouble.BROKEN),
        (text(PAGE, 500), Trouble.STATUS),
        (text(PAGE, 304), Trouble.STATUS),
    ],
    ids=["cut", "encoded", "no http", "500", "304 unasked"],
)
def test_answers_that_are_none(server: Server, tmp_path: Path, answer: object, trouble: Trouble) -> None:
    server.answers["/a"] = answer  # type: ignore[assignment]
    refused(trouble, server.url("/a"), tmp_path)


@pytest.mark.parametrize("path", ["/..%2f..%2fetc%2fpasswd", "/", "/.hidden", "/a;b$(c)", "/" + "a" * 300])
def test_a_name_from_outside_is_only_a_name(server: Server, tmp_path: Path, path: str) -> None:
    server.answers[path] = text(PAGE)
    found = fetcher().fetch(server.url(path), tmp_path).path
    assert found.parent == tmp_path
    assert not set(found.name) - set("abcdefghijklmnopqrstuvwxyz.-")
    assert len(found.name) <= 80


def test_what_has_changed(server: Server) -> None:
    server.answers["/a"] = text(PAGE, ETag='"1"')
    url, digest = server.url("/a"), sha256(PAGE).hexdigest()
    assert fetcher().changed(url, digest, '"1"') is Change.SAME  # by its mark
    assert fetcher().changed(url, digest) is Change.SAME  # by its content
    assert fetcher().changed(url, digest, '"0"') is Change.SAME
    assert fetcher().changed(url, "other", '"0"') is Change.CHANGED
    for lost in (server.url("/gone"), "https://unknown.test/", "https://inside.test/"):
        assert fetcher().changed(lost, digest) is Change.UNREACHABLE


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl, which makes a certificate, is not installed")
def test_a_certificate_is_looked_at(tmp_path: Path) -> None:
    """Without a stand-in for TLS: a certificate that nobody signed is refused, and one of another name is."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=other.test", "-addext",
            "subjectAltName=DNS:other.test", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(make, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_shake, args=(listener, context), daemon=True).start()
        url = f"https://law.test:{listener.getsockname()[1]}/"
        trusted = ssl.create_default_context(cafile=str(certificate))
        for secure in (fetch._secure, lambda plain, host: trusted.wrap_socket(plain, server_hostname=host)):
            error = refused(Trouble.BROKEN, url, tmp_path, secure=secure)
            assert "CERTIFICATE_VERIFY_FAILED" in error.detail


def _shake(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            plain, _ = listener.accept()
            with plain:
                context.wrap_socket(plain, server_side=True).close()
        except ssl.SSLError:
            continue
        except OSError:
            return


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings, answers: Answers) -> Path:
    """A data directory of its own with the index that the tests have built, and a fetcher of the loopback."""
    folder = tmp_path / "data"
    shutil.copytree(settings.data_dir, folder)
    monkeypatch.setenv("CAUNOI_DATA_DIR", str(folder))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(build, "fetcher", lambda settings: fetcher())
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_ingest_and_check(server: Server, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = server.url("/vb/nghi-dinh.html")
    assert main(["ingest", "--check"]) == 0
    assert "Chưa có văn bản nào" in capsys.readouterr().out
    server.answers["/vb/nghi-dinh.html"] = text(PAGE, ETag='"1"', Last_Modified="Mon, 01 Jan 2029 00:00:00 GMT")
    assert main(["ingest", url]) == 0
    said = capsys.readouterr()
    assert f"Nguồn: {url}" in said.out
    assert sha256(PAGE).hexdigest() in said.err
    (record,) = build.library(Settings(_env_file=None, data_dir=data)).records()  # type: ignore[call-arg]
    assert record.origin is not None
    assert (record.origin.url, record.origin.etag, record.origin.modified) == (url, '"1"', "Mon, 01 Jan 2029 00:00:00 GMT")
    assert record.sha256 == sha256(PAGE).hexdigest()
    before = everything(data)
    assert main(["ingest", "--check"]) == 0
    assert f"01/2030/NĐ-CP: không đổi. {url}" in capsys.readouterr().out
    server.answers["/vb/nghi-dinh.html"] = text(PAGE + b" ", ETag='"2"')
    assert main(["ingest", "--check"]) == 0
    assert "đã thay đổi" in capsys.readouterr().out
    del server.answers["/vb/nghi-dinh.html"]
    assert main(["ingest", "--check"]) == 1
    assert "không truy cập được" in capsys.readouterr().out
    assert everything(data) == before


def test_one_bad_address_leaves_everything_as_it_was(server: Server, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server.answers["/a.html"] = text(PAGE)
    before = everything(data)
    assert main(["ingest", server.url("/a.html"), server.url("/gone.pdf")]) == 1
    assert "mã 404" in capsys.readouterr().err
    assert everything(data) == before


@pytest.mark.parametrize("arguments", [["ingest"], ["ingest", "--check", "a.docx"]])
@pytest.mark.usefixtures("data")
def test_nothing_or_too_much_is_named(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(arguments) == 2
    assert "--check" in capsys.readouterr().err
