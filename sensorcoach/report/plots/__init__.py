"""The pictures of a report, each an SVG that stands in the page. They hold our own words and numbers only.

Read by people who do not see colour, or print without it: sides differ in darkness, dashes and place, severities in
form. Nothing of matplotlib's state outlasts a drawing.
"""
