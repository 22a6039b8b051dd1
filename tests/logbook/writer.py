"""A program that logs made-up sessions: ``writer.py DATABASE NAME COUNT``; tells each on stdout once it is logged."""

import itertools
import sys
from pathlib import Path

from made_up import made_entry, rep, warning

from sensorcoach.logbook import store
from sensorcoach.logbook.database import opened, writing

if __name__ == "__main__":
    database, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    reps = [rep(index, warning()) for index in range(1, 31)]
    for number in range(count) if count else itertools.count():
        with opened(database) as book, writing(book):
            store.put(book, made_entry(f"{name}-{number}.jsonl", *reps, day=number))
        print(number, flush=True)
