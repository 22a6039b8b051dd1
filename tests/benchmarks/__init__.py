"""Figures of the whole program: ``python -m tests.benchmarks``."""

import os

# As the command itself does: CPU time on one core is what is compared.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
