"""A result as LaTeX, PDF and one HTML page that works offline; what it holds is told, and nothing judged anew."""
