"""Two themes of our own. Widgets use their variables only; ``$primary`` is the left side, ``$secondary`` the right one.

Blue and violet tell the sides apart for people who mix up red and green, too; a letter stands beside them everywhere.
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="sensorcoach-dark",
    dark=True,
    background="#10141b",
    surface="#161b24",
    panel="#1e2531",
    foreground="#e4e8ef",
    primary="#62b0f8",
    secondary="#cf9bf2",
    accent="#5cd6c0",
    success="#86d68f",
    warning="#f2c14e",
    error="#ff7373",
    variables={"footer-background": "#161b24", "footer-key-foreground": "#62b0f8"},
)
LIGHT: Final = Theme(
    name="sensorcoach-light",
    dark=False,
    background="#fbfaf7",
    surface="#f3f1eb",
    panel="#e8e5dc",
    foreground="#23272e",
    primary="#0a5fb0",
    secondary="#7d35ad",
    accent="#00756a",
    success="#1d7438",
    warning="#8f5b00",
    error="#b3261e",
    variables={"footer-background": "#f3f1eb", "footer-key-foreground": "#0a5fb0"},
)
THEMES: Final = {"dark": DARK, "light": LIGHT}
"""By the name the settings use."""
