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
    side_tries: int = 8  # of what may be left undone: descriptions, commands
    typing_after: float = 0.3  # most answers are there sooner, and then "typing" would only follow them
    typing_every: float = 4.5  # Telegram shows it for five
    conflict: float = 15.0
    refused: float = 300.0  # what is to be sent waits so long where Telegram has refused the token
    drain: float = 5.0  # for what is being sent when the channel is stopped
    fetch: int = 25  # one file
    fetch_tries: int = 3
    webhook: float = 180.0  # how often it is looked at
    turn_most: float = 3.0  # a sender waits no longer for the limit of one chat
    send_most: float = 30.0  # of one reply; the worker's claim on it lasts twice as long
    each_chat: int = 50  # messages of one person that may wait

    def after(self, failures: int) -> float:
        """The wait after so many failures in a row, spread so that not all come back at once."""
        doubled: float = self.retry_first * 2 ** min(failures - 1, 16)
        return min(doubled, self.retry_most) * random.uniform(0.8, 1.2)  # noqa: S311
