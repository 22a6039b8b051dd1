"""Everything around a session: the start screen and what it leads to, the guide before, the summary after."""
