"""One line of the printed table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """``reached``: None where there is nothing to reach."""

    what: str
    figure: str
    goal: str
    reached: bool | None = None

    def __str__(self) -> str:
        mark = {None: "", True: "yes", False: "NO"}[self.reached]
        return f"| {self.what} | {self.figure} | {self.goal} | {mark} |"
