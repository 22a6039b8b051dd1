"""A list that never grows beyond a length, and how many there were."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """``items``: the last ``keep`` of ``in_all``, the newest last."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self.items: tuple[T, ...] = ()
        self.in_all = 0

    def add(self, item: T) -> None:
        """One more."""
        self.items = (*self.items[-self._keep + 1 :], item)
        self.in_all += 1
