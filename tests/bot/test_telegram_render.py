"""A reply becomes messages with styles, within the limits, and buttons that cannot be mistaken."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.split import units
from bot.telegram_render import BUTTONS_MAX, DATA_MAX, LABEL_MAX, TEXT_MAX, Button, Buttons, parts
from handlers.message import Block, BlockKind, Choice, Reply

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONG = "Sở Công Thương thẩm định hồ sơ thành lập cụm công nghiệp trong mấy ngày?"


def reply(*blocks: tuple[str, str], choices: tuple[Choice, ...] = ()) -> Reply:
    """A reply of (kind, text) pairs."""
    return Reply(tuple(Block(BlockKind(kind), text) for kind, text in blocks), choices)


def styled(made: Reply) -> list[tuple[str, str]]:
    """Style and text of each span, read as Telegram reads them."""
    found = []
    for part in parts(made):
        coded = part.text.encode("utf-16-le")
        found += [(span.style, coded[2 * span.offset : 2 * (span.offset + span.length)].decode("utf-16-le")) for span in part.spans]
    return found


def test_blocks_are_told_apart() -> None:
    made = reply(
        ("status", "Còn hiệu lực 😀."), ("lead", "Điều kiện sau:"), ("line", "a) < 75 ha;"), ("line", "b) & đất."), ("cite", "Căn cứ: khoản 2 Điều 8."),
        ("title", "Nguyên văn:"), ("quote", "2. Cụm <b> mở rộng"), ("more", "Quy định khác:"), ("line", "Điều 9"), ("note", "Ghi chú"), ("note", "  "),
    )  # fmt: skip
    assert [part.text for part in parts(made)] == [
        "Còn hiệu lực 😀.\n\nĐiều kiện sau:\na) < 75 ha;\nb) & đất.\n\nCăn cứ: khoản 2 Điều 8.\n\nNguyên văn:\n\n“2. Cụm <b> mở rộng”"
        "\n\nQuy định khác:\nĐiều 9\n\nGhi chú"
    ]
    assert styled(made) == [
        ("bold", "Còn hiệu lực 😀."), ("italic", "Căn cứ: khoản 2 Điều 8."), ("bold", "Nguyên văn:"), ("blockquote", "“2. Cụm <b> mở rộng”"),
        ("bold", "Quy định khác:"),
    ]  # fmt: skip


def test_a_long_quote_is_folded_and_goes_on_in_the_next_message() -> None:
    quote = "Một câu của nghị định 😀. " * 400
    found = styled(reply(("lead", "Trả lời."), ("quote", quote)))
    assert len(found) > 1
    assert {style for style, _ in found} == {"expandable_blockquote"}
    assert "".join("".join(text for _, text in found).split()) == "".join(f"“{quote}”".split())


def test_nothing_to_say_is_no_message_and_half_letters_are_replaced() -> None:
    assert parts(reply()) == parts(reply(("lead", " \n"))) == []
    assert [part.text for part in parts(reply(("lead", "a\ud83db")))] == ["a?b"]


@given(st.lists(st.tuples(st.sampled_from([kind.value for kind in BlockKind]), st.text(max_size=3000)), max_size=6))
def test_every_message_fits(blocks: list[tuple[str, str]]) -> None:
    for part in parts(reply(*blocks)):
        assert 0 < units(part.text) <= TEXT_MAX
        assert all(span.offset >= 0 and span.length > 0 and span.offset + span.length <= units(part.text) for span in part.spans)


def test_short_choices_are_buttons_only_and_cut_ones_stand_in_the_text_too() -> None:
    buttons = Buttons("1:bí mật", lambda: NOON)
    short = (Choice("Xem toàn bộ Điều 8", "p:a"), Choice("Chưa đúng ý", "r:a"))
    assert [[b.label for b in row] for row in buttons.rows("1", short)] == [["1. Xem toàn bộ Điều 8"], ["2. Chưa đúng ý"]]
    assert parts(reply(("lead", "Đây."), choices=short))[0].text == "Đây."
    assert buttons.rows("1", short[:1])[0][0].label == "Xem toàn bộ Điều 8"
    cut = (*short, Choice(LONG, "q:1"))
    assert buttons.rows("1", cut)[2][0].label == "3. Sở Công Thương thẩm định hồ sơ thành lập cụm…"
    assert parts(reply(("lead", "Đây."), choices=cut))[0].text == f"Đây.\n\n1. Xem toàn bộ Điều 8\n2. Chưa đúng ý\n3. {LONG}"


def test_a_long_list_gets_buttons_with_numbers() -> None:
    many = tuple(Choice(f"Mục {n}", f"p:{n}") for n in range(120))
    rows = Buttons("1:bí mật").rows("1", many)
    assert [button.label for row in rows for button in row] == [str(n) for n in range(1, BUTTONS_MAX + 1)]
    assert max(map(len, rows)) == 5
    assert "120. Mục 119" in parts(reply(("lead", "Đây."), choices=many))[0].text


def test_a_button_that_cannot_be_is_left_out() -> None:
    choices = (Choice("Dài", "p:" + "a" * 60), Choice("Vừa", "p:" + "a" * 54), Choice(" \n", ""))
    rows = Buttons("1:bí mật").rows("1", choices)
    assert [row[0].label for row in rows] == ["2. Vừa", "3."]
    assert all(isinstance(b, Button) and len(b.data.encode()) <= DATA_MAX and len(b.label) <= LABEL_MAX for row in rows for b in row)


@pytest.mark.parametrize(
    ("change", "token"),
    [
        ({}, "p:a"),
        ({"later": timedelta(hours=24)}, "p:a"),
        ({"later": timedelta(hours=24, minutes=1)}, None),
        ({"later": timedelta(days=365 * 32)}, None),
        # a clock that is set right loses nothing
        ({"later": -timedelta(minutes=3)}, "p:a"),
        ({"later": -timedelta(hours=1)}, None),
        ({"person": "2"}, None),
        ({"secret": "1:khác"}, None),
        ({"data": "p:a"}, None),
        ({"data": ""}, None),
        ({"data": "ạạạạạạạạp:a"}, None),
        ({"data": "====AAAAp:a"}, None),
        ({"data": "AAAAAAAAp:a"}, None),
    ],
)
def test_only_the_own_fresh_list_is_answered(change: dict[str, object], token: str | None) -> None:
    data = Buttons("1:bí mật", lambda: NOON).data("1", "p:a")
    later = change.get("later", timedelta())
    assert isinstance(later, timedelta)
    reading = Buttons(str(change.get("secret", "1:bí mật")), lambda: NOON + later)
    assert reading.token(str(change.get("person", "1")), str(change.get("data", data))) == token


def test_a_token_cannot_be_exchanged() -> None:
    buttons = Buttons("1:bí mật", lambda: NOON)
    assert buttons.token("1", buttons.data("1", "p:a")[:8] + "p:b") is None
