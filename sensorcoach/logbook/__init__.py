"""Finished sessions over the weeks, in SQLite: a cache of the recordings, which can be made again from them.

One idea a file: `schema` (tables and migrations), `database` (opening, transactions, what can go wrong), `stamp` (which
file, in which state), `calibration` (what teaches comfort), `entry` (a session as rows), `recorded` (a recording as an
entry), `store` (rows in and out), `unlogged` and `rebuild` (recordings nobody logged; all anew), `logged` (a session as
it is listed), `targets`, `comfort` and `trends` (what follows from the sessions; pure). A list loads no filters.
"""
