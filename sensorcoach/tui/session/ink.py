"""A colour of a widget's own, mixed with what is behind it, to write with."""

from __future__ import annotations

from rich.style import Style
from textual.widget import Widget


def ink(widget: Widget, name: str) -> Style:
    """The component class ``name`` of ``widget`` as a style without a background."""
    whole = widget.get_component_rich_style(name)
    return Style(color=whole.color, bold=whole.bold, underline=whole.underline, strike=whole.strike)


def paper(widget: Widget, name: str) -> Style:
    """Its background alone."""
    return widget.get_component_rich_style(name).background_style
