"""Sentences together: states, templates, constants and functions, and what contradicts itself."""

import re

import pandas as pd
import pytest
import sympy as sp

from discovery.errors import DiscoveryError, ExpressionError, UsageError
from discovery.knowledge.knowledge import Hidden, Knowledge, Names
from discovery.knowledge.understand import understand
from discovery.laws import Told, Unknown, told_symbol, unknown_symbol
from discovery.samples import symbol


def told(columns: str, *sentences: str, inputs: str = "") -> Knowledge:
    """What is understood of these columns."""
    return understand(sentences, Names({c: c for c in columns.split()}, {c: c for c in inputs.split()}))


def test_a_second_order_equation_has_a_hidden_velocity() -> None:
    """x'' = ... of x alone gives x' = x_dot and the equation of x_dot."""
    known = told("theta", "theta'' = -k*sin(theta) + f(theta')", "k > 0")
    velocity = symbol("theta_dot")
    expected = -told_symbol("k") * sp.sin(symbol("theta")) + unknown_symbol("f")
    assert (velocity, expected) == known.frame.templates
    assert (Hidden("theta_dot", "theta'", "theta"),) == known.hidden
    assert (Unknown("f", ("theta_dot",), (velocity,)),) == known.frame.unknowns
    assert (Told("k", low=0.0),) == known.frame.constants


def test_a_velocity_may_be_named_or_measured() -> None:
    """x' = v gives the velocity its name; a column of that name is it."""
    hidden = told("x", "x' = v", "x'' = -k*x")
    assert ("x", "v") == hidden.frame.states
    assert (Hidden("v", "v", "x"),) == hidden.hidden
    measured = told("x v", "x' = v", "x'' = -k*x")
    assert () == measured.hidden
    assert (symbol("v"), -told_symbol("k") * symbol("x")) == measured.frame.templates


def test_a_derivative_of_an_input_is_a_column_to_be_added() -> None:
    """The line of pandas makes it, with its unit; held until the next row it gives the input's straight lines."""
    table = pd.DataFrame({"Time (s)": [0.0, 1.0, 3.0, 4.0], "Strain (%)": [0.0, 2.0, 2.0, 1.0]})
    names = Names({"Stress": "Stress"}, {"Strain": "Strain (%)"}, "Time (s)")
    with pytest.raises(
        DiscoveryError, match=r"with t the times as numbers in s, name it with --held Strain_rate"
    ) as no:
        understand(["Stress' = -Stress/tau + E*Strain'"], names)
    (line,) = re.findall(r"(table\[.*\.ffill\(\)) with", str(no.value))
    left, right = line.split(" = ")
    assert "table['Strain_rate [%/s]']" == left
    assert right == "(table['Strain (%)'].diff() / t.diff()).shift(-1).ffill()"
    made = (table["Strain (%)"].diff() / table["Time (s)"].diff()).shift(-1).ffill()
    assert [2.0, 0.0, -1.0, -1.0] == made.tolist()
    with pytest.raises(DiscoveryError, match="u'' is of an input"):
        told("x", "x' = a*u''", inputs="u")


def test_states_of_which_nothing_is_told_are_functions_of_everything() -> None:
    """Inputs are among the arguments."""
    known = told("x v", "x' = v", inputs="u")
    assert (Unknown("dv", ("x", "v", "u"), (symbol("x"), symbol("v"), symbol("u"))),) == known.frame.unknowns


def test_an_equation_of_vectors_is_one_for_each_component() -> None:
    """The length of the vector is the argument of the one function of all three."""
    known = told("x y z", "r = (x, y, z)", "r'' = -f(|r|)*r/|r|")
    x, y, z = map(symbol, "xyz")
    length = sp.sqrt(x**2 + y**2 + z**2)
    assert -unknown_symbol("f") * x / length == known.frame.templates[3]
    assert (Unknown("f", ("f_1",), (length,)),) == known.frame.unknowns


