"""The session screen, one for live, replay and demo: it asks a `Show` for pictures and waits for nothing."""
