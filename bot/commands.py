"""What each command does: read its input, call the parts, print, return an exit status."""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Final

from bot import build
from bot.errors import sentence, unapplied, unapplied_groups
from bot.settings import Settings, read_settings
from handlers.message import Incoming
from knowledge.consolidate import Why
from knowledge.numbers import normal_number, read_date

_LEFT: Final = "lenh-chua-ap-dung.txt"
_GROUPS: Final = 15  # lines on the terminal
_ABSENT: Final = 12  # numbers on one line
_EMPTY: Final[Mapping[str, Any]] = {"provisions": [], "quotes": [], "authority": [], "choices": [], "warnings": []}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _settings(**given: Any) -> Settings | None:
    """The settings, or None after one clear sentence for each that is wrong."""
    from pydantic import ValidationError

    try:
        return read_settings(**given)
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0])
            held = "" if _is_secret(name) else f" (đang là “{problem['input']}”)"
            _say(f"Cài đặt CAUNOI_{name.upper()} không hợp lệ{held}; docs/running.md nói từng mục nhận gì.")
        return None


def _is_secret(name: str) -> bool:
    """True for a setting whose value is never printed."""
    return "SecretStr" in str(Settings.model_fields[name].annotation)


def _day(text: str | None) -> date | None:
    """A day as 2026-11-22 or 22/11/2026; raises ValueError for another text."""
    if not text:
        return None
    found = read_date(text) if isinstance(text, str) and re.fullmatch(r"\s*(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{4})\s*", text) else None
    if found is None:
        raise ValueError(f"ngày “{text}” không hợp lệ")
    return found


def ask(options: argparse.Namespace) -> int:
    """Answer one question, or one JSON line after another."""
    settings = _settings()
    if settings is None:
        return 2
    try:
        day = _day(options.as_of)
    except ValueError:
        _say(f"Ngày “{options.as_of}” không hợp lệ; hãy viết theo dạng 2026-11-22 hoặc 22/11/2026.")
        return 2
    if not options.batch and not any(c.isalnum() for c in " ".join(options.question)):
        _say("Chưa có câu hỏi. Ví dụ: python -m bot ask \"CCN muốn mở rộng thì cần điều kiện gì?\"")
        return 2
    try:
        answers = build.open_answers(settings, _say)
    except Exception as error:
        _say(sentence(error))
        return 1
    if options.batch:
        return _batch(settings, answers, options.language)
    row = answered(settings, answers, " ".join(options.question), day, options.language)
    print(json.dumps({"id": None, **row}, ensure_ascii=False, indent=1) if options.json else row["text"])
    return 1 if row["kind"] == "error" else 0


def answered(settings: Settings, answers: Any, text: str, day: date | None, language: str) -> dict[str, Any]:
    """The contract's row for one question, asked by a stranger."""
    from handlers.memory import InMemory, Memory

    memories = InMemory()
    memories.save("terminal", "one", Memory(language=language))
    reply = build.dialogue(settings, lambda: answers, memories).reply(Incoming("terminal", "one", text, as_of=day))
    facts = {"as_of": (day or build.now().date()).isoformat(), **_EMPTY, **reply.facts}
    return {"kind": facts.pop("kind"), "as_of": facts.pop("as_of"), "text": reply.text(), **facts}


def _batch(settings: Settings, answers: Any, language: str) -> int:
    failed = False
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace").strip("\ufeff \t\r\n")
        if not text:
            continue
        result = _batch_line(settings, answers, text, language)
        failed |= result["kind"] == "error"
        print(json.dumps(result, ensure_ascii=False), flush=True)
    return 1 if failed else 0


def _batch_line(settings: Settings, answers: Any, text: str, language: str) -> dict[str, Any]:
    """The answer to one line of --batch; an unreadable one gives kind "error" in its place, its id where that can be read."""
    name = None
    try:
        row = json.loads(text, parse_constant=_no_number)
        if not isinstance(row, Mapping):
            raise TypeError("không phải một đối tượng JSON")
        name = row.get("id")
        if not isinstance(row.get("text"), str):
            raise TypeError("thiếu trường “text”, hoặc trường này không phải chuỗi")
        return {"id": name, **answered(settings, answers, row["text"], _day(row.get("as_of")), language)}
    except (json.JSONDecodeError, RecursionError):
        reason = "không phải JSON"
    except (ValueError, TypeError) as error:
        reason = str(error)
    return {"id": name, "kind": "error", "error": f"Dòng không đọc được: {reason}.", **_EMPTY, "text": ""}


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} không phải số trong JSON")


