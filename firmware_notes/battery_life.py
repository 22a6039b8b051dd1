"""How long a battery lasts: computed from the currents of data sheets, never measured. Prints a table of making.md."""

import sys

USABLE = 0.8
"""Of a cell's capacity: it ages, and is called flat before it is."""
RADIO_SHARE = 50 * 1.5e-3
"""Links every 20 ms, the radio on for 1.5 ms of each."""
LOW_PERCENT = 15

BOARDS = {
    "XIAO nRF52840 Sense": {
        "cell": 100,
        "measuring": {
            "motion chip, both, high performance (ST)": 0.90,
            "radio, 6 mA while on (Nordic: 4.8 at 0 dBm, and what runs beside)": 6 * RADIO_SHARE,
            "processor, a tenth of 3.3 (Nordic)": 0.33,
            "crystal and timer (general knowledge)": 0.5,
        },
        "asleep": {
            "processor off (Nordic)": 0.0004,
            "accelerometer alone, slow (ST: 0.009 at 12.5 Hz, 0.025 at 52 Hz)": 0.015,
            "battery divider, 4.2 V over 1.51 MOhm": 0.0028,
            "flash memory in standby (general knowledge)": 0.015,
        },
    },
    "ESP32 with MPU-6050": {
        "cell": 500,
        "measuring": {
            "processor, 80 MHz (Espressif: 20 to 31)": 31.0,
            "radio, 100 while on (Espressif: 130 sending, 95 to 100 listening)": 100 * RADIO_SHARE,
            "motion chip (InvenSense)": 3.9,
            "LED, regulator, USB chip of a development board (general knowledge)": 10.0,
        },
        "asleep": {
            "processor (Espressif)": 0.01,
            "motion chip (InvenSense)": 0.005,
            "LED, regulator, USB chip of a development board (general knowledge)": 8.0,
        },
    },
    "Nano 33 BLE": {
        "cell": 1000,
        "measuring": {
            "motion chip (ST)": 4.6,
            "radio, 6 mA while on (Nordic)": 6 * RADIO_SHARE,
            "processor, half of 3.3: its loop does not sleep long (Nordic)": 1.65,
            "power LED, converter (general knowledge)": 2.0,
        },
        "asleep": {
            "radio, once a second (Nordic)": 0.02,
            "processor, a quarter of 3.3 (Nordic)": 0.83,
            "power LED, converter (general knowledge)": 2.0,
        },
    },
}
"""Currents in mA, capacity in mAh."""


def duration(hours: float) -> str:
    """In the unit a person would use."""
    if hours < 48:
        return "1 hour" if round(hours) == 1 else f"{hours:.0f} hours"
    return f"{hours / 24:.0f} days" if hours < 24 * 90 else f"{hours / 24 / 30:.0f} months"


def lines() -> list[str]:
    """The table, then what each figure is made of."""
    table = ['| board, cell | measuring | lasts | after "low" | waiting | lasts |', "|---|---|---|---|---|---|"]
    parts = []
    for board, told in BOARDS.items():
        usable = told["cell"] * USABLE
        measuring, asleep = sum(told["measuring"].values()), sum(told["asleep"].values())
        left = duration(told["cell"] * LOW_PERCENT / 100 / measuring)
        cells = [f"{board}, {told['cell']} mAh", f"{measuring:.1f} mA", duration(usable / measuring), left]
        table.append("| " + " | ".join([*cells, f"{asleep:.2g} mA", duration(usable / asleep)]) + " |")
        for state in ("measuring", "asleep"):
            sums = "; ".join(f"{what}: {current:.3g}" for what, current in told[state].items())
            parts.append(f"- {board}, {state}, mA: {sums}.")
    return [*table, "", *parts]


sys.stdout.write("\n".join(lines()) + "\n")
