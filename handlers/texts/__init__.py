"""Every sentence that users read, one file a language, as functions with typed arguments."""

from types import ModuleType

from handlers.texts import en, vi

LANGUAGES: dict[str, ModuleType] = {"vi": vi, "en": en}


def texts(language: str) -> ModuleType:
    """The sentences of `language`; Vietnamese where it is not known."""
    return LANGUAGES.get(language, vi)
