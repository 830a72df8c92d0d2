"""From candidates to a law: pool, beam over equations, ranking on trajectories, intervals, held-out test, verdict."""