def test_bars_about_a_sum_of_vectors_are_its_length() -> None:
    """Of two bodies, times constants, of parts that are written, and of rates, as arguments too."""
    both = ("A = (xa, ya)", "B = (xb, yb)")
    known = told("xa ya xb yb", *both, "A'' = -m*(A-B)/|A-B|^3", "B'' = f(|A' - k*B'|)*(A-B) - |A - (1, 0)|*B")
    names = ("xa", "ya", "xb", "yb", "xa_dot", "ya_dot", "xb_dot", "yb_dot")
    xa, ya, xb, yb, va, wa, vb, wb = map(symbol, names)
    sides = dict(zip(known.frame.states, known.frame.templates, strict=True))
    m, k = told_symbol("m"), told_symbol("k")
    assert 0 == sp.expand(sides["ya_dot"] + m * (ya - yb) / sp.sqrt((xa - xb) ** 2 + (ya - yb) ** 2) ** 3)
    assert 0 == sp.expand(sides["xb_dot"] - unknown_symbol("f") * (xa - xb) + sp.sqrt((xa - 1) ** 2 + ya**2) * xb)
    assert ((sp.sqrt((va - k * vb) ** 2 + (wa - k * wb) ** 2),),) == tuple(
        one.arguments for one in known.frame.unknowns
    )


def test_bars_about_vectors_are_a_number_in_an_equation_of_a_number() -> None:
    """As of two vortices, one component of which is told."""
    known = told("xa ya xb yb", "A = (xa, ya)", "B = (xb, yb)", "xa' = -G*(ya - yb)/|A-B|^2", "yb' = |A|*|xb|")
    xa, ya, xb, yb = map(symbol, ("xa", "ya", "xb", "yb"))
    sides = dict(zip(known.frame.states, known.frame.templates, strict=True))
    assert 0 == sp.expand(sides["xa"] + told_symbol("G") * (ya - yb) / ((xa - xb) ** 2 + (ya - yb) ** 2))
    assert sp.sqrt(xa**2 + ya**2) * sp.Abs(xb) == sides["yb"]


def test_a_vector_may_be_written_by_its_parts() -> None:
    """A ball that gravity and the air pull at; parts may hold what an equation may."""
    known = told("x y", "r = (x, y)", "r'' = -k*|r'|*r' + (0, -g)", "g = 9.81")
    fast, up = symbol("x_dot"), symbol("y_dot")
    drag = -told_symbol("k") * sp.sqrt(fast**2 + up**2)
    assert (fast, up, drag * fast, drag * up - 9.81) == known.frame.templates
    pushed = told("x y", "r = (x, y)", "r' = 2*(a*|r|, sin(x)) - (1, 0)")
    length = sp.sqrt(symbol("x") ** 2 + symbol("y") ** 2)
    assert (2 * told_symbol("a") * length - 1, 2 * sp.sin(symbol("x"))) == pushed.frame.templates


def test_the_last_open_equation_follows_from_what_is_conserved() -> None:
    """R' = -S' - I'."""
    known = told("S I R", "S + I + R = const", "S' = -beta*S*I")
    infection = told_symbol("beta") * symbol("S") * symbol("I")
    assert (-infection, unknown_symbol("dI"), infection - unknown_symbol("dI")) == known.frame.templates
    assert "R" == known.conserved[0].determines


def test_the_values_of_definitions_are_told_back() -> None:
    """As they were understood, so that a misread one is seen."""
    known = told("x v", "x' = v", "v' = -w*x - g*v", "w = 2*k", "g = 9.81/3")
    assert ("Fixed, as told: w = 2*k, g = 3.27.",) == known.notes


def test_functions_of_time_are_periodic_with_a_frequency_to_be_found() -> None:
    """t among the arguments stands for a cosine and a sine."""
    known = told("x", "x'' = f(x, x', t)")
    turn = told_symbol("frequency") * symbol("t")
    assert (sp.cos(turn), sp.sin(turn)) == known.frame.unknowns[0].arguments[2:]
    assert "periodic" in known.notes[0]


def test_functions_of_an_angle_have_its_sine_and_cosine() -> None:
    """Also where nothing is told of an equation."""
    known = told("theta omega", "theta angle", "theta' = omega")
    theta = symbol("theta")
    assert (sp.cos(theta), sp.sin(theta), symbol("omega")) == known.frame.unknowns[0].arguments
    assert ("domega_1", "domega_2", "omega") == known.frame.unknowns[0].variables


