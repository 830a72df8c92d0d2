"""Systems with a known law and measurements with an accepted one: reading, simulating and corrupting them."""
