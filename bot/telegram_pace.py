"""How fast and how much the Telegram channel does."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Times in seconds and bounds of the channel."""

    poll: int = 25  # how long Telegram holds a request for news
    request: int = 30
    retry_first: float = 0.5  # doubled at each failure
    retry_most: float = 30.0
    send_tries: int = 8
    typing_after: float = 0.3  # most answers are there sooner, and then "typing" would only follow them
    typing_every: float = 4.5  # Telegram shows it for five
    conflict: float = 15.0
    drain: float = 3.0  # for what is queued when the channel is stopped
    answers: int = 4  # conversations answered at the same time
    each_chat: int = 50
    all_chats: int = 1000  # no more is fetched while so many wait
    remembered: int = 10_000  # updates known as already taken

    def after(self, failures: int) -> float:
        """The wait after so many failures in a row, spread so that not all come back at once."""
        doubled: float = self.retry_first * 2 ** min(failures - 1, 16)
        return min(doubled, self.retry_most) * random.uniform(0.8, 1.2)  # noqa: S311