def test_known_constants_are_written_in() -> None:
    """Also those that follow from others."""
    known = told("x", "x' = -b*x", "b = 2*a", "a = 3")
    assert (-6 * symbol("x"),) == known.frame.templates


def test_headers_with_units_are_known_by_their_bare_names() -> None:
    """A user does not write the unit; time has the name of its column too."""
    names = Names({"theta": "theta [rad]", "S_": "S"}, time="hours")
    known = understand(["theta' = -k*S + hours", "S' = 0"], names)
    assert -told_symbol("k") * symbol("S_") + symbol("t") == known.frame.templates[0]


@pytest.mark.parametrize(
    ("header", "time", "rate"),
    [
        ("x [cm]", "t [s]", "x' [cm/s]"),
        ("x [cm]", "t", "x'"),
        ("x (cm)", "t (s)", "x' [cm/s]"),
        ("Winkel in °", "Zeit in s", "Winkel' [°/s]"),
        ("x (smoothed)", "t [s]", "x (smoothed)'"),
        ("x(1)", "t [s]", "x(1)'"),
        ("x [-]", "t [s]", "x'"),
        ("x", "t [s]", "x'"),
    ],
)
def test_a_velocity_has_the_unit_of_its_position_by_that_of_time(header: str, time: str, rate: str) -> None:
    """Where both are stated."""
    (hidden,) = understand(["x'' = -k*x"], Names({"x": header}, time=time)).hidden
    assert ("x_dot", rate) == (hidden.name, hidden.header)


def test_time_may_be_called_without_its_unit() -> None:
    """As dates are, which become days: `date [d]`."""
    known = understand(["x' = -k*x + cos(date)"], Names({"x": "x"}, time="date [d]"))
    assert -told_symbol("k") * symbol("x") + sp.cos(symbol("t")) == known.frame.templates[0]


def test_what_is_said_of_functions_is_kept() -> None:
    """Trend, forbidden functions, and that all arguments are used."""
    known = told("x y", "x' = f", "f uses x, y", "f without exp", "f increasing", "y' = 0")
    assert (Unknown("f", ("x", "y"), (symbol("x"), symbol("y")), ("exp",), 1, True),) == known.frame.unknowns


