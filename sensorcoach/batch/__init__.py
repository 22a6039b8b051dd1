"""Many recordings: each by itself, on all cores of a computer or on an existing Dask cluster.

Analysing one recording is a pure function of its files and the choices (`work.analyze_one`). Who calls it, and where,
is the only difference between one process, a pool and a cluster. One bad file, or a process that dies over it, stops
nothing.
"""

from sensorcoach.batch.cluster import on_cluster
from sensorcoach.batch.journal import Journal, journal_of
from sensorcoach.batch.pool import on_processes
from sensorcoach.batch.tables import refuse_other_endings, results_of, write_tables
from sensorcoach.batch.work import Failure, Outcome, Session, analyze_one, failed, failed_unexpectedly, session_name

__all__ = [
    "Failure", "Journal", "Outcome", "Session", "analyze_one", "failed", "failed_unexpectedly", "journal_of",
    "on_cluster", "on_processes", "refuse_other_endings", "results_of", "session_name", "write_tables",
]  # fmt: skip
