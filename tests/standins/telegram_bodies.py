"""Bodies of the Telegram Bot API over HTTP: JSON, forms and uploads in, envelopes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.standins.telegram_rules import JSON, Refusal, bad

if TYPE_CHECKING:
    from aiohttp import web

UPLOAD_MAX = 50 * 2**20
STRUCTURED = frozenset({
    "reply_markup", "entities", "caption_entities", "link_preview_options", "reply_parameters", "commands", "scope",
    "allowed_updates",
})  # fmt: skip


def envelope(result: Any) -> web.Response:
    """The platform's answer to a request that was carried out."""
    from aiohttp import web

    return web.json_response({"ok": True, "result": result})


def error_answer(refusal: Refusal) -> web.Response:
    """The platform's answer to a request that was refused."""
    from aiohttp import web

    body: JSON = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return web.json_response(body, status=refusal.code)


async def body_of(request: web.Request) -> JSON:
    """Fields of the query and of a JSON, form or multipart body; an uploaded file is a pair (name, bytes)."""
    fields: JSON = {key: _structured(value, key) for key, value in request.query.items()}
    if request.content_type == "application/json":
        fields |= await _json_fields(request)
    elif request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        fields |= await _form_fields(request)
    try:
        json.dumps({k: v for k, v in fields.items() if not isinstance(v, tuple)}, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise bad("strings must be encoded in UTF-8") from error
    return fields


async def _json_fields(request: web.Request) -> JSON:
    try:
        parsed = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise bad("can't parse request body as JSON") from error
    if not isinstance(parsed, dict):
        raise bad("request body must be a JSON object")
    # A structured field may also come as a string that holds JSON.
    return {key: _structured(value, key) if isinstance(value, str) else value for key, value in parsed.items()}


async def _form_fields(request: web.Request) -> JSON:
    fields: JSON = {}
    try:
        form = await request.post()
    except (ValueError, AssertionError) as error:
        raise bad("can't parse the form") from error
    for key, value in form.items():
        if isinstance(value, str):
            fields[key] = _structured(value, key)
        elif not isinstance(value, (bytes, bytearray)):
            data = value.file.read()
            if len(data) > UPLOAD_MAX:
                raise Refusal(413, "Request Entity Too Large")
            fields[key] = (value.filename, data)
    return fields


def _structured(value: str, key: str) -> Any:
    if key not in STRUCTURED:
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise bad(f"can't parse {key} JSON object") from error