@pytest.mark.parametrize(
    ("columns", "sentences", "message"),
    [
        ("prey hunters", ["pray' = a*prey"], "no column 'pray'. Did you mean 'prey'"),
        ("prey hunters", ["prey' = a*pray"], "no column 'pray'. Did you mean 'prey'"),
        ("x", ["x' = sin(f(x))"], "cannot be found"),
        ("x", ["x' = f(x)*g(x)"], "multiplied by another unknown"),
        ("x", ["x' = f(g(x))"], "cannot stand within another"),
        ("x", ["x' = f(2)"], "is a number"),
        ("x", ["x' = a*x", "x' = b*x"], "Two sentences tell x'"),
        ("x", ["x' = 2*x", "x'' = b*x"], "leaves nothing to find"),
        ("x v", ["x' = v", "x'' = b*x", "v' = c*x"], "told twice"),
        ("x", ["x' = a*x'"], "needs an equation x'' ="),
        ("x", ["x' = a*x", "a = 3", "a ~ 2 +- 1"], "has a value already"),
        ("x", ["x' = a*x", "a = 3", "a < 2"], "forbids"),
        ("x", ["x' = a*x", "a = b", "b = a"], "by way of itself"),
        ("x", ["x' = a*x", "a = 1", "a = 2"], "is told twice"),
        ("x", ["x = 3"], "is a column, which is no constant"),
        ("x", ["x' = a*x", "a > 1", "a < 0"], "leave no number"),
        ("x", ["x' = a*x", "a ~ 1 +- 1", "a ~ 2 +- 1"], "contradict each other"),
        ("x", ["x' = a*x", "a > 3", "a ~ 1 +- 1"], "outside of the bounds"),
        ("x", ["x' = kappa*x", "kapa > 0"], "Did you mean 'kappa'"),
        ("x", ["x' = x", "a > 0"], "There is no constant"),
        ("x y", ["x' = a*x", "y' = -b*x", "x + y = const"], "contradicts the equations"),
        ("x", ["x' = a*x", "a + 1 = const"], "There is no state 'a'"),
        ("x", ["x' = a*x", "2 = const"], "holds no state"),
        ("S I", ["S' = -beta*S*I", "S + I + R = const"], "There is no state 'R'"),
        ("x v", ["f(x) + v = const"], "f is not known"),
        ("x v", ["v' = f(x)", "f uses v"], "stands as f\\(x\\) in an equation, with other arguments"),
        ("x v", ["v' = f", "f uses x", "f uses x, v"], "are told by 'f uses x' too"),
        ("x", ["x' = f", "f uses x, y"], "'y', an argument of f, is constant"),
        ("theta", ["theta' = f(tetha)"], "Did you mean 'theta'"),
        ("x", ["x' = v"], "If it is the velocity, which was not measured, write x'' = f"),
        (
            "I",
            ["I' = b*S*I - g*I", "S' = -b*S*I", "0 < S < 1e6"],
            "S is a state, and bounds .* unless it is told",
        ),
        ("I", ["I' = b*S*I - g*I", "S' = -b*S*I", "I ~ 3 +- 1"], "I is a state, and bounds and beliefs"),
        ("I", ["I' = b*S*I - g*I", "S' = -b*S*I", "S = 1000"], "S is a state with an equation, and no constant"),
        ("x", ["x_dot = -k*x"], "Is the derivative of x meant?"),
        ("x", ["x' = -k*x", "gg = 9.81"], "No equation has the constant 'gg'"),
        ("x", ["x' = -gamma*x", "gama = 9.81"], "Did you mean 'gamma'"),
        ("x", ["x' = -k*x - k2*x"], "k and k2 stand before the same terms"),
        ("x v", ["v' = f(x, v) + g(v, x)"], "only their sum can be found"),
        ("I", ["S' = -h(S, I)"], "its equation has to be told in full"),
        ("x", ["x' = f(x)", "x increasing"], "It is a column"),
        ("x y", ["x' = f(x)", "y' = f(y)"], "other arguments"),
        ("x", ["x' = f(x)", "g increasing"], "stands in no equation"),
        ("x", ["x' = f", "f increasing"], "stands without arguments"),
        ("x", ["x' = f(x)", "f increasing", "f decreasing"], "contradict each other"),
        ("x y", ["r = (x, z)"], "no column 'z'"),
        ("x y", ["x = (x, y)"], "is a column already"),
        ("x y", ["r = (x, y)", "r' = -k*r + 1"], "no vector of 2 parts"),
        ("x y", ["r = (x, y)", "r' = -k*r + (0, 1, 2)"], r"no vector of 2 parts: .* as in -k\*r or \(a1, a2\)"),
        ("x y", ["r = (x, y)", "r' = (0, r)"], "no vector of 2 parts"),
        ("x y", ["r = (x, y)", "r' = (0, (1, 2))"], "no vector of 2 parts"),
        ("x y", ["r = (x, y)", "r' = f((1, 2))*r"], "no vector of 2 parts"),
        ("x y", ["r = (x, y)", "r' = -|r + 1|*r"], "Between the bars of |r + 1| stands no sum of vectors"),
        ("x y", ["r = (x, y)", "x' = -|r + 1|*x"], "Between the bars of |r + 1| stands no sum of vectors"),
        ("x y z", ["r = (x, y)", "v = (x, y, z)", "r' = -|r - v|*r"], "stands no sum of vectors"),
        ("x y", ["r = (x, y)", "x' = -k*r"], "r is a vector, but on the left stands a number"),
        ("x y", ["r = (x, y)", "x' = -k*x + (0, 1)"], "This is a vector, but on the left stands a number"),
        ("x", ["x[n+1] = -k*x[n]"], "This is the step of a map"),
        ("substrate", ["S' = -V*S/(K+S)"], "There is no column 'S', .* Did you mean 'substrate'"),
        ("prey hunters", ["H' = -a*H"], "Did you mean 'hunters'\\? The columns are 'prey', 'hunters'"),
        ("prey hunters", ["q' = -a*q"], "speak of it. The columns .* as in prey' = f\\(prey, q\\)"),
        ("x y", ["x' = -a*x", "y' = -b*y", "z' = -c*x*z"], "no equation of a column depends on it"),
        ("x", ["x' = f(x)", "z' = -c*x*z"], "no equation of a column depends on it"),
        ("x", ["x'' = -k*x", "X' = -c*X"], "Did you mean 'x'"),
    ],
)
def test_contradictions_and_unknown_names_are_refused(columns: str, sentences: list[str], message: str) -> None:
    """Each with its own message, before anything is computed."""
    with pytest.raises(UsageError, match=message):
        told(columns, *sentences)


