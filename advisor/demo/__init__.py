"""Answers files of the two projects that `advisor demo` runs.

Each answer states what is true of the project, with the reason beside it; none was chosen with a
verdict in view, and what nobody has measured is `unknown`.
"""