def index(options: argparse.Namespace) -> int:
    """Build the index where it is missing, outdated or damaged."""
    settings = _settings()
    if settings is None:
        return 2
    try:
        build.open_answers(settings, _say)
    except Exception as error:
        _say(sentence(error))
        return 1
    return 0


def ingest(options: argparse.Namespace) -> int:
    """Take official files and addresses in, all or nothing, then switch the index."""
    settings = _settings()
    if settings is None:
        return 2
    if bool(options.files) == options.check:
        _say("Hãy nêu tệp hoặc địa chỉ https cần nạp, hoặc chỉ dùng --check.")
        return 2
    if options.number and not _is_number(options.number):
        _say(f"“{options.number}” không phải số ký hiệu văn bản; ví dụ: 32/2024/NĐ-CP.")
        return 2
    try:
        if options.check:
            return _check(settings)
        with tempfile.TemporaryDirectory(prefix="caunoi-fetch-") as folder:
            paths, origins = _fetched(settings, options.files, Path(folder))
            documents = build.library(settings).add(
                paths,
                numbers={paths[0]: options.number} if options.number else None,
                origins=origins,
                replace_held=options.replace,
                progress=lambda done, total, path: _say(f"[{done}/{total}] {path.name}" if done < total else f"[{done}/{total}] đã đọc xong"),
                ocr=build.ocr(settings, lambda page, total: _say(f"  nhận dạng chữ: trang {page}/{total}")),
            )
        corpus = build.open_answers(settings, _say).corpus
    except Exception as error:
        _say(sentence(error))
        return 1
    addresses = [origins[path].url if path in origins else "" for path in paths]
    for document, address in zip(documents, addresses, strict=True):
        articles = sum(p.level == "article" for p in document.provisions)
        come = f" Nguồn: {address}." if address else ""
        print(f"Đã nạp {document.name}: {articles} điều và phụ lục, {len(document.provisions)} quy định.{come}")
    for document in documents:
        if document.issued and document.in_force_from and document.in_force_from < document.issued:
            print(f"Lưu ý: {document.name} ghi có hiệu lực trước ngày ban hành; hãy kiểm tra lại ngày trong tệp.")
    for line in _amended(corpus, {d.number for d in documents}, settings.data_dir / _LEFT):
        print(line)
    return 0


def _amended(corpus: Any, numbers: set[str], file: Path) -> list[str]:
    """What the operator reads of amendments by or to the documents just taken in: applied, left, and of whom nothing is held.

    At most some twenty lines; `file` gets every order of the whole library that is left, one a line.
    """
    applied = sum(o.place.document in numbers or o.document in numbers for o in corpus.applied)
    left = [u for u in corpus.unapplied if u.order.place.document in numbers or u.ref.document in numbers]
    absent = sorted({u.ref.document for u in left if u.why is Why.NOT_HELD})
    here = [u for u in left if u.why is not Why.NOT_HELD]
    lines = [f"Lệnh sửa đổi đã áp dụng: {applied}; chưa áp dụng được: {len(here)}."] if applied or here else []
    groups = unapplied_groups(here)
    lines += [f"- {line}" for line in groups[:_GROUPS]]
    if len(groups) > _GROUPS:
        lines.append(f"- … và {len(groups) - _GROUPS} nhóm khác.")
    if absent:
        more = f" và {len(absent) - _ABSENT} văn bản khác" if len(absent) > _ABSENT else ""
        lines.append(f"Văn bản được sửa mà hệ thống chưa có: {', '.join(absent[:_ABSENT])}{more}.")
    if not left:
        return lines
    with suppress(OSError):  # what was taken in stands, whether or not the list can be written
        file.write_text("".join(f"{unapplied(u)}\n" for u in corpus.unapplied), encoding="utf-8")
        lines.append(f"Danh sách đầy đủ các lệnh chưa áp dụng được, mỗi lệnh một dòng: {file}.")
    return lines


