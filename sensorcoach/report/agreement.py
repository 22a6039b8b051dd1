"""How well an analysis agrees with labels made by hand: count, borders, sides, warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from sensorcoach.model import Rep, Result, Severity
from sensorcoach.report.truth import BORDERS, LabelledRep, Truth

_SPOKEN: tuple[Severity, ...] = ("warn", "severe")


class BorderError(msgspec.Struct, frozen=True, kw_only=True):
    """Size of the error of one border over the matched repetitions, s. ``bias_s``: median with its sign (late: > 0)."""

    border: str
    n: int
    median_s: float
    p95_s: float
    bias_s: float


class WarningAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """One warning (severity warn or severe, notes left out) over the matched, graded repetitions.

    ``precision``: share of the program's that the labels have too; ``recall``: share of the labels' that the program
    has too; None where there is none.
    """

    code: str
    both: int
    only_program: int
    only_labels: int
    precision: float | None
    recall: float | None


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """``labelled_least`` and ``labelled_most``: they differ where a repetition was cut by the recording's end.

    ``pairs``: time of a label (s) and the index of the repetition that matches it. ``missed``: times of labels that no
    repetition matches; ``added``: indices of repetitions that no label matches. ``sides_right`` of ``sides_known``
    matched pairs in which both know the side. Without labels of single repetitions only the counts are compared.
    """

    file: str | None
    counted: int
    labelled_least: int
    labelled_most: int
    count_agrees: bool
    left: tuple[int, int | None]
    """Counted, labelled."""
    right: tuple[int, int | None]
    pairs: tuple[tuple[float, int], ...] | None
    missed: tuple[float, ...] | None
    added: tuple[int, ...] | None
    sides_known: int
    sides_right: int
    borders: tuple[BorderError, ...]
    warnings: tuple[WarningAgreement, ...]


def agreement(result: Result, truth: Truth) -> Agreement:
    """Compare a session's result with what was labelled."""
    matched = None if truth.reps is None else _matched(result.reps, truth.reps)
    pairs = matched or []
    found = {rep.index for _, rep in pairs}
    labelled = {id(label) for label, _ in pairs}
    known = [(label.side, rep.side) for label, rep in pairs if label.side is not None and rep.side is not None]
    return Agreement(
        file=result.file,
        counted=len(result.reps),
        labelled_least=truth.least,
        labelled_most=truth.most,
        count_agrees=truth.least <= len(result.reps) <= truth.most,
        left=(result.summary.left, truth.left),
        right=(result.summary.right, truth.right),
        pairs=None if matched is None else tuple((label.time_s, rep.index) for label, rep in pairs),
        missed=None if truth.reps is None else tuple(label.time_s for label in truth.reps if id(label) not in labelled),
        added=None if matched is None else tuple(rep.index for rep in result.reps if rep.index not in found),
        sides_known=len(known),
        sides_right=sum(one == other for one, other in known),
        borders=tuple(_border_errors(pairs)),
        warnings=tuple(_warnings(pairs, truth.judged)),
    )


def _matched(reps: Sequence[Rep], labels: Sequence[LabelledRep]) -> list[tuple[LabelledRep, Rep]]:
    """Each label with the repetition that covers most of its time, the longest overlaps first; each at most once."""
    overlaps = sorted(
        ((_overlap_s(rep, label), -place, rep, label) for place, label in enumerate(labels) for rep in reps),
        key=lambda one: one[:2],
        reverse=True,
    )
    free_reps, free_labels = {rep.index for rep in reps}, {id(label) for label in labels}
    pairs = []
    for overlap_s, _, rep, label in overlaps:
        if overlap_s > 0.0 and rep.index in free_reps and id(label) in free_labels:
            pairs.append((label, rep))
            free_reps.remove(rep.index)
            free_labels.remove(id(label))
    return sorted(pairs, key=lambda pair: pair[0].time_s)


def _overlap_s(rep: Rep, label: LabelledRep) -> float:
    """Time both have in common, s. A label that is one instant has all of the repetition it lies in, else nothing."""
    start_s, end_s = label.borders.get("drop_start_s"), label.borders.get("return_end_s")
    if start_s is None or end_s is None:
        inside = rep.drop_start_s <= label.time_s < rep.return_end_s
        return rep.return_end_s - rep.drop_start_s if inside else 0.0
    return min(end_s, rep.return_end_s) - max(start_s, rep.drop_start_s)


def _border_errors(pairs: Sequence[tuple[LabelledRep, Rep]]) -> Iterator[BorderError]:
    for border in BORDERS:
        errors_s = np.array(
            [getattr(rep, border) - label.borders[border] for label, rep in pairs if border in label.borders]
        )
        if errors_s.size:
            yield BorderError(
                border=border,
                n=errors_s.size,
                median_s=float(np.median(np.abs(errors_s))),
                p95_s=float(np.percentile(np.abs(errors_s), 95.0)),
                bias_s=float(np.median(errors_s)),
            )


def _warnings(pairs: Sequence[tuple[LabelledRep, Rep]], judged: frozenset[str] | None) -> Iterator[WarningAgreement]:
    graded = [(label.warnings, rep) for label, rep in pairs if label.warnings is not None and rep.graded]
    told = [
        (
            {code for code, severity in labels.items() if severity in _SPOKEN},
            {warning.code for warning in rep.warnings if warning.severity in _SPOKEN},
        )
        for labels, rep in graded
    ]
    codes = {code for labels, program in told for code in labels | program}
    for code in sorted(codes if judged is None else codes & judged):
        both = sum(code in labels and code in program for labels, program in told)
        only_program = sum(code in program and code not in labels for labels, program in told)
        only_labels = sum(code in labels and code not in program for labels, program in told)
        yield WarningAgreement(
            code=code,
            both=both,
            only_program=only_program,
            only_labels=only_labels,
            precision=both / (both + only_program) if both + only_program else None,
            recall=both / (both + only_labels) if both + only_labels else None,
        )
