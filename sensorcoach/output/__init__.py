"""A result or its events as text: `table` and `plain` for people, `json_` and `csv_` for programs. Only reads."""
