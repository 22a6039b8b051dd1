import numpy as np
import pytest

from sensorcoach.devices import PROFILES, profile_named
from sensorcoach.devices.rows import rows_packet
from sensorcoach.errors import DecodeError
from sensorcoach.model import Packet

ROWS = PROFILES["samples"]
TABLE = np.arange(35.0).reshape(5, 7) / 3


def test_rows_come_back_bit_for_bit():
    packet = rows_packet("file", TABLE)
    assert (packet.channel, packet.t_s) == ("acc+gyr", TABLE[-1, 0])
    _, decoded = ROWS.decode(ROWS.initial({}), packet)
    np.testing.assert_array_equal(np.column_stack([decoded.t_s, decoded.acc, decoded.gyr]), TABLE)
    assert not decoded.clipped.any()


def test_an_accelerometer_alone_and_several_packets():
    packets = [rows_packet("file", TABLE[:2, :4]), rows_packet("file", TABLE[2:, :4])]
    _, decoded = ROWS.decode_all(ROWS.initial({}), packets)
    np.testing.assert_array_equal(np.column_stack([decoded.t_s, decoded.acc]), TABLE[:, :4])
    assert decoded.gyr is None


def test_ranges_of_the_header_tell_clipped_samples():
    state = ROWS.initial({"acc_range_mps2": 3.0, "gyr_range_radps": 5.0})
    table = np.array([[0, 1, 0, 0, 0, 0, 0], [1, 0, -2.95, 0, 0, 0, 0], [2, 0, 0, 0, 4.5, 0, 0], [3, 0, 0, 0, 0, 0, 5]])
    _, decoded = ROWS.decode(state, rows_packet("file", table))
    assert decoded.clipped.tolist() == [False, True, False, True]


def test_other_packets_are_refused():
    state = ROWS.initial({})
    with pytest.raises(DecodeError, match="channel"):
        ROWS.decode(state, Packet("file", "imu", 0.0, b""))
    with pytest.raises(DecodeError, match="60 bytes"):
        ROWS.decode(state, Packet("file", "acc+gyr", 0.0, bytes(60)))
    with pytest.raises(DecodeError, match="gyroscope"):
        ROWS.decode_all(state, [rows_packet("file", TABLE), rows_packet("file", TABLE[:, :4])])
    assert ROWS.decode(state, Packet("file", "acc", 0.0, b"")) == (state, None)


def test_an_unknown_sensor_is_named():
    with pytest.raises(DecodeError, match=r"'toaster'.*samples, open"):
        profile_named("toaster")
