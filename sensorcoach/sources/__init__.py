"""Where packets come from: a recording played again, or a simulated sensor."""
