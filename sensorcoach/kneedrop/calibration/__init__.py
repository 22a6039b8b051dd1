"""Where the centre is, which way is sideways, which way is left: found apart from counting, and kept as a value.

============  ============================================================================================
calibration   the value: centres over time, the lateral axis, left, the span of the exercise, how sure it is
track         the motion of a session in steps of a tenth of a second: all that the pass looks at
rests         where the leg stays still, and the places it stays at most
excursions    movements out of one place and back, as angles show them
gates         what an excursion cannot be: a step, a tugged strap, a turn of the whole body. One line each
lateral       the line along which most of them lie, in two directions; what a told axis says of it
evidence      how well one centre explains a session: what adds up, nothing that vetoes
search        the pass: which centres to ask about, and the best of them
============  ============================================================================================
"""
