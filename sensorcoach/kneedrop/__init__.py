"""The exercise: from the sensor's motion to counted and graded repetitions of knee drops (`definitions.md`).

In the order a newcomer should read:

=============  ===========================================================================================
frame          the vectors: a centre, the angle to it, a way out of it and the signed roll along that way
history        the last minutes of motion by sample number; all other files look back through it
calibration/   where the centre is, which way is sideways, which is left: found apart from counting, a value
movement       one movement out and back, as sample numbers, with its endings
phases         the phase machine: centre -> drop -> hold -> return -> centre. Angle decides ...
dating         ... and speed dates the borders, once the movement is certain
view, hits     small tools of these two: the history seen from one centre; first and last sample of a condition
centre         where a drop begins: the rest right before it
segmentation   the phase machine of one centre, with the movements that it finds dated
arming         what the person and the guide said: when movements count, where the leg lay, which side
rejection      does a finished movement count? Each reason not to is one line
measures       the figures of one repetition from its own window
grading/       the rules of definitions.md C, each a small pure function; judges a repetition, never the signal
regrading      other limits for repetitions measured already
repetition     movement + measures + grading -> the final `Rep`
provisional    what a landing shows at once, before the final figures
counter        counting with a calibration: one state machine for live, replay and file
tracker        where history, calibration and counting meet: motion in, events out
store          the motion of a whole recording, until its calibration is known
advice         what to do about each warning, in words
curve          what the live plots show: roll and its speed, as far as centre and sides are known
tally          how many there were, with the person's corrections
=============  ===========================================================================================

Where it departs from the shared notes, and why
-----------------------------------------------

*One signal instead of a second filtering.* `design.md` rule 4 has borders and figures computed again over the closed
window with zero-phase filters. A symmetric Gaussian with a fixed look-ahead (`dsp.gaussian`) *is* its own zero-phase
version once 0.07 s have passed (0.25 s without a gyroscope). So provisional and final numbers rest on one signal, the
cost is paid once, and no window has edges that depend on when it closed. Only the 10 Hz speed for smoothness is
filtered per window.

*Calibrate, then count.* A recording is looked at as a whole before anything is counted; a live stream once a second of
data, on a raster of sample numbers, and what was counted before is counted again when the calibration changes. No stage
guesses the centre while counting.

*Every sample carries its time.* `model.Samples.t_s` maps the sensor's own sample raster to session time, where the
notes have a start and a rate: a clock that drifts by 1 % needs no other filter, and an event's time stays true.

*The angle is tilt away from the centre, also where the axis is known.* A4 takes the size of the signed roll there.
But a strap sits within 10-15 deg of what was told and legs bend on their way (MEx: headings 50 deg from opposite), so
roll about one axis would lose what lies across it. Tilt loses nothing; roll dates the borders and gives the speeds,
and the axis says which way is left and what is another posture.

*Evidence adds up, gates are few.* Which centre explains most excursions, at rest before and after, along one line, in a
place where the leg rests long: that is the centre. A told axis weighs, with the error of a strap, and names left.

*A drop ends where the leg comes to rest.* The first touch or reversal is the landing that jars and that a tone answers
to; after an overshoot or a rebound the range and the hold count from the rest that follows.

*A midpoint counts by half of the side-to-side range (A3)*, which is what is compared with r_min (`posture`): the
middle itself is uncertain by degrees, the way from side to side is not.

*Free-fall fraction after a swing only where it is well defined.* B has F from turning point to turning point "where
positive". Where these differ by less than `LimitSettings.swing_gain_min_deg`, the speed to be gained tends to 0 and
an error of 2 deg in the centre changes F by more than 15 %: F is left out (`measures`).
"""
