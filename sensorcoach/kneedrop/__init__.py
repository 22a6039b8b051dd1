"""The exercise: from the sensor's motion to counted and graded repetitions of knee drops (`definitions.md`).

In the order a newcomer should read:

============  ============================================================================================
frame         the vectors: a centre, the angle to it, a way out of it and the signed roll along that way
history       the last minutes of motion by sample number; all other files look back through it
movement      one movement out and back, as sample numbers, with its endings
phases        the phase machine: centre -> drop -> hold -> return -> centre. Angle decides ...
dating        ... and speed dates the borders, once the movement is certain
view, hits    small tools of these two: the history seen from one centre; first and last sample of a condition
centre        follows a centre from rep to rep; tells a slipped strap from a sloppy return
candidate     one idea of the centre with the machine that believes in it
stations      where the leg rested and where it turned, without any centre ...
finding       ... and the centre that follows from them
belief        which candidate is believed, and when another takes its place, dated back
line          one line of movement, and whether it is likely or proven to be the exercise
sideways      which way is left, how sure that is, and whether a movement went along the line
armed         when movements count
posture       does a finished movement count? Each reason not to is one line
measures      the figures of one repetition from its own window
grading/      the rules of definitions.md C, each a small pure function; judges a repetition, never the signal
regrading     other limits for repetitions measured already
repetition    movement + measures + grading -> the final `Rep`
provisional   what a landing shows at once, before the final figures
advice        what to do about each warning, in words
curve         what the live plots show: roll and its speed, as far as centre and sides are known
tally         how many there were, with the person's corrections
tracker       where they all meet: motion and controls in, events out
============  ============================================================================================

Where it departs from the shared notes, and why
-----------------------------------------------

*One signal instead of a second filtering.* `design.md` rule 4 has borders and figures computed again over the closed
window with zero-phase filters. A symmetric Gaussian with a fixed look-ahead (`dsp.gaussian`) *is* its own zero-phase
version once 0.07 s have passed (0.25 s without a gyroscope). So provisional and final numbers rest on one signal, the
cost is paid once, and no window has edges that depend on when it closed. Only the 10 Hz speed for smoothness is
filtered per window.

*Decisions about the centre at fixed sample numbers.* A3 leaves open when the centre is decided. `belief` looks once a
second, on a raster of sample numbers, so that the answer cannot depend on how the stream was cut, and pays for it
with up to a second (8 s while a centre is believed, which nothing but a slip or a new posture ends).

*Every sample carries its time.* `model.Samples.t_s` maps the sensor's own sample raster to session time, where the
notes have a start and a rate: a clock that drifts by 1 % needs no other filter, and an event's time stays true.

*The angle is tilt away from the centre, also where the axis is known.* A4 takes the size of the signed roll there.
But a strap sits within 10-15 deg of what was told and legs bend on their way (MEx: headings 50 deg from opposite), so
roll about one axis would lose what lies across it. Tilt loses nothing; roll dates the borders and gives the speeds,
and the axis says which way is left and what is another posture.

*A slip is told by a turn about the vertical.* A step of the centre alone may be a sloppy return, and B waits for a
second repetition to show that it lasts. A strap that turns around a leg pointing 30-75 deg down turns the sensor
about the vertical by 0.6 to 3.7 of the tilt, which no return does: seen with a gyroscope, the step counts at once
(`centre`). Without one, two repetitions it is.

*A tugged strap is no repetition*, for the same reason the other way round: a small, quick tilt with as much turn
about the vertical (without a gyroscope: out with a jerk and back at once), or one that outruns free fall, is the
sensor moving on the leg (`posture`).

*Likely is not proven.* Where nobody told an axis or a side, only the movement itself can confirm the axis (B, posture
gate), and stairs, bridges and sit-to-stand come in rows and pairs too. So a line that is *likely* (`line`) already
refuses what lies off it, but ``axis_confirmed`` waits for a *proof*: like movements, unhurried, in turn to both sides
or three and three.

*A midpoint counts by half of the side-to-side range (A3)*, which is what is compared with r_min (`posture`): the
middle itself is uncertain by degrees, the way from side to side is not.

*Free-fall fraction after a swing only where it is well defined.* B has F from turning point to turning point "where
positive". Where these differ by less than `LimitSettings.swing_gain_min_deg`, the speed to be gained tends to 0 and
an error of 2 deg in the centre changes F by more than 15 %: F is left out (`measures`).
"""
