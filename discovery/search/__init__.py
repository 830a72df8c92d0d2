"""Search engines: one file each proposes right-hand sides; choosing is left to selection."""
