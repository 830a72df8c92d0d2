"""The wiring: stages put together into the method, its configuration, its run folder and its faces."""
