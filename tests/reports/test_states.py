"""States: each is a draft, open or closed, and the table of what follows is complete."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from reports.acts import moved
from reports.errors import NotAllowed
from reports.model import Actor, Author, Report
from reports.states import FOLLOWS, State

AT = datetime(2026, 11, 25, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def test_every_state_is_a_draft_or_open_or_closed() -> None:
    for state in State:
        assert [state is State.DRAFT, state.is_open, state.is_closed].count(True) == 1
    assert set(FOLLOWS) == set(State)


def test_a_closed_report_can_only_be_reopened() -> None:
    assert all(FOLLOWS[s] == {State.REOPENED} for s in State if s.is_closed)


def test_nothing_becomes_a_draft_again() -> None:
    assert not any(State.DRAFT in after for after in FOLLOWS.values())


def reachable(start: State) -> Iterator[State]:
    seen, new = set[State](), {start}
    while new:
        seen |= new
        new = {s for n in new for s in FOLLOWS[n]} - seen
    yield from seen


def test_every_state_can_be_reached_from_a_draft() -> None:
    assert set(reachable(State.DRAFT)) == set(State)


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_a_move_is_written_down_or_refused(before: State, after: State) -> None:
    report = Report("r", None, state=before)
    if not before.may_become(after):
        with pytest.raises(NotAllowed) as refused:
            moved(report, after, Actor(Author.OFFICIAL, "Lan"), AT)
        assert (refused.value.state, refused.value.wanted) == (before, after)
        return
    changed, line = moved(report, after, Actor(Author.OFFICIAL, "Lan"), AT, "vì sao")
    assert changed.state is after
    assert (changed.closed_at is not None) == after.is_closed
    assert (line.who, line.before, line.after, line.why, line.at) == ("official:Lan", before, after, "vì sao", AT)
