"""What a front may ask for: analyse, replay, convert, simulate; list and search for sensors, go live; say where things
are and what is wrong. A front asks this room only.

A name is loaded when it is first asked for, so that a screen is up before the filters are.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sensorcoach.app.air import HeardSensor, scan, sensors_in_the_air
    from sensorcoach.app.exports import export_session
    from sensorcoach.app.health import Check, Place, doctor, where
    from sensorcoach.app.hearing import play_samples, sound_and_speech, voice_for, voice_of
    from sensorcoach.app.known import ListedSensor, RememberedSensor, known_sensors, remembered_sensor, sensor_problems
    from sensorcoach.app.live import Live, LivePlan, go_live, let_go, live_plan, stream
    from sensorcoach.app.live_show import LiveShow
    from sensorcoach.app.log import (
        DiskUse,
        LoggedSession,
        Streak,
        Trend,
        comfort_for,
        delete_session,
        disk_use,
        log_session,
        log_unlogged,
        logged_session,
        people,
        rebuild_log,
        session_settings,
        sessions_logged,
        settings_logged,
        streak,
        target_for,
        trends,
    )
    from sensorcoach.app.many import ManyDone, analyze_into, results_of_others, sessions_under
    from sensorcoach.app.personal_file import (
        as_toml,
        check_settings,
        label_checked,
        names_target,
        personal,
        personal_file_of,
        read_personal,
        reset_personal,
        save_personal,
        settings_text,
        write_settings,
    )
    from sensorcoach.app.player import SPEEDS, Player, open_demo, open_replay
    from sensorcoach.app.radio import bluetooth
    from sensorcoach.app.recordings import StoredRecording, stored_recordings
    from sensorcoach.app.reports import (
        Observed,
        agreement_lines,
        agreement_with,
        last_session,
        observe_session,
        refuse_over_recordings,
        report_markdown,
        report_page,
        save_report,
        session_files,
        sessions_before,
        write_report,
    )
    from sensorcoach.app.safety import note_safety_notice_read, safety_notice_read
    from sensorcoach.app.sessions import (
        DEMO,
        analyze_sessions,
        import_session,
        replay_demo,
        replay_files,
        sessions_in,
        write_simulation,
    )
    from sensorcoach.app.show import Heard, Show, ShowKind, ShowListener
    from sensorcoach.batch import Failure
    from sensorcoach.kneedrop.advice import ADVICE
    from sensorcoach.session.picture import LinkPicture, PhasePicture, Picture
    from sensorcoach.sources.radio import Found
    from sensorcoach.voice import Voice

__all__ = [
    "ADVICE",
    "DEMO",
    "SPEEDS",
    "Check",
    "DiskUse",
    "Failure",
    "Found",
    "Heard",
    "HeardSensor",
    "LinkPicture",
    "ListedSensor",
    "Live",
    "LivePlan",
    "LiveShow",
    "LoggedSession",
    "ManyDone",
    "Observed",
    "PhasePicture",
    "Picture",
    "Place",
    "Player",
    "RememberedSensor",
    "Show",
    "ShowKind",
    "ShowListener",
    "StoredRecording",
    "Streak",
    "Trend",
    "Voice",
    "agreement_lines",
    "agreement_with",
    "analyze_into",
    "analyze_sessions",
    "as_toml",
    "bluetooth",
    "check_settings",
    "comfort_for",
    "delete_session",
    "disk_use",
    "doctor",
    "export_session",
    "go_live",
    "import_session",
    "known_sensors",
    "label_checked",
    "last_session",
    "let_go",
    "live_plan",
    "log_session",
    "log_unlogged",
    "logged_session",
    "names_target",
    "note_safety_notice_read",
    "observe_session",
    "open_demo",
    "open_replay",
    "people",
    "personal",
    "personal_file_of",
    "play_samples",
    "read_personal",
    "rebuild_log",
    "remembered_sensor",
    "replay_demo",
    "replay_files",
    "refuse_over_recordings",
    "report_markdown",
    "report_page",
    "reset_personal",
    "results_of_others",
    "safety_notice_read",
    "save_personal",
    "save_report",
    "scan",
    "sensor_problems",
    "sensors_in_the_air",
    "session_files",
    "session_settings",
    "sessions_before",
    "sessions_in",
    "sessions_logged",
    "sessions_under",
    "settings_logged",
    "settings_text",
    "sound_and_speech",
    "stored_recordings",
    "streak",
    "stream",
    "target_for",
    "trends",
    "voice_for",
    "voice_of",
    "where",
    "write_report",
    "write_settings",
    "write_simulation",
]

_HELD_BY = {
    "sensorcoach.app.reports": (
        "Observed",
        "agreement_lines",
        "agreement_with",
        "last_session",
        "observe_session",
        "refuse_over_recordings",
        "report_markdown",
        "report_page",
        "save_report",
        "session_files",
        "sessions_before",
        "write_report",
    ),
    "sensorcoach.app.safety": (
        "note_safety_notice_read",
        "safety_notice_read",
    ),
    "sensorcoach.app.recordings": (
        "StoredRecording",
        "stored_recordings",
    ),
    "sensorcoach.app.air": (
        "HeardSensor",
        "scan",
        "sensors_in_the_air",
    ),
    "sensorcoach.app.exports": ("export_session",),
    "sensorcoach.app.health": ("Check", "Place", "doctor", "where"),
    "sensorcoach.app.hearing": ("play_samples", "sound_and_speech", "voice_for", "voice_of"),
    "sensorcoach.app.known": (
        "ListedSensor",
        "RememberedSensor",
        "known_sensors",
        "remembered_sensor",
        "sensor_problems",
    ),
    "sensorcoach.app.live": ("Live", "LivePlan", "go_live", "let_go", "live_plan", "stream"),
    "sensorcoach.app.live_show": ("LiveShow",),
    "sensorcoach.app.log": (
        "DiskUse",
        "LoggedSession",
        "Streak",
        "Trend",
        "comfort_for",
        "delete_session",
        "disk_use",
        "log_session",
        "log_unlogged",
        "logged_session",
        "people",
        "rebuild_log",
        "session_settings",
        "sessions_logged",
        "settings_logged",
        "streak",
        "target_for",
        "trends",
    ),
    "sensorcoach.app.personal_file": (
        "as_toml",
        "check_settings",
        "label_checked",
        "names_target",
        "personal",
        "personal_file_of",
        "read_personal",
        "reset_personal",
        "save_personal",
        "settings_text",
        "write_settings",
    ),
    "sensorcoach.app.player": ("SPEEDS", "Player", "open_demo", "open_replay"),
    "sensorcoach.app.many": ("ManyDone", "analyze_into", "results_of_others", "sessions_under"),
    "sensorcoach.app.radio": ("bluetooth",),
    "sensorcoach.app.sessions": (
        "DEMO",
        "analyze_sessions",
        "import_session",
        "replay_demo",
        "replay_files",
        "sessions_in",
        "write_simulation",
    ),
    "sensorcoach.app.show": ("Heard", "Show", "ShowKind", "ShowListener"),
    "sensorcoach.batch": ("Failure",),
    "sensorcoach.session.picture": ("LinkPicture", "PhasePicture", "Picture"),
    "sensorcoach.kneedrop.advice": ("ADVICE",),
    "sensorcoach.sources.radio": ("Found",),
    "sensorcoach.voice": ("Voice",),
}
"""No name may be that of a module in here: the module would hide it."""
_MODULE_OF = {name: module for module, names in _HELD_BY.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
