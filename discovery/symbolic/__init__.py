"""Expressions: reading, comparison, complexity and typesetting."""
