"""Receipt numbers: every single slip and every swap of neighbours is found, and what people type is understood."""

from hypothesis import given
from hypothesis import strategies as st

from reports.number import RandomCodes, check_digit, hashed, is_valid, parse, shown

NUMBERS = st.text("0123456789", min_size=9, max_size=9).map(lambda digits: digits + check_digit(digits))


@given(NUMBERS, st.integers(0, 9), st.sampled_from("0123456789"))
def test_every_wrong_digit_is_found(number: str, at: int, digit: str) -> None:
    slip = number[:at] + digit + number[at + 1 :]
    assert is_valid(slip) == (slip == number)


@given(NUMBERS, st.integers(0, 8))
def test_every_swap_of_neighbours_is_found(number: str, at: int) -> None:
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert is_valid(swapped) == (swapped == number)


@given(NUMBERS)
def test_what_people_type_is_understood(number: str) -> None:
    for typed in (
        number, shown(number), shown(number).lower(), f" cn-{number[:5]} {number[5:]} ", ".".join(number), number.replace("0", "o").replace("1", "l"),
        number.translate({ord(d): chr(ord("０") + int(d)) for d in "0123456789"}), f"#{number}",
    ):  # fmt: skip
        assert parse(typed) == number


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert parse(text) is None or is_valid(parse(text) or "")


def test_random_numbers_are_valid_and_do_not_repeat() -> None:
    codes = RandomCodes()
    numbers = {codes.number() for _ in range(2000)}
    assert len(numbers) > 1990
    assert all(is_valid(n) for n in numbers)
    assert len({n[0] for n in numbers}) == 10


def test_a_code_has_more_than_80_bits_and_is_kept_as_a_hash() -> None:
    code = RandomCodes().code()
    assert len(code) * 4 >= 80
    assert code not in hashed(code)
    assert hashed(f" {code}\n") == hashed(code)
