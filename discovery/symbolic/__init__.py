"""Expressions: reading, canonical form, comparison, complexity and typesetting."""
