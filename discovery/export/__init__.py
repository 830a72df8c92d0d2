"""A law in the languages of other programs: one file a format, each a whole program, model or table."""
