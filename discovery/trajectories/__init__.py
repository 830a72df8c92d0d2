"""Measurements: from a CSV file or arrays to trajectories with checked times, states and names."""
