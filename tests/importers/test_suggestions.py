"""Every refusal of a table that could be read prints a line for that very file: pasted, it works."""

import re

import numpy as np
import pytest
from layouts import ACC, EPOCH_S, GYR, SIDES, T_S, WORN, G, gravity_and_user, lines, stamps, whole

from sensorcoach import analyze
from sensorcoach.errors import InputError
from sensorcoach.importers import open_recording

DPS = np.rad2deg(GYR)
NUMBER = [str(number) for number in range(1, len(T_S) + 1)]
GRAVITY, USER = gravity_and_user(ACC)
BEFORE = "".join(f"Remark {number}: as it was\n" for number in range(150))
WORDS = ["still"] * len(T_S)
MOTION_SENSE = "," + ",".join(
    [f"attitude.{angle}" for angle in ("roll", "pitch", "yaw")]
    + [f"{what}.{axis}" for what in ("gravity", "rotationRate", "userAcceleration") for axis in "xyz"]
)
TABLES = {
    "no header": lines("", T_S, *ACC.T, *DPS.T),
    "no header behind a preamble": BEFORE + lines("", T_S, *ACC.T, *DPS.T),
    "names nobody knows": lines("when,p,q,r,u,v,w", T_S, *(ACC / G).T, *GYR.T),
    "names with blanks": lines("my time,up down,left right,for back,note", T_S, *(ACC / G).T, WORDS),
    "numbered rows": lines("time,ax,ay,az,gx,gy,gz", NUMBER, *ACC.T, *DPS.T),
    "no time": lines("ax,ay,az,gx,gy,gz", *ACC.T, *DPS.T),
    "no time, a word first": lines("activity,acc_x,acc_y,acc_z", WORDS, *ACC.T),
    "no time, a rate before": "Sampling rate: 52 Hz\n" + lines("a,b,c,d,e", NUMBER, NUMBER, *ACC.T),
    "times too coarse": lines("time,ax,ay,az", whole(T_S, 1), *ACC.T),
    "times in no unit": lines("time,ax,ay,az,gx,gy,gz", T_S * 23, *ACC.T, *DPS.T),
    "an empty time": lines("t_s,ax,ay,az", [""] * len(T_S), *ACC.T),
    "semicolons and commas": lines("", T_S, *ACC.T, *DPS.T, separator=";", decimal=","),
    "two units": lines("t_s,ax_g,ay_g,az_mg,gx,gy,gz", T_S, *(ACC / G).T, *DPS.T),
    "stamps in the middle": lines("n,n2,x1,x2,x3,when", NUMBER, NUMBER, *ACC.T, stamps("%Y-%m-%d %H:%M:%S.%f", T_S)),
    "MotionSense": lines(MOTION_SENSE, NUMBER, *np.zeros((3, len(T_S))), *-GRAVITY.T, *GYR.T, *-USER.T),
    "since 1970, no header": lines("", whole(T_S, 1e3, EPOCH_S * 1000), *ACC.T, *DPS.T),
}


@pytest.mark.parametrize("table", TABLES)
def test_the_line_of_a_refusal_works_when_pasted(tmp_path, table):
    path = tmp_path / "a.csv"
    path.write_text(TABLES[table])
    with pytest.raises(InputError) as caught:
        for _ in open_recording(path).items:
            pass
    line = re.search(r"--columns (\S+?)\.?(?: |\Z)", caught.value.advice)
    assert line is not None, str(caught.value)
    columns = line.group(1).replace("rate=100", "rate=52")
    result = analyze(path, mounting=WORN, columns=columns, acc_sign="auto")
    assert [rep.side for rep in result.reps] == SIDES, (columns, result.notices)
