"""Greeting and help; both say that a machine answers, as Luật Trí tuệ nhân tạo 134/2025/QH15, Điều 11, asks."""

from types import ModuleType

from handlers.message import Block, BlockKind, Choice, Reply


def greeting(say: ModuleType, name: str) -> Reply:
    """The first message: who this is, how to ask, three questions to try."""
    return Reply(
        (Block(BlockKind.LEAD, say.greeting(name)), Block(BlockKind.LEAD, say.how_to_ask()), Block(BlockKind.NOTE, say.limits())),
        _tries(say), {"kind": "smalltalk"},
    )


def help_page(say: ModuleType, name: str, hotline: str) -> Reply:
    """What can be typed, who else can be asked."""
    blocks = [Block(BlockKind.TITLE, say.help_title(name)), *(Block(BlockKind.LINE, line) for line in say.help_lines())]
    blocks += [Block(BlockKind.NOTE, say.automatic()), Block(BlockKind.NOTE, say.limits()), Block(BlockKind.NOTE, say.who_else(hotline))]
    return Reply(tuple(blocks), _tries(say), {"kind": "smalltalk"})


def _tries(say: ModuleType) -> tuple[Choice, ...]:
    """Questions to try, and the other half of what the assistant is for."""
    return (*(Choice(q, f"q:{n}") for n, q in enumerate(say.suggestions())), Choice(say.offer_report(), "r:"))
