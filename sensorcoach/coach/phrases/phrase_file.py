"""One language's phrase file, read and spoken."""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from sensorcoach.errors import SettingsError
from sensorcoach.model import Cue

Value = float | int | str

_SUFFIX: Final = ".toml"
_SENTENCES: Final = frozenset({"well", "next"})
"""Values that name another phrase: a summary is two sentences, each chosen for itself."""


class _Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    spoken: str
    shown: str


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number with its noun: one repetition, several repetitions."""

    one: str
    other: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    language: str
    numbers: tuple[str, ...]
    sides: dict[str, str]
    forms: dict[str, _Form]
    phrases: dict[str, _Phrase]


class Phrases:
    """The words of one language. Numbers and sides are put in by the file's own rules."""

    def __init__(self, file: _File) -> None:
        self._file = file

    @property
    def language(self) -> str:
        """Its code, ``en``: what a voice is chosen by."""
        return self._file.language

    @property
    def keys(self) -> frozenset[str]:
        """All phrases there are."""
        return frozenset(self._file.phrases)

    def spoken(self, cue: Cue) -> str:
        """The sentence to say, numbers in words. KeyError for a phrase that is none."""
        return self._sentence(cue.phrase, dict(cue.values), aloud=True)

    def shown(self, cue: Cue) -> str:
        """A few words for a line of text, numbers in digits. KeyError for a phrase that is none."""
        return self.brief(cue.phrase, **dict(cue.values))

    def brief(self, phrase: str, **values: Value) -> str:
        """What `shown` gives for a cue of this phrase."""
        return self._sentence(phrase, values, aloud=False)

    def placeholders(self, phrase: str) -> frozenset[str]:
        """Names of the values that stand in it, spoken or shown."""
        said = self._file.phrases[phrase]
        parts = [*string.Formatter().parse(said.spoken), *string.Formatter().parse(said.shown)]
        return frozenset(name for _, name, _, _ in parts if name)

    def _sentence(self, phrase: str, values: Mapping[str, Value], *, aloud: bool) -> str:
        said = self._file.phrases[phrase]
        template = said.spoken if aloud else said.shown
        words = {name: self._word(name, values, aloud=aloud) for name in self.placeholders(phrase)}
        return template.format_map(words)

    def _word(self, name: str, values: Mapping[str, Value], *, aloud: bool) -> str:
        value = values[name]
        if name in _SENTENCES:
            return self._sentence(str(value), values, aloud=aloud)
        if name in self._file.forms:
            form = self._file.forms[name]
            chosen = form.one if value == 1 else form.other
            return chosen.format(number=self._number(value, aloud=aloud))
        if isinstance(value, str):
            return self._file.sides.get(value, value)
        return self._number(value, aloud=aloud)

    def _number(self, value: Value, *, aloud: bool) -> str:
        numbers = self._file.numbers
        if aloud and value in range(len(numbers)):
            return numbers[int(value)]
        return f"{value:g}" if isinstance(value, float) else str(value)


def languages() -> tuple[str, ...]:
    """Codes of the languages there are."""
    names = (entry.name for entry in files("sensorcoach.coach.phrases").iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


@cache
def phrases(language: str) -> Phrases:
    """The words of ``language``, by its code.

    Raises:
        SettingsError: there is no such language; names those there are.
    """
    if language not in languages():
        there_are = ", ".join(languages())
        raise SettingsError(f"There are no phrases in the language {language!r}.", f"Choose one of: {there_are}.")
    text = files("sensorcoach.coach.phrases").joinpath(language + _SUFFIX).read_text(encoding="utf-8")
    try:
        return Phrases(msgspec.toml.decode(text, type=_File))
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise SettingsError(f"{language}{_SUFFIX} cannot be used: {error}.", "Compare it with en.toml.") from error
