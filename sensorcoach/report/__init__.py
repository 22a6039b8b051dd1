"""Reports of sessions: a page to read and print, the same as Markdown, and agreement with counts made by hand.

Only reads what the analysis found; matplotlib and jinja2 are loaded when a page is made.
"""
