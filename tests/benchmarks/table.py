"""One line of the printed table, and what may be asked of it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Options:
    """``seeds``: sessions of our own simulator. ``half``: of the independent sessions; even numbers are ``dev``."""

    seeds: range = range(200)
    half: Literal["dev", "other", "both"] = "dev"
    processes: int = 2
    list_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """``reached``: None where there is nothing to reach. ``simple``: what the simple counter reaches on the same."""

    what: str
    figure: str
    goal: str
    reached: bool | None = None
    simple: str = ""

    def __str__(self) -> str:
        mark = {None: "", True: "yes", False: "NO"}[self.reached]
        return f"| {self.what} | {self.figure} | {self.simple} | {self.goal} | {mark} |"
