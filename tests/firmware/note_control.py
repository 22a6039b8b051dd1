"""The control point's table of the note, read by hand once more: what any request must be answered."""

import struct

from hypothesis import strategies as st

IDLE, STREAMING = 0, 1
RATES_HZ, ACC_G, GYR_DPS = (26, 52, 104, 208), (2, 4, 8, 16), (125, 245, 500, 1000, 2000)

REQUESTS = st.one_of(
    st.binary(max_size=8),
    st.sampled_from([b"\1", b"\2", b"\5"]),
    st.integers(0, 65535).map(lambda hz: struct.pack("<BH", 3, hz)),
    st.tuples(st.integers(0, 255), st.integers(0, 65535)).map(lambda asked: struct.pack("<BBH", 4, *asked)),
)


class AsTheNoteSays:
    """The table of the note, read once more by hand, for a sensor with these rates and ranges."""

    def __init__(self, rates_hz=RATES_HZ, acc_g=ACC_G, gyr_dps=GYR_DPS, built_in=(104, 16, 1000)):
        self.rates_hz, self.acc_ranges_g, self.gyr_ranges_dps = rates_hz, acc_g, gyr_dps
        self.state = IDLE
        self.rate_hz, self.acc_g, self.gyr_dps = built_in

    def reply(self, request, imu, mtu, battery, dropped, fails):
        opcode = request[0] if request else 0
        lengths = {1: 1, 2: 1, 3: 3, 4: 4, 5: 1}
        code = bytes([0x80 | opcode])
        if opcode not in lengths:
            return code + b"\1"
        if len(request) != lengths[opcode]:
            return code + b"\2"
        return code + (self._start, self._stop, self._set_rate, self._set_ranges, self._status)[opcode - 1](
            request[1:], imu, mtu, battery, dropped, fails
        )

    def _start(self, _, imu, mtu, battery, dropped, fails):
        if self.state == STREAMING:
            return b"\0"
        if not imu:
            return b"\3"
        if mtu - 3 < 12 + 12 or fails:
            return b"\4"
        self.state = STREAMING
        return b"\0"

    def _stop(self, _, imu, mtu, battery, dropped, fails):
        if self.state == STREAMING and fails:
            return b"\4"
        self.state = IDLE
        return b"\0"

    def _set_rate(self, arguments, imu, mtu, battery, dropped, fails):
        (asked,) = struct.unpack("<H", arguments)
        if self.state == STREAMING:
            return b"\3"
        if asked == 0:
            return b"\2"
        if fails:
            return b"\4"
        self.rate_hz = min(self.rates_hz, key=lambda rate: (abs(rate - asked), -rate))
        return struct.pack("<BH", 0, self.rate_hz)

    def _set_ranges(self, arguments, imu, mtu, battery, dropped, fails):
        acc_g, gyr_dps = struct.unpack("<BH", arguments)
        if self.state == STREAMING:
            return b"\3"
        if acc_g == 0 or gyr_dps == 0:
            return b"\2"
        if fails:
            return b"\4"
        self.acc_g = next((have for have in self.acc_ranges_g if have >= acc_g), self.acc_ranges_g[-1])
        self.gyr_dps = next((have for have in self.gyr_ranges_dps if have >= gyr_dps), self.gyr_ranges_dps[-1])
        return struct.pack("<BBH", 0, self.acc_g, self.gyr_dps)

    def _status(self, _, imu, mtu, battery, dropped, fails):
        return struct.pack("<BBHBHIB", 0, self.state, self.rate_hz, self.acc_g, self.gyr_dps, dropped, battery)
