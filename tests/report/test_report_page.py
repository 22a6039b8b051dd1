"""The page of a report, read by parsers that know nothing of it."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import msgspec
import numpy as np
import pytest

from sensorcoach.choices import Choices
from sensorcoach.importers import recording_of_arrays
from sensorcoach.model import Correction
from sensorcoach.report.content import SIMULATED, content_of
from sensorcoach.report.markdown import as_markdown, escaped
from sensorcoach.report.observed import Observed, observe_files, observe_recording
from sensorcoach.report.page import as_page
from tests.report.hostile import BACKWARDS, IMAGE, MARKDOWN, RECORDINGS, SCRIPT, SVG, TEMPLATE, write_hostile
from tests.report.reading import Page, read

MIXED = RECORDINGS / "mixed.jsonl.gz"
TRUTH = json.loads((RECORDINGS / "mixed.expected.json").read_text())["reps"]


def observe(file: Path) -> Observed:
    return observe_files([file], Choices())


@pytest.fixture(scope="module")
def mixed() -> Observed:
    return observe(MIXED)


@pytest.fixture(scope="module")
def html(mixed: Observed) -> str:
    before = dict(matplotlib.rcParams)
    page = as_page([mixed])
    assert dict(matplotlib.rcParams) == before, "something of the drawing stayed behind"
    return page


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return read(html)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Observed:
    return observe(write_hostile(tmp_path_factory.mktemp("hostile") / "<b onclick=x>.jsonl"))


@pytest.fixture(scope="module")
def hostile_page(hostile: Observed) -> Page:
    return read(as_page([hostile]))


# --- what it may not do ----------------------------------------------------------------------------------------------


def pages() -> list[str]:
    return ["page", "hostile_page"]


@pytest.mark.parametrize("name", pages())
def test_it_runs_nothing_and_fetches_nothing(name: str, request: pytest.FixtureRequest) -> None:
    seen: Page = request.getfixturevalue(name)
    assert not {"script", "img", "iframe", "object", "embed", "link"} & {tag for tag, _ in seen.elements}
    for tag, attributes in seen.elements:
        assert not [key for key in attributes if key.startswith("on")], (tag, attributes)
        assert "src" not in attributes
        for key in ("href", "xlink:href"):
            assert (attributes.get(key) or "#").startswith("#"), (tag, attributes)
    policies = [a["content"] for tag, a in seen.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


@pytest.mark.parametrize("name", pages())
def test_its_elements_are_closed_in_order(name: str, request: pytest.FixtureRequest) -> None:
    seen: Page = request.getfixturevalue(name)
    assert seen.unbalanced == []
    assert seen.open == []


def test_hostile_words_are_words(hostile_page: Page) -> None:
    for words in (SCRIPT, IMAGE, SVG, TEMPLATE, MARKDOWN.split("\\")[0].strip(), "<b onclick=x>.jsonl"):
        assert words in hostile_page.text, words
    assert "1337" not in hostile_page.text
    assert "\u202e" not in hostile_page.text
    assert "\x1b" not in hostile_page.text
    assert "abc\\u202etxt.exe\\x1b[31m" in hostile_page.text
    assert BACKWARDS.startswith("abc")


def test_the_probe_sees_what_is_forbidden() -> None:
    seen = read(f"<p>{SCRIPT}<a href='http://evil.test' onclick=x>")
    assert "script" in {tag for tag, _ in seen.elements}
    assert any("onclick" in attributes for _, attributes in seen.elements)
    assert seen.unbalanced or seen.open


def test_hostile_words_are_words_in_markdown_too(hostile: Observed) -> None:
    told = as_markdown([hostile.result])
    assert "<" not in told
    assert not re.search(r"(?<!\\)\]\(", told)
    assert SCRIPT not in told
    assert escaped("a|b") == "a\\|b"
    assert escaped("<b>&") == "&lt;b&gt;&amp;"
    rows = [line for line in told.splitlines() if line.startswith("|")]
    assert rows
    assert all(row.endswith("|") for row in rows)


# --- what it says ----------------------------------------------------------------------------------------------------


def rows_of(html: str, caption: str) -> list[list[str]]:
    table = next(one for one in re.findall(r"<table.*?</table>", html, re.DOTALL) if caption in one)
    body = table[table.index("<tbody>") :]
    return [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)]


def test_count_and_verdict_come_first(page: Page) -> None:
    before, _, _ = page.text.partition("The session")
    assert "6 repetitions: 3 left, 3 right" in before
    assert "Abrupt landing (repetition 2, 5) severe" in before
    assert "Simulated: nobody moved for this session. It never happened." in before
    assert page.text.index("6 repetitions") < page.text.index("Limits and settings in force")


def test_each_repetition_is_the_true_one(html: str) -> None:
    """Truth: the simulated leg, not the analysis."""
    rows = rows_of(html, "Repetition by repetition")
    assert [row[2] for row in rows] == [rep["side"] for rep in TRUTH]
    for row, rep in zip(rows, TRUTH, strict=True):
        assert float(row[3]) == pytest.approx(rep["range_deg"], abs=2.0)
        assert float(row[4]) == pytest.approx(rep["drop_time_s"], abs=0.15)
        assert float(row[5]) == pytest.approx(rep["hold_s"], abs=0.3)
        severe = {code for code, level in rep["levels"].items() if level == "severe"}
        assert all(code.replace("_", " ") in row[7] for code in severe)
        assert ("severe:" in row[7]) == bool(severe)


def test_every_section_asked_for_is_there(page: Page) -> None:
    for heading in (
        "The session", "Repetition by repetition", "How alike the repetitions are", "The landings", "The holds",
        "One side and the other", "For a physiotherapist", "How good the recording is", "What one sensor cannot know",
        "Limits and settings in force",
    ):  # fmt: skip
        assert heading in page.text
    for words in ("samples lost", "gaps", "at the end of the sensor's range", "sensorcoach", "phases", "r_min_deg 15"):
        assert words in page.text


def test_thigh_roll_is_never_called_more_and_nothing_medical_is_claimed(html: str) -> None:
    assert "lumbar" not in html.lower()
    assert "the roll of a thigh is not the rotation of the back" in html
    assert "This is not a medical device" in html
    assert not re.search(r"\b(diagnos|treat|heal|cure|therapy for)", html, re.IGNORECASE)


def test_what_the_person_told_is_told(hostile_page: Page) -> None:
    before, _, _ = hostile_page.text.partition("The session")
    assert "It hurt at 0:22" in before
    assert "Mark 1 at 0:12" in before
    assert "pain 1" in hostile_page.text
    assert "mark 2" in hostile_page.text


def test_corrections_are_told_beside_what_was_detected(mixed: Observed) -> None:
    detected = mixed.result
    summary = msgspec.structs.replace(detected.summary, corrected_left=2, corrected_right=4)
    undone = (Correction(t_s=12.0, change=-1, side="left", direction=1, rep=1), Correction(t_s=30.0, change=1))
    content = content_of(msgspec.structs.replace(detected, corrections=undone, summary=summary))
    assert content.told == (
        "At 0:12 repetition 1 to the left was taken back.",
        "At 0:30 a repetition was added by hand.",
        "With these corrections: 2 left, 4 right. The figures below are of what was detected.",
    )
    assert content.headline == "6 repetitions: 3 left, 3 right"
    assert ["taken back" in row[-1] for row in content.reps.rows] == [True, False, False, False, False, False]


def test_only_a_simulated_session_is_called_so(mixed: Observed, tmp_path: Path) -> None:
    real = observe(write_hostile(tmp_path / "r.jsonl", simulated=False)).result
    assert not content_of(real).simulated
    assert SIMULATED not in as_markdown([real])
    assert SIMULATED in as_markdown([mixed.result])


def test_settings_that_were_changed_are_named() -> None:
    content = content_of(observe_files([MIXED], Choices(presets=("rocking",))).result)
    assert ("limits.hold_target_s", "0 (default 4)") in content.changed_settings
    assert "hold_target_s" not in dict(content.usual_settings)["limits"]


def test_a_session_without_a_repetition_has_a_page_too() -> None:
    still = np.tile((0.0, 0.0, 9.81), (1500, 1))
    nothing = observe_recording(recording_of_arrays(np.arange(1500) / 100.0, still, None), None, Choices())
    seen = read(as_page([nothing]))
    assert "No repetition" in seen.text
    assert "Nothing was counted." in seen.text
    assert seen.unbalanced == []


def test_several_sessions_have_a_trend_and_their_settings_once(hostile: Observed) -> None:
    seen = read(as_page([hostile, observe(RECORDINGS / "accelerometer_only.jsonl.gz")]))
    assert "2 sessions" in seen.text
    assert "Over the sessions" in seen.text
    assert "Without a gyroscope landings are not graded" in seen.text
    assert "no gyroscope: landings, catches and jerkiness were not graded" in seen.text
    assert seen.text.count("What one sensor cannot know") == 1
    assert seen.text.count("Limits and settings in force") == 1
    assert seen.unbalanced == []
    ids = Counter(attributes["id"] for _, attributes in seen.elements if attributes.get("id"))
    assert {name for name, n in ids.items() if n > 1} == set()


# --- the pictures ----------------------------------------------------------------------------------------------------


def pictures(html: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]


def test_each_picture_is_xml_with_a_title_and_words_for_those_who_do_not_see_it(html: str) -> None:
    found = pictures(html)
    assert len(found) == 5
    for svg in found:
        name, words = (svg.find(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc"))
        assert name is not None
        assert words is not None
        assert svg.get("role") == "img"
        assert svg.get("aria-labelledby") == f"{name.get('id')} {words.get('id')}"
        assert len(words.text or "") > 20


def test_what_a_picture_refers_to_is_its_own(html: str) -> None:
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    referred = set(re.findall(r'(?:url\(|href=")#([^")]*)', html))
    assert referred
    assert referred <= set(ids)


def test_the_roll_drawn_is_the_roll_of_the_leg(mixed: Observed) -> None:
    """The landing of each repetition, as far from the centre and to that side as the simulated leg was."""
    for rep in TRUTH:
        at = int(np.searchsorted(mixed.trace.t_s, rep["drop_end_s"] + 0.2))
        assert mixed.trace.roll_deg[at] == pytest.approx(rep["direction"] * rep["range_deg"], abs=2.5)
    rest = mixed.trace.roll_deg[mixed.trace.t_s < TRUTH[0]["drop_start_s"] - 0.3]
    assert np.abs(rest).max() < 3.0


def test_what_was_seen_late_is_drawn_from_the_start() -> None:
    """Nobody told how the sensor sits: what is known late is drawn as well, to the side it was."""
    recording = RECORDINGS / "good.jsonl.gz"
    observed = observe_files([recording], Choices(mounting=dict.fromkeys(("leg", "up_leg"))))
    for rep in observed.result.reps:
        inside = (observed.trace.t_s >= rep.drop_start_s) & (observed.trace.t_s < rep.return_end_s)
        assert np.isfinite(observed.trace.roll_deg[inside]).all()
        assert np.sign(np.median(observed.trace.roll_deg[inside])) == rep.direction


# --- the same page from the same recording ---------------------------------------------------------------------------

AGAIN = """
import sys
from pathlib import Path
from sensorcoach.choices import Choices
from sensorcoach.report.observed import observe_files
from sensorcoach.report.page import as_page
sys.stdout.buffer.write(as_page([observe_files([Path(sys.argv[1])], Choices())]).encode())
"""


@pytest.mark.slow
def test_equal_input_gives_equal_bytes_whatever_the_computer_prefers(html: str, tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("axes.facecolor: red\nfont.size: 31\nsvg.hashsalt: other\n")
    odd = os.environ | {"MATPLOTLIBRC": str(tmp_path), "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", AGAIN, str(MIXED)], capture_output=True, check=True, env=odd)
    assert done.stdout.decode() == html
