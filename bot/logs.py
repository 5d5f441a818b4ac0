"""How lines of the log look: plain, or one JSON object a line for a log collector."""

import json
import logging
from datetime import UTC, datetime
from pathlib import PurePath
from traceback import extract_tb
from typing import Final

TEXT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message; of an exception its type and where it was raised.

    Neither the words of an exception nor its traceback: they may hold what a person wrote.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line for `record`; nothing in it raises."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname, "logger": record.name, "message": _message(record),
        }  # fmt: skip
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            line["exception"] = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
            if frames := extract_tb(trace):
                line["at"] = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}"
        return json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def formatter(kind: str) -> logging.Formatter:
    """The formatter for "text" or "json"; ValueError for anything else."""
    if kind not in ("text", "json"):
        raise ValueError(kind)
    return JsonLines() if kind == "json" else logging.Formatter(TEXT)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # arguments that do not fit
        return str(record.msg)
