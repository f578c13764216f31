"""Grading: a rubric held against an answer, guards against gaming, and an optional judge."""
