"""A result as LaTeX, PDF and one HTML page that works offline; nothing is computed that the result does not hold."""
