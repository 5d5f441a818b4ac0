"""The channels of one service as its settings ask for them: who runs, who sends, who is knocked at by webhook."""

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from bot import build
from bot.channels import Channel
from bot.hooks import Hook
from bot.metrics import Counts
from bot.settings import Settings
from bot.web_mail import Mail
from handlers.post import Post

_log: Final = logging.getLogger(__name__)


@dataclass
class Channels:
    """What the worker sends through, what runs beside the web server, and where platforms knock; opened, not yet running."""

    mail: Mail
    senders: dict[str, Channel] = field(default_factory=dict)
    running: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)
    hooks: dict[str, Hook] = field(default_factory=dict)


def open_channels(settings: Settings, post: Post, nudge: Callable[[], None]) -> Channels:
    """The web always; Telegram, Zalo Bot and Official Account where they are set. One that is set wrongly is left out, with a line in the log."""
    channels = Channels(Mail(post, nudge, build.now))
    channels.senders["web"] = channels.mail
    for name, opened in OPENERS.items():
        try:
            opened(settings, post, nudge, channels)
        except ValueError as error:
            _log.error("%s: %s", name, error)
    return channels


def _telegram(settings: Settings, post: Post, nudge: Callable[[], None], channels: Channels) -> None:
    token, secret = settings.telegram_token.get_secret_value(), settings.telegram_webhook_secret.get_secret_value()
    if not token:
        return
    from bot.telegram import TelegramChannel

    webhook = settings.public_url
    channel = TelegramChannel(token, settings.telegram_api, post, nudge, settings.name, webhook=webhook, secret=secret)
    channels.senders["telegram"] = channel
    channels.running.append(channel.run)
    if webhook:
        channels.hooks["telegram"] = channel


def _zalo_bot(settings: Settings, post: Post, nudge: Callable[[], None], channels: Channels) -> None:
    token, secret = settings.zalo_bot_token.get_secret_value(), settings.zalo_bot_secret.get_secret_value()
    if not token:
        return
    from bot.zalo_bot import CHANNEL, ZaloBotChannel

    if settings.public_url and not (8 <= len(secret) <= 256 and secret.isascii() and secret.isprintable() and " " not in secret):
        raise ValueError("CAUNOI_ZALO_BOT_SECRET cần 8–256 chữ không dấu, chữ số hoặc dấu khi nhận bằng webhook; kênh không mở.")
    webhook = f"{settings.public_url.rstrip('/')}/hook/zalo-bot" if settings.public_url else ""
    channel = ZaloBotChannel(token, settings.zalo_bot_api, post, nudge, settings.name, webhook=webhook, secret=secret)
    channels.senders[CHANNEL] = channel
    channels.running.append(channel.run)
    if webhook:
        channels.hooks["zalo-bot"] = channel


def _zalo_oa(settings: Settings, post: Post, nudge: Callable[[], None], channels: Channels) -> None:
    if not settings.zalo_oa_app_id:
        return
    from bot.zalo_oa import CHANNEL

    channel = zalo_oa(settings, post, nudge)
    channels.senders[CHANNEL] = channel
    channels.running.append(channel.run)
    channels.hooks["zalo-oa"] = channel


OPENERS: Final = {"Telegram": _telegram, "Zalo Bot": _zalo_bot, "Zalo OA": _zalo_oa}


def zalo_oa(settings: Settings, post: Post, nudge: Callable[[], None] = lambda: None) -> Any:
    """The Official Account's channel; ValueError where a secret is missing: without it anybody could speak in its name."""
    from bot.zalo_oa import ZaloOaChannel

    app_secret, oa_secret = settings.zalo_oa_app_secret.get_secret_value(), settings.zalo_oa_secret.get_secret_value()
    if not app_secret or not oa_secret:
        raise ValueError("cần cả CAUNOI_ZALO_OA_APP_SECRET và CAUNOI_ZALO_OA_SECRET; kênh không mở.")
    return ZaloOaChannel(
        settings.zalo_oa_app_id, app_secret, oa_secret, settings.zalo_oa_api, settings.zalo_oa_oauth, post, nudge, settings.name,
        settings.data_dir / "zalo_oa_token",
    )  # fmt: skip


async def counts(post: Post) -> Counts:
    """What stands in the queues, for the metrics."""
    async with post.look() as work:
        return {"inbox": await work.threads.backlog(), "outbox": await work.threads.standing()}


async def answers(post: Post) -> None:
    """Ask the database something small."""
    async with post.look() as work:
        await work.inbox.waiting("web", "")
