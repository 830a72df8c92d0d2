"""Regressions for right-hand sides: on derivatives, and in weak form on the raw samples."""
