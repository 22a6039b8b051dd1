"""What is said to these sensors, and what comes of it; they answer by the firmware notes (`answering`)."""

import pytest
from answering import AnsweringMetaMotion, AnsweringMovesense, AnsweringPolar
from vectors import from_note

from sensorcoach.devices.conversation import Battery
from sensorcoach.devices.metamotion import METAMOTION
from sensorcoach.devices.movesense import MOVESENSE
from sensorcoach.devices.polar import POLAR
from sensorcoach.errors import SensorError
from tests.conversing import converse


def words(*texts):
    return [bytes.fromhex(text) for text in texts]


# --- Movesense --------------------------------------------------------------------------------------------------------


def path(kind, reference, text):
    return bytes([kind, reference]) + text.encode() + b"\0"


def test_a_movesense_is_asked_for_ranges_and_subscribed_to():
    sensor = AnsweringMovesense()
    started = converse(MOVESENSE.start(), sensor)
    assert sensor.writes == [
        path(4, 2, "/Meas/Acc/Config"),
        path(4, 3, "/Meas/Gyro/Config"),
        path(1, 104, "/Meas/IMU6/104"),
    ]
    assert started.rate_hz == 104
    assert started.identity == "123456789012"
    assert started.doubts == ()
    assert started.device_settings["acc_range_g"] == 8
    assert started.device_settings["gyr_range_dps"] == 500
    converse(MOVESENSE.stop(), sensor)
    assert sensor.paths == {}


def test_a_movesense_that_refuses_104_hz_sends_52():
    started = converse(MOVESENSE.start(), AnsweringMovesense(statuses={"/Meas/IMU6/104": 404}))
    assert started.rate_hz == 52
    assert "52" in started.doubts[0]


def test_a_subscription_of_a_connection_that_is_gone_is_ended_first():
    sensor = AnsweringMovesense(left_on=(104,))
    started = converse(MOVESENSE.start(), sensor)
    assert started.rate_hz == 104
    assert started.doubts == ()
    assert sensor.writes[-3:] == [
        path(1, 104, "/Meas/IMU6/104"),
        bytes([2, 104]),
        path(1, 104, "/Meas/IMU6/104"),
    ]


def test_a_movesense_that_tells_no_ranges_streams_with_a_doubt():
    started = converse(MOVESENSE.start(), AnsweringMovesense(silent=("/Meas/Acc/Config",), gyr_dps=77))
    assert started.rate_hz == 104
    assert "ranges" in started.doubts[0]


def test_stock_firmware_is_told_with_what_to_do():
    with pytest.raises(SensorError) as error:
        converse(MOVESENSE.start(), AnsweringMovesense(stock=True))
    assert "stock firmware" in error.value.message
    assert "GSP" in error.value.advice
    assert "firmware_notes/movesense.md" in error.value.advice


@pytest.mark.parametrize("status", [404, 409, None])
def test_a_movesense_that_agrees_to_nothing(status):
    both = {f"/Meas/IMU6/{rate}": status for rate in (104, 52)}
    sensor = AnsweringMovesense(silent=tuple(both)) if status is None else AnsweringMovesense(statuses=both)
    with pytest.raises(SensorError, match="did not agree"):
        converse(MOVESENSE.start(), sensor)


@pytest.mark.parametrize(
    ("level", "expected"), [(87, Battery(low=False, fraction=0.87)), (9, Battery(low=True, fraction=0.09)), (200, None)]
)
def test_a_movesense_s_battery(level, expected):
    sensor = AnsweringMovesense(level=level)
    sensor.subscribed.append("answer")
    assert converse(MOVESENSE.battery(), sensor) == expected
    if level == 87:
        assert from_note("movesense", "level") == bytes([1, 1, 0xC8, 0, 87])


# --- MetaMotion -------------------------------------------------------------------------------------------------------

STOPS = words("030100", "130100", "110906000c0000005802")
LAST = words("03020100", "13020100", "130101", "030101")


def test_a_bmi160_is_found_out_configured_and_started_packed():
    sensor = AnsweringMetaMotion("BMI160")
    started = converse(METAMOTION.start(), sensor)
    assert sensor.writes == [
        *words("0380", "1380"),
        *STOPS,
        *words("0303280c", "13032801", "0383", "1383", "031c01", "130701"),
        *LAST,
    ]
    assert started.rate_hz == 100
    assert started.identity == "04A1B2"
    assert started.doubts == ()
    assert started.device_settings["chip"] == "BMI160"
    assert (started.device_settings["acc_range_g"], started.device_settings["gyr_range_dps"]) == (16, 1000)


def test_a_bmi270_has_other_words_and_always_packs():
    sensor = AnsweringMetaMotion("BMI270", revision=0)
    started = converse(METAMOTION.start(), sensor)
    assert sensor.writes == [
        *words("0380", "1380"),
        *STOPS,
        *words("0303a803", "13032801", "0383", "1383", "030501", "130501"),
        *LAST,
    ]
    assert started.rate_hz == 100
    assert started.doubts == ()


