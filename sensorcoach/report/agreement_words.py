"""An agreement as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from sensorcoach.output.printable import printable
from sensorcoach.output.words import clock, code_words
from sensorcoach.report.agreement import Agreement

_BORDERS = {
    "drop_start_s": "start of the drop",
    "drop_end_s": "landing",
    "return_start_s": "start of the return",
    "return_end_s": "end of the return",
}


def agreement_lines(found: Agreement) -> Iterator[str]:
    """For people; a line each."""
    yield f"{printable(found.file or 'arrays')}"
    labelled = f"{found.labelled_least}"
    if found.labelled_most != found.labelled_least:
        labelled += f" to {found.labelled_most}"
    agrees = "the same" if found.count_agrees else "DIFFERENT"
    yield f"repetitions: {found.counted} counted, {labelled} labelled: {agrees}"
    for side, (counted, told) in (("left", found.left), ("right", found.right)):
        if told is not None:
            yield f"{side}: {counted} counted, {told} labelled"
    if found.pairs is None:
        return
    yield f"matched {len(found.pairs)}, missed {len(found.missed or ())}, added {len(found.added or ())}"
    if found.missed:
        yield f"missed at {', '.join(clock(t_s) for t_s in found.missed)}"
    if found.added:
        yield f"added: repetition {', '.join(str(index) for index in found.added)}"
    if found.sides_known:
        yield f"side right: {found.sides_right} of {found.sides_known}"
    if found.borders:
        yield f"{'border':<22}{'n':>5}{'median':>10}{'95 %':>10}{'bias':>10}"
    for border in found.borders:
        figures = "".join(f"{value:>8.3f} s" for value in (border.median_s, border.p95_s, border.bias_s))
        yield f"{_BORDERS[border.border]:<22}{border.n:>5}{figures}"
    if found.warnings:
        yield f"{'warning':<22}{'both':>5}{'only ours':>11}{'only labels':>13}{'precision':>11}{'recall':>8}"
    for one in found.warnings:
        counts = f"{one.both:>5}{one.only_program:>11}{one.only_labels:>13}"
        yield f"{code_words(one.code):<22}{counts}{_share(one.precision):>11}{_share(one.recall):>8}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
