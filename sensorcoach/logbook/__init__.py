"""Finished sessions over the weeks, in SQLite: a cache of the recordings, which can be made again from them.

One idea a file: `schema` (tables and migrations), `database` (opening, transactions, what can go wrong), `entry` (a
session as rows), `recorded` (a recording as an entry), `store` (rows in and out), `rebuild` (all recordings anew),
`targets`, `comfort` and `trends` (what follows from the sessions; pure).
"""