def test_old_firmware_sends_singly_at_50_hz():
    sensor = AnsweringMetaMotion("BMI160", revision=0)
    started = converse(METAMOTION.start(), sensor)
    assert sensor.writes[5:11] == words("0303270c", "13032701", "0383", "1383", "030401", "130501")
    assert started.rate_hz == 50
    assert "singly" in started.doubts[0]


def test_what_is_read_back_is_told_and_what_is_not_is_a_doubt():
    started = converse(METAMOTION.start(), AnsweringMetaMotion(holds={(0x03, 0x03): b"\x27\x08"}))
    assert started.rate_hz == 50
    assert started.device_settings["acc_range_g"] == 8
    assert "50 and 100" in started.doubts[0]
    started = converse(METAMOTION.start(), AnsweringMetaMotion(tells_config=False))
    assert started.rate_hz == 100
    assert "confirm" in started.doubts[0]


@pytest.mark.parametrize(
    ("sensor", "expected"),
    [
        (AnsweringMetaMotion(deaf=True), "built of"),
        (AnsweringMetaMotion(infos={0x03: b"\x01\x01"}), "not known"),
        (AnsweringMetaMotion(infos={0x03: b"\x03\x01", 0x13: b"\x00\x01"}), "not known"),
        (AnsweringMetaMotion(infos={}), "not known"),
    ],
)
def test_other_boards_are_refused(sensor, expected):
    with pytest.raises(SensorError, match=expected) as error:
        converse(METAMOTION.start(), sensor)
    assert error.value.advice


def test_a_metamotion_s_battery_and_stop():
    sensor = AnsweringMetaMotion()
    sensor.subscribed.append("answer")
    assert converse(METAMOTION.battery(), sensor) == Battery(low=False, fraction=0.99, volts=4.148)
    sensor = AnsweringMetaMotion()
    converse(METAMOTION.stop(), sensor)
    assert sensor.writes == words("030100", "03020001", "130100", "13020001")


# --- Polar ------------------------------------------------------------------------------------------------------------


def test_a_verity_sense_is_negotiated_with_and_both_streams_started():
    sensor = AnsweringPolar()
    started = converse(POLAR.start(), sensor)
    assert sensor.subscribed == ["control", "data"]
    assert sensor.writes == [
        *words("0302", "0305", "0102"),
        from_note("polar", "S2"),
        *words("0105", "0205 0001340001011000 0201D007 040103"),
    ]
    assert started.rate_hz == 52
    assert started.identity == "16961D33"
    assert started.doubts == ()
    device = started.device_settings
    assert (device["acc_range_g"], device["gyr_range_dps"]) == (8, 2000)
    assert device["acc_g_per_lsb"] == pytest.approx(0.000244)


def test_the_smallest_range_that_is_enough_is_taken():
    """As in S4, and in SDK mode."""
    sensor = AnsweringPolar(offers={5: from_note("polar", "S4")[5:]})
    assert converse(POLAR.start(), sensor).device_settings["gyr_range_dps"] == 1000
    many = bytes.fromhex("00051A0034006800D000A001 01011000 0204 0200040008001000 040103".replace(" ", ""))
    sensor = AnsweringPolar(offers={2: many})
    started = converse(POLAR.start(), sensor)
    assert started.rate_hz == 52
    assert started.device_settings["acc_range_g"] == 8


def test_a_verity_sense_that_tells_no_settings_is_started_as_documented():
    sensor = AnsweringPolar(errors={(1, 2): 3})
    started = converse(POLAR.start(), sensor)
    assert sensor.started[2] == from_note("polar", "S2")[2:]
    assert "acceleration" in started.doubts[0]


def test_another_rate_is_a_doubt():
    slow = AnsweringPolar.ACC.replace(b"\x34\x00", b"\x1a\x00", 1)
    started = converse(POLAR.start(), AnsweringPolar(offers={2: slow}))
    assert started.rate_hz == 26
    assert "26" in started.doubts[0]


@pytest.mark.parametrize(
    ("sensor", "expected"),
    [
        (AnsweringPolar(errors={(2, 2): 13}), "charger"),
        (AnsweringPolar(errors={(2, 5): 10}), "too few bytes"),
        (AnsweringPolar(errors={(2, 5): 5}), "error 5"),
        (AnsweringPolar(silent=(2,)), "did not answer"),
        (AnsweringPolar(features=b"\x0f\x05\x00"), "no turning rate"),
        (AnsweringPolar(features=b""), "no turning rate"),
    ],
)
def test_a_verity_sense_that_refuses(sensor, expected):
    with pytest.raises(SensorError, match=expected) as error:
        converse(POLAR.start(), sensor)
    assert error.value.advice


def test_a_verity_sense_is_stopped_and_tells_its_battery():
    sensor = AnsweringPolar()
    converse(POLAR.start(), sensor)
    converse(POLAR.stop(), sensor)
    assert sensor.started == {}
    assert converse(POLAR.battery(), sensor) == Battery(low=False, fraction=0.81)
