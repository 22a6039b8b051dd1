"""Pictures of a person on a mat, in characters: where the sensor sits, how to lie, which way the knees go."""

from __future__ import annotations

from typing import Final

STRAP: Final = "▟██▛"
"""How the strap is drawn, so that it can be given a colour of its own."""

LYING: Final = """\
                          ⢀⣼⣶⡄
                         ⢠⣾⠟⠹⣿⡀
                        ⣰⣿⠏  ⢻⣿⡀
                     ▟██▛⠃    ⢻⣷⡀
                     ⢀⣾⡿⠁      ⢻⣷⡀
  ⡞⠉⠉⠙⡆             ⣠⣾⠟        ⠈⢻⣧
  ⣇  ⢀⡇⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣿⠋          ⠈⢿⣧⣤⣤⣤
⠤⠤⠬⠭⠭⠭⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤"""
"""From the side: on the back, knees up, feet flat, the strap on the thigh."""

KNEES_UP: Final = """\
              ⣖⣒⡆ ⣖⣒⡆
              ⢻⣿⠃ ⢻⣿⠃
              ⢸⣿  ⢸⣿
              ⢸⣿  ⢸⣿
              ⢸⣿  ⢸⣿
              ⢸⣿  ⢸⣿
              ⢸⣿  ⢸⣿
  ⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒"""
"""The person's own view of their knees: up, in the middle."""

KNEES_LEFT: Final = """\
   ⢠⣏⣽⣆⢠⣏⣽⣆
    ⠉⠙⠻⣿⣯⣝⠻⣿⣦⣄
        ⠉⠻⢿⣶⣍⡻⢿⣶⣄⡀
           ⠉⠻⢿⣶⡍⠻⢿⣶⡄
  ⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠚⠓⠒⠒⠚⠓⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒"""
"""The person's own view of their knees: lowered to the left."""
