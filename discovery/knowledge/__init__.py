"""What is known of a law beside its fit: what the user states of it, and quantities that it conserves."""