def test_columns_are_listed_once_as_sentences_name_them() -> None:
    """A header of several words stands behind the name that can be written; the example can be, too."""
    names = Names({"Cl_above": "Cl above (mg/L)", "S_": "S [1]"}, {"Injection": "Injection (mg/L)"})
    with pytest.raises(UsageError) as caught:
        understand(["Cl' = k*(Injection - Cl)"], names)
    assert "The columns are 'Cl_above' (Cl above), 'S', 'Injection'. If" in str(caught.value)
    assert "as in Cl_above' = f(Cl_above, Cl)" in str(caught.value)
    assert understand(["Cl_above' = f(Cl_above, Cl)", "Cl' = k*(Injection - Cl)", "S' = -c*S"], names).hidden


def test_an_input_has_no_equation() -> None:
    """Its course is given."""
    with pytest.raises(DiscoveryError, match="is an input"):
        told("x", "u' = -x", inputs="u")


@pytest.mark.parametrize(
    ("columns", "sentences"),
    [
        ("x v", ["x' = v"]),  # a column
        ("x", ["x' = c", "c > 0"]),  # a constant of which something is told
        ("x", ["x' = -(a + b)*x", "a ~ 1 +- 0.1"]),  # told apart by what is believed
        ("x y", ["x' = f(x) + y*g(x)"]),
        ("x y", ["x' = -a*x*y", "y' = a*x*y - b*y"]),
        ("x v", ["v' = f", "f uses x, v"]),
        ("x", ["x' = -w*x", "w = 2*k", "k = 3"]),
        ("I", ["S' = -beta*S*I"]),  # a state that nobody measured, by which the open equation of I may go
        ("I", ["E' = k*S*I - l*E", "S' = -k*S*I"]),
        ("x", ["x' = -k*x + z", "z' = -c*z"]),
        ("x", ["x' = f(x, z)", "z' = -c*w", "w' = -c*z"]),
        ("x", ["x'' = -k*x + z", "z' = -c*z"]),
        ("x y", ["y' = f", "f uses z", "z' = -c*z"]),
        ("I R", ["S + I + R = const", "S' = -beta*S*I", "I' = beta*S*I - g*I"]),
    ],
)
def test_what_fits_together_is_not_refused(columns: str, sentences: list[str]) -> None:
    """Each is near to what is refused."""
    assert told(columns, *sentences).frame.templates


def test_maps_have_steps_and_no_second_derivatives() -> None:
    """A step may be written as one, or with a prime."""
    names = Names({"x": "x"}, discrete=True)
    assert understand(["x[n+1] = r*x[n]"], names).frame == understand(["x' = r*x"], names).frame
    with pytest.raises(UsageError, match="A map has no second derivative"):
        understand(["x'' = -x"], names)


def test_a_name_that_is_no_column_has_the_columns_listed() -> None:
    """As sentences name them: who tells a column by its value under another name learns what it is called."""
    names = Names({"E_cell_V": "E cell/V"})
    with pytest.raises(ExpressionError, match=r"the columns are 'E_cell_V' \(E cell/V\)"):
        understand(["Ecell = x", "x' = -k*x"], names)
