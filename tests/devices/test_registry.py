"""Other packages' sensors: found by entry points, loaded when asked for, and never in the way of the others."""

import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from plugins import install
from talking import Talking

from sensorcoach import analyze
from sensorcoach.devices import plugin_problems, profile_named, profile_names, radio_profiles
from sensorcoach.devices.registry import RADIO_PROFILES
from sensorcoach.errors import DecodeError, RecordingError
from sensorcoach.model import Mounting, Packet
from sensorcoach.pipeline import Pipeline
from sensorcoach.recording import Header, SessionWriter
from sensorcoach.settings import Settings
from tests.conversing import converse

NOTE = Path(__file__).resolve().parents[2] / "firmware_notes" / "adding-a-sensor.md"
OUR_OWN = ("samples", "open", "witmotion")


@pytest.fixture
def packages(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [name for name, module in sys.modules.items() if str(folder) in str(getattr(module, "__file__", ""))]:
        del sys.modules[name]


@pytest.fixture
def acme(packages):
    """The example of the note, installed as the note says."""
    text = NOTE.read_text(encoding="utf-8")
    (source,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (project,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    entry_points = tomllib.loads(project)["project"]["entry-points"]["sensorcoach.profiles"]
    install(packages, "acme", entry_points, {"acme_tag": source})
    return text


def test_our_own_are_there_without_any_package():
    assert profile_names()[:3] == OUR_OWN
    assert [profile.name for profile in radio_profiles()][:2] == ["open", "witmotion"]


def test_the_notes_example_decodes_its_payload(acme):
    profile = profile_named("acme-tag")
    (payload,) = re.findall(r"```\ntag ([0-9A-F\s]+)```", acme)
    _, decoded = profile.decode(profile.initial({}), Packet("knee", "tag", 3.0, bytes.fromhex(payload)))
    np.testing.assert_allclose(decoded.acc / 9.80665, [[0, -1, 0.5]], atol=1e-12)
    assert decoded.t_s.tolist() == [3.0]
    assert decoded.gyr is None


class TalkingTag(Talking):
    writes_to = "command"
    missing = ()

    def __init__(self):
        super().__init__(battery=b"\x0a")
        self.got = []

    def written(self, payload):
        self.got.append(payload)


@pytest.mark.usefixtures("acme")
def test_the_notes_example_can_be_streamed():
    (profile,) = [one for one in radio_profiles() if one.name == "acme-tag"]
    assert profile.advertised.matches("Acme 7", [])
    sensor = TalkingTag()
    assert converse(profile.start(), sensor).rate_hz == 50
    converse(profile.stop(), sensor)
    assert sensor.got == [b"\x01", b"\x00"]
    assert converse(profile.battery(), sensor).low
    assert plugin_problems() == ()


def tag_packets(seconds):
    """A sensor lying still for so long: 50 samples a second, number 65500 first."""
    number = np.arange(round(50 * seconds))
    return [
        Packet("knee", "tag", 0.03 + n / 50, int((65500 + n) % 65536).to_bytes(2, "little") + b"\0\0\0\0\xe8\x03")
        for n in number.tolist()
    ]


@pytest.mark.usefixtures("acme")
def test_a_recording_of_the_notes_example_is_analysed(tmp_path):
    path = tmp_path / "tag.jsonl"
    with SessionWriter(path, Header(profile="acme-tag")) as writer:
        for packet in tag_packets(20):
            writer.append(packet)
    result = analyze(path)
    assert result.samples == 1000
    assert result.rate_hz == pytest.approx(50, rel=0.01)
    assert result.counts["lost"] == 0


def test_without_the_package_such_a_recording_says_what_is_missing(tmp_path):
    path = tmp_path / "tag.jsonl"
    SessionWriter(path, Header(profile="acme-tag")).close()
    with pytest.raises(RecordingError, match="'acme-tag'.*package"):
        analyze(path)


GOOD = "class P:\n    name = 'good'\n    label = 'Good'\n    counts_loss = True\n" + "".join(
    f"    def {word}(self, *given): raise ZeroDivisionError('oops')\n"
    for word in ("initial", "decode", "decode_all", "reconnected")
)


def test_broken_packages_are_told_and_hurt_nobody(packages):
    modules = {
        "syntax_error": "def (",
        "raises": "raise RuntimeError('at import')",
        "half": "class P:\n    name = 'half'\nPROFILE = P()",
        "half_radio": GOOD.replace("good", "half-radio") + "    advertised = None\nPROFILE = P()",
        "silent": GOOD.replace("good", "silent")
        + "".join(f"    {name} = None\n" for name in ("about", "advertised", "channels", "data_channel"))
        + "    start = stop = battery = None\nPROFILE = P()",
        "misnamed": GOOD + "PROFILE = P()",
        "impostor": GOOD.replace("good", "open") + "PROFILE = P()",
        "no_decoder": GOOD + "PROFILE = P()",
    }
    entry_points = {
        "syntax": "syntax_error:PROFILE",
        "raises": "raises:PROFILE",
        "absent": "there_is_none:PROFILE",
        "half": "half:PROFILE",
        "half-radio": "half_radio:PROFILE",
        "silent": "silent:PROFILE",
        "misnamed": "misnamed:PROFILE",
        "open": "impostor:PROFILE",
        "Bad Name": "no_decoder:PROFILE",
        "good": "no_decoder:PROFILE",
    }
    install(packages, "broken", entry_points, modules)
    assert radio_profiles() == RADIO_PROFILES
    problems = {problem.name: problem for problem in plugin_problems()}
    assert set(problems) == set(entry_points) - {"good"}
    assert {problem.package for problem in problems.values()} == {"broken 1.2"}
    for name, words in {
        "syntax": "SyntaxError",
        "raises": "at import",
        "absent": "there_is_none",
        "half": "decode_all",
        "half-radio": "channels",
        "silent": "About",
        "misnamed": "'good'",
        "open": "built in",
        "Bad Name": "small letters",
    }.items():
        assert words in problems[name].reason
    assert profile_named("open").label == "sensorcoach open format"
    with pytest.raises(DecodeError, match="at import"):
        profile_named("raises")


def test_of_two_packages_with_one_name_the_first_is_taken_and_the_other_told(packages):
    one = GOOD.replace("'Good'", "'One'") + "PROFILE = P()"
    install(packages, "alpha", {"good": "alpha_mod:PROFILE"}, {"alpha_mod": one})
    install(packages, "beta", {"good": "beta_mod:PROFILE"}, {"beta_mod": GOOD + "PROFILE = P()"})
    assert profile_named("good").label == "One"
    (problem,) = plugin_problems()
    assert problem.package == "beta 1.2"
    assert "alpha" in problem.reason


def test_a_decoder_that_fails_ends_no_session(packages):
    failing = GOOD.replace("'Good'", "'Failing'").replace(
        "def initial(self, *given): raise ZeroDivisionError('oops')", "def initial(self, *given): return None"
    )
    install(packages, "failing", {"good": "failing_mod:PROFILE"}, {"failing_mod": failing + "PROFILE = P()"})
    pipeline = Pipeline(profile_named("good"), {}, Mounting(), Settings())
    pipeline.push_all([Packet("knee", "x", 0.1 * n, b"") for n in range(3)])
    assert pipeline.undecodable == 3
    assert "ZeroDivisionError" in pipeline.first_undecodable
    assert "failing 1.2" in pipeline.first_undecodable


def test_a_built_in_profile_loads_no_package(packages):
    install(packages, "loud", {"loud": "loud:PROFILE"}, {"loud": "raise SystemExit('loaded')"})
    profile_named("witmotion")
    assert "loud" in profile_names()
    assert "loud" not in sys.modules
