"""Smoothers: from noisy samples to states, derivatives and, where one is learned, a vector field."""
