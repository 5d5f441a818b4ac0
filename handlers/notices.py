"""What a person is told when somebody else has acted on their report, as a reply."""

from handlers.message import Block, BlockKind, Choice, Reply
from handlers.post import Payload, reply_of
from handlers.report_staff import desk_reply
from handlers.texts import report_texts
from reports.model import NoticeKind


def told(payload: Payload, language: str) -> Reply:
    """The reply of an outbox row: kept as one, or made of the facts of a notice.

    A notice has one choice at most: a number that is typed then still means the list that the person saw last.
    """
    if payload.get("kind") == "desk":
        return desk_reply(payload, language)
    if payload.get("kind") != "notice":
        return reply_of(payload)
    say = report_texts(language)
    kind, facts = NoticeKind(payload["notice"]), payload.get("facts", {})
    blocks = [Block(BlockKind.TITLE, say.notice(kind, payload["number"], facts))]
    if text := facts.get("text"):
        # The law asks that people know whether a machine speaks (Luật 134/2025/QH15, Điều 11): here it does not.
        blocks += [Block(BlockKind.NOTE, say.official_says(facts.get("name", ""))), Block(BlockKind.QUOTE, text), Block(BlockKind.NOTE, say.human_words())]
    if why := facts.get("why"):
        blocks.append(Block(BlockKind.LINE, say.notice_reason(why)))
    if how := say.notice_how(kind):
        blocks.append(Block(BlockKind.NOTE, how))
    choice = Choice(say.add_message(), f"w:add:{payload['report']}") if kind is NoticeKind.ASKED else Choice(say.open_report(), f"w:open:{payload['report']}")
    return Reply(tuple(blocks), (choice,), {"kind": "report"})