def _is_number(text: str) -> bool:
    """True for a document's number and nothing else: "32/2024/nđ-cp", "2646/QĐ-BCT"."""
    return bool(re.fullmatch(r"\d{1,5}(?:\.\d{1,3})?/(?:(?:19|20)\d\d/)?[A-ZĐa-zđ]{1,5}\d*(?:-[A-ZĐa-zđ]{2,12})*", text.strip())) and bool(normal_number(text))


def _fetched(settings: Settings, given: Sequence[str], folder: Path) -> tuple[list[Path], dict[Path, Any]]:
    """The files of `given`, addresses fetched into `folder`; where each of those came from."""
    paths, origins = [], {}
    for at, name in enumerate(given):
        if "://" not in name:
            paths.append(Path(name))
            continue
        _say(f"Đang tải {name}")
        aside = folder / str(at)  # two addresses may end alike
        aside.mkdir()
        found = build.fetcher(settings).fetch(name, aside)
        _say(f"  {found.path.stat().st_size} byte, sha256 {found.sha256}")
        paths.append(found.path)
        origins[found.path] = build.origin(name, found)
    return paths, origins


def _check(settings: Settings) -> int:
    """Say for each text that came from an address what has become of it there; write nothing."""
    held = [record for record in build.library(settings).records() if record.origin]
    if not held:
        print("Chưa có văn bản nào được nạp từ địa chỉ https.")
        return 0
    said = {"same": "không đổi", "changed": "đã thay đổi, hãy nạp lại với --replace", "unreachable": "không truy cập được"}
    fetcher, lost = build.fetcher(settings), False
    for record in held:
        origin = record.origin
        if origin is None:
            continue
        change = fetcher.changed(origin.url, record.sha256, origin.etag, origin.modified)
        lost = lost or change == "unreachable"
        print(f"{record.number}: {said[change]}. {origin.url} (nạp {record.ingested[:10]}, sha256 {record.sha256[:12]})")
    return 1 if lost else 0


def evaluate(options: argparse.Namespace) -> int:
    """Ask every gold question and print the figures."""
    from knowledge.evaluate import GoldError, as_json, read_gold, table
    from knowledge.evaluate import evaluate as measure

    settings = _settings()
    if settings is None:
        return 2
    try:
        golds = read_gold(options.file)
        answers = build.open_answers(settings, _say)
        sources = _sources(options.source)
    except (OSError, GoldError) as error:
        _say(f"Không đọc được bộ câu hỏi {options.file}: {error}")
        return 1
    except Exception as error:
        _say(sentence(error))
        return 1
    tallies, wrong = measure(
        golds, lambda text, day: answered(settings, answers, text, day, "vi"),
        lambda ref: answers.corpus.get(ref) is not None, sources or None,
    )
    print(json.dumps({"figures": as_json(tallies), "wrong": wrong}, ensure_ascii=False, indent=1) if options.json else table(tallies))
    if options.wrong and not options.json:
        for row in wrong:
            print(json.dumps(row, ensure_ascii=False))
    return 0


def _sources(files: Any) -> Any:
    """A check of quotations against files read line by line, without the parser."""
    if not files:
        return None
    from knowledge.formats import read_lines
    from knowledge.vietnamese import one_line

    whole = one_line(" ".join(line for path in files for line in read_lines(path).lines))
    return lambda _key, text: all(one_line(part) in whole for part in text.split("\n"))


def run(options: argparse.Namespace) -> int:
    """Serve the web chat, and Telegram where a token is set, until interrupted."""
    given = {name: value for name in ("host", "port") if (value := getattr(options, name)) is not None}
    settings = _settings(**given)
    if settings is None:
        return 2
    from bot.service import serve

    try:
        return serve(settings, _say)
    except Exception as error:
        _say(sentence(error))
        return 1


def reports(options: argparse.Namespace) -> int:
    """Do what staff ask with reports; the running service sends what comes of it."""
    settings = _settings()
    if settings is None:
        return 2
    from bot import report_commands

    return report_commands.run(settings, options)


def channels(options: argparse.Namespace) -> int:
    """Do what an operator asks with channels."""
    settings = _settings()
    if settings is None:
        return 2
    from bot import channel_commands

    return channel_commands.run(settings, options)
