"""Parts of the neural ODE: scaling, the field, collocation, windows, shooting, reading the states out."""
