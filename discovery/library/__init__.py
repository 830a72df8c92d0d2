"""The one stated grammar of term shapes, the same for every system."""
