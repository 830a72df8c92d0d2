"""Laws in motion: instruction tape, simulation with sensitivities, refinement by multiple shooting."""
