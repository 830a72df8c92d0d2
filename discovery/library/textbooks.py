"""The grammar, stated: every kind of term that the engines try, with a textbook in which it stands.

The same for every system. What has inner constants has them free: they start from the range of the data and are fitted.
A test compares this table with the shapes and the libraries that are built, and the documentation is made from it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One kind of terms.

    Attributes:
        name: of the shape or library, numbers left out.
        formula: the terms; x, y and z are states, k, l, m and w constants, n a whole number.
        multipliers: what they may be multiplied by.
        inner: constants inside that are fitted; those of a library of the sparse regressions are given.
        built: the module that makes it.
        source: textbooks and papers, with their chapters.
    """

    name: str
    formula: str
    multipliers: str
    inner: str
    built: str
    source: str


NONE = "none"
LIBRARY, SHAPES, ANGLES = "library.grammar", "library.shapes", "library.angles"
RICH = "powers of states up to degree 2"
PLAIN = "1 or a state"
OTHERS = "1 or a state that is not in it"
HELD = "two states"

GRAMMAR = (
    Entry(
        "polynomial", "products of powers of states to degree 5, 4, 3 or 2 by their number", "", NONE, LIBRARY,
        "mass action: Murray 2002, Mathematical Biology I, ch. 6; Taylor expansions of smooth laws",
    ),
    Entry(
        "trigonometric", "waves of x, x - y and of the double of x; sin x sin y, waves of x times those of 2 y",
        "a state", NONE, LIBRARY, "Strogatz 2015, Nonlinear Dynamics and Chaos, ch. 4, 6.7 and 8.6; Goldstein 2002",
    ),
    Entry(
        "mixed", "waves beside |x| x, sign x, log x, 1/x, cot x and 1/sin x, and products of waves with these",
        "a state", NONE, LIBRARY,
        "gravity and drag: Batchelor 1967, 5.11; Landau & Lifshitz 1976, ch. 5; Goldstein 2002, ch. 4; Jeffery 1922",
    ),
    Entry(
        "exponential", "exp x, exp(-x)", "a state", NONE, LIBRARY,
        "Ricker's law, diodes: Murray 2002, ch. 2; Strogatz 2015, ch. 4",
    ),
    Entry("logarithmic", "log x", "a state", NONE, LIBRARY, "Gompertz' growth, entropies: Murray 2002, ch. 1"),
    Entry(
        "products", "waves of x, exp x, exp(-x)", HELD, NONE, LIBRARY,
        "centrifugal and Coriolis forces: Goldstein 2002, ch. 1; rates of two reactants that heat speeds: "
        "Levenspiel 1999, ch. 2 and 3; predation beside Ricker's recruitment: Murray 2002, ch. 2 and 3",
    ),
    Entry(
        "inverse", "x⁻ⁿ of positive x, n = 1 ... 3", "1, another state or its square", NONE, LIBRARY,
        "gravity, centrifugal and other central forces: Goldstein 2002, ch. 3; Landau & Lifshitz 1976, ch. 3",
    ),
    Entry(
        "radial", "x |r|ⁿ, n = 1, -1, -2, -3, of a vector r = (x, y) or (x, y, z)", "", NONE, LIBRARY,
        "drag along a velocity: Batchelor 1967, 5.11; gravity: Goldstein 2002, ch. 3; vortices: Saffman 1992, ch. 7",
    ),
    Entry(
        "saturating", "x/(k + xⁿ), xⁿ/(k + xⁿ), n = 1 ... 5", OTHERS, "k on a grid", LIBRARY,
        "Michaelis-Menten and Hill kinetics, functional responses: Murray 2002, ch. 1, 3 and 6",
    ),
    Entry(
        "decaying", "1/(k + xⁿ), n = 1 ... 5", OTHERS, "k on a grid", LIBRARY,
        "repression and inhibition: Murray 2002, ch. 6",
    ),
    Entry(
        "common", "a polynomial of degree n + 2 over k + xⁿ, n = 1, 2", "", "k on a grid", LIBRARY,
        "logistic growth with predation: Murray 2002, ch. 1 and 3",
    ),
    Entry(
        "saturation", "1/(k + x)", RICH, "k", SHAPES,
        "Michaelis & Menten 1913; Monod 1949; Holling 1959, type II; Murray 2002, ch. 1, 3 and 6",
    ),
    Entry(
        "hill", "1/(kⁿ + xⁿ), n = 2 ... 5", RICH + ", xⁿ", "k", SHAPES,
        "Hill 1910; Holling 1959, type III; Murray 2002, ch. 1 and 6",
    ),
    Entry(
        "exponential", "exp(-k x), k of either sign", RICH, "k", SHAPES,
        "diodes, Shockley 1949; the atmosphere's density; Ricker 1954; Ivlev 1961; Murray 2002, ch. 2",
    ),
    Entry(
        "activation", "exp(-k/x) of x far from zero, as kelvins are; k of either sign", RICH, "k", SHAPES,
        "Arrhenius' and Boltzmann's factors: Arrhenius 1889; Levenspiel 1999, ch. 2",
    ),
    Entry(
        "wave", "sin w x, cos w x, sin 2 w x, cos 2 w x", PLAIN, "w, radians first", SHAPES,
        "pendula, phase oscillators: Strogatz 2015, ch. 4, 6.7 and 8.6",
    ),
    Entry(
        "difference", "sin w (x - y), cos w (x - y)", PLAIN, "w, radians first", SHAPES,
        "coupled phases: Kuramoto 1975; Strogatz 2015, ch. 8.6",
    ),
    Entry(
        "logistic", "1/(1 + exp(k + l x))", PLAIN, "k, l", SHAPES,
        "gates, rates of firing: Hodgkin & Huxley 1952; Wilson & Cowan 1972; Strogatz 2015, ch. 8",
    ),
    Entry(
        "logistic_of_two", "1/(1 + exp(k + l x + m y))", PLAIN, "k, l, m", SHAPES,
        "populations of neurons: Wilson & Cowan 1972; Ermentrout & Terman 2010, ch. 11",
    ),
    Entry(
        "logarithm", "log x of positive x", RICH, NONE, SHAPES,
        "Gompertz 1825; Murray 2002, ch. 1; chemical potentials",
    ),
    Entry(
        "power", "x to any power k of positive x", PLAIN, "k", SHAPES,
        "outflow, Torricelli 1643; growth, von Bertalanffy 1957; allometry, West, Brown & Enquist 2001",
    ),
    Entry(
        "drag", "|x|, sign x of x of both signs", PLAIN, NONE, SHAPES,
        "drag in a fluid: Batchelor 1967, 5.11; dry friction: Coulomb 1785",
    ),
    Entry(
        "ratio", "1/(x + k y) of positive states", RICH, "k", SHAPES,
        "predation by the ratio: Arditi & Ginzburg 1989; frequency-dependent infection: Hethcote 2000",
    ),
    Entry(
        "competition", "1/(1 + k x + l y) of positive states", RICH, "k, l", SHAPES,
        "Beddington 1975; DeAngelis et al. 1975; competition for an enzyme: Cornish-Bowden 2012, on inhibition",
    ),
    Entry(
        "product", "1/((kᵐ + xᵐ)(lⁿ + yⁿ)), m, n = 1, 2", PLAIN + ", xᵐ, yⁿ and both", "k, l", SHAPES,
        "two substrates: Cornish-Bowden 2012, on reactions of more than one; inputs of a gene joined by AND: Alon "
        "2006, ch. 2 and 4",
    ),
    Entry(
        "angles", "waves of w x and w y and of their doubles, products of two of these, one of each state", OTHERS,
        "w, radians first", ANGLES,
        "pulses times responses: Winfree 1967; Ermentrout & Kopell 1990; bodies in a shear: Jeffery 1922; spherical "
        "pendula: Goldstein 2002, ch. 1 and 4",
    ),
    Entry(
        "cotangent", "1/sin w x, cot w x; waves of w y, and products with these", OTHERS, "w, radians first", ANGLES,
        "rates of Euler's angles: Goldstein 2002, ch. 4; motion on a sphere: Landau & Lifshitz 1976, ch. 3",
    ),
    Entry(
        "tangent", "1/cos w x, tan w x; waves of w y, and products with these", OTHERS, "w, radians first", ANGLES,
        "rates of roll, pitch and yaw: Etkin & Reid 1996, ch. 4",
    ),
    Entry(
        "wave_over", "1/x of positive x, waves of w y, and these over x", OTHERS, "w, radians first", ANGLES,
        "paths of gliders: Lanchester 1908, Strogatz 2015, ch. 6; forces in polar coordinates: Goldstein 2002, ch. 1",
    ),
    Entry(
        "pairs", "a term with inner constants beside another", "those of both", "those of both", "search.shaped",
        "uptake beside inhibition, loss beside predation: Murray 2002, ch. 3 and 6",
    ),
    Entry(
        "fraction", "1/(1 + k P + l Q + ...), P, Q products of powers of states",
        "powers of states, three at most", "all coefficients", "search.implicit",
        "kinetics of more than one site: Cornish-Bowden 2012, on cooperativity; mass matrices of linked bodies: "
        "Murray, Li & Sastry 1994, ch. 4",
    ),
)  # fmt: skip
# Products of functions of two kinds, such as exp(-k x) sin w y, are in no entry: with both scales free, a dozen
# shapes with nine starts each, which two states need, take 0.4 s more than the 2.8 s of a search.
