"""C99: the right-hand side, and a program that integrates it by Dormand and Prince's method of fifth order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from discovery.export.infix import Dialect
from discovery.export.law import ExportedLaw, Start
from discovery.types import DiscoveryResult

_KEYWORDS = """auto break case char const continue default do double else enum extern float for goto if inline int long
register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof
bool true false complex imaginary I NULL EOF NAN INFINITY errno main"""
_FUNCTIONS = """acos asin atan atan2 cos cosh sin sinh tan tanh exp exp2 expm1 frexp ldexp log log10 log1p log2 modf pow
sqrt cbrt hypot ceil fabs floor fmod fmin fmax sign ramp abs abort exit free malloc printf fprintf puts stdin stdout
stderr j0 j1 jn y0 y1 yn gamma lgamma tgamma erf erfc round trunc nan rint remainder scalbn logb ilogb copysign fdim fma
nearbyint nextafter isnan isinf isfinite signbit div rand system"""
_OWN = """law state derivative next step advance runs run DIMENSION RUNS LAW_ONLY inputs inputs_at INPUTS samples drive
drives driven held"""
_SAME = ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "log", "sqrt")
DIALECT = Dialect(
    "C",
    {**{name: name for name in _SAME}, "abs": "fabs", "sign": "sign", "min": "fmin", "max": "fmax", "ramp": "ramp"},
    whole_power="pow",
    power="pow",
    floating=True,
    comment="//",
    reserved=frozenset(f"{_KEYWORDS} {_FUNCTIONS} {_OWN}".split()),
)
_HEAD = """// The right-hand side of a law, and a program that integrates it:
//
//     cc -std=c99 -O2 FILE.c -o law -lm && ./law > law.csv
//
// To have the function alone, define LAW_ONLY and include this file.
//"""
_SIGN = "static double sign(double x) { return (x > 0.0) - (x < 0.0); }\n"
_RAMP = """// The sign of x, but a steep line from -1 to 1 within width of 0: no solver follows a jump back and forth.
static double ramp(double x, double width) { return fmax(-1.0, fmin(1.0, x / width)); }
"""
# Dormand & Prince (1980), tableau of RK5(4)7M; the last stage is the first of the next step.
_RUNS = """
#ifndef LAW_ONLY
#include <stdio.h>
@SIZES@
struct run { double begin, end, state[DIMENSION]; };

// Of each run: first time, last time, first state.
static const struct run runs[] = {
@RUNS@
};
"""
_DRIVES = """
// Of each sample: its time, then the inputs.
static const double samples[][1 + INPUTS] = {
@ROWS@
};

// Of each run: first and last of its samples.
static const struct drive { size_t first, last; } drives[] = {
@PLACES@
};
static const int held[INPUTS] = {@HELD@};  // until the next sample; other inputs are linear between samples

// Inputs of a run at time t; beyond the ends of its samples as there.
static void inputs_at(const struct drive *drive, double t, double inputs[INPUTS]) {
    size_t before = drive->first, after = drive->last;
    while (after - before > 1) {
        const size_t middle = before + (after - before) / 2;
        if (samples[middle][0] <= t) {
            before = middle;
        } else {
            after = middle;
        }
    }
    const double width = samples[after][0] - samples[before][0];
    const double share = width > 0.0 ? fmin(fmax((t - samples[before][0]) / width, 0.0), 1.0) : 0.0;
    for (int i = 1; i <= INPUTS; i++) {
        const double rise = samples[after][i] - samples[before][i];
        inputs[i - 1] = samples[before][i] + (held[i - 1] ? floor(share) : share) * rise;
    }
}

// The law with the inputs that a run has at time t.
static void driven(const struct drive *drive, double t, const double state[DIMENSION], double derivative[DIMENSION]) {
    double inputs[INPUTS];
    inputs_at(drive, t, inputs);
    law(t, state, inputs, derivative);
}
"""
_SIZES = """
#define SAMPLES 200
#define STEPS 10000000L
"""
_INTEGRATES = """
// One step by Dormand and Prince: the new state, and its error in units of what is tolerated.
static double step(@OF@double t, double h, const double state[DIMENSION], double next[DIMENSION]) {
    static const double node[7] = {0.0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1.0, 1.0};
    static const double weight[7][6] = {
        {0.0},
        {1.0 / 5},
        {3.0 / 40, 9.0 / 40},
        {44.0 / 45, -56.0 / 15, 32.0 / 9},
        {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
        {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
        {35.0 / 384, 0.0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
    };
    static const double defect[7] = {71.0 / 57600, 0.0,         -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200,
                                     22.0 / 525,   -1.0 / 40};
    double slope[7][DIMENSION];
    double worst = 0.0;
    for (int stage = 0; stage < 7; stage++) {
        for (int i = 0; i < DIMENSION; i++) {
            next[i] = state[i];
            for (int j = 0; j < stage; j++) next[i] += h * weight[stage][j] * slope[j][i];
        }
        @LAW@t + node[stage] * h, next, slope[stage]);
    }
    for (int i = 0; i < DIMENSION; i++) {
        double error = 0.0;
        for (int stage = 0; stage < 7; stage++) error += h * defect[stage] * slope[stage][i];
        error = fabs(error) / (1e-10 + 1e-8 * fmax(fabs(state[i]), fabs(next[i])));
        if (!isnan(worst) && !(error <= worst)) worst = error;  // what is not a number stays
    }
    return worst;
}

// Moves the state from one time to another; returns 0 where that takes too many steps.
static int advance(@OF@double from, double to, double state[DIMENSION]) {
@LONGEST@    double t = from, h = (to - from) / 10.0;
    for (long count = 0; count < STEPS && t < to; count++) {
        double next[DIMENSION];
@LIMIT@        if (t + h > to) h = to - t;
        const double error = step(@BY@t, h, state, next);
        const double factor = error == 0.0 ? 5.0 : 0.9 * pow(error, -0.2);
        if (error <= 1.0) {
            t = h == to - t ? to : t + h;
            for (int i = 0; i < DIMENSION; i++) state[i] = next[i];
        }
        h *= factor > 0.2 ? fmin(factor, 5.0) : 0.2;
    }
    return t >= to;
}

int main(void) {
    printf("run,t,@COLUMNS@\\n");
    for (size_t number = 0; number < sizeof runs / sizeof runs[0]; number++) {
        struct run run = runs[number];
        const double width = (run.end - run.begin) / SAMPLES;
        for (int sample = 0; sample <= SAMPLES; sample++) {
            const double t = run.begin + sample * width;
            if (sample > 0 && !advance(@RUN@t - width, t, run.state)) {
                fprintf(stderr, "Run %lu stopped before t = %g.\\n", (unsigned long)number + 1, t);
                return 1;
            }
            printf("%lu,%.10g", (unsigned long)number + 1, t);
            for (int i = 0; i < DIMENSION; i++) printf(",%.10g", run.state[i]);
            printf("\\n");
        }
    }
    return 0;
}
#endif
"""
_APPLIES = """
int main(void) {
    printf("run,n,@COLUMNS@\\n");
    for (size_t number = 0; number < sizeof runs / sizeof runs[0]; number++) {
        struct run run = runs[number];
        for (long n = lround(run.begin); n <= lround(run.end); n++) {
            double next[DIMENSION];
            printf("%lu,%ld", (unsigned long)number + 1, n);
            for (int i = 0; i < DIMENSION; i++) printf(",%.10g", run.state[i]);
            printf("\\n");
            @APPLY@(double)n, run.state, next);
            for (int i = 0; i < DIMENSION; i++) run.state[i] = next[i];
        }
    }
    return 0;
}
#endif
"""

_FREE = {"@OF@": "", "@BY@": "", "@RUN@": "", "@LAW@": "law(", "@APPLY@": "law(", "@LONGEST@": "", "@LIMIT@": ""}
# Steps are no longer than samples are apart, so that none passes over what an input does.
_DRIVEN = {
    "@OF@": "const struct drive *drive, ",
    "@BY@": "drive, ",
    "@RUN@": "&drives[number], ",
    "@LAW@": "driven(drive, ",
    "@APPLY@": "driven(&drives[number], ",
    "@LONGEST@": """    const double whole = samples[drive->last][0] - samples[drive->first][0];
    const double longest = whole / (double)(drive->last - drive->first);
""",
    "@LIMIT@": "        h = fmin(h, longest);\n",
}
_GIVES = {False: "// Derivatives of the states at time t.", True: "// The states that follow those of number t."}


def write(result: DiscoveryResult) -> str:
    """A file with the function ``law`` and a program that integrates it from the first state of each run."""
    law = ExportedLaw.of(result, DIALECT.reserved)
    sides = law.right_hand_sides(DIALECT, indent=" " * 8)
    helper = _SIGN if any("sign(" in side for side in sides) else ""
    helper += _RAMP if any("ramp(" in side for side in sides) else ""
    constants = [
        f"static const double {one.name} = {one.value!r};  {DIALECT.remark(one.interval)}" for one in law.constants
    ]
    lines = [
        _HEAD,
        law.preamble(DIALECT),
        "",
        "#include <math.h>",
        "",
        f"#define DIMENSION {len(law.states)}",
        *([f"#define INPUTS {len(law.inputs)}"] if law.inputs else []),
        "",
        *constants,
        f"{helper}",
        *_function(law, sides),
    ]
    return "\n".join(lines) + "\n" + _program(law)


def _function(law: ExportedLaw, sides: Sequence[str]) -> list[str]:
    places = {name: f"state[{i}]" for i, name in enumerate(law.states)}
    places |= {name: f"inputs[{i}]" for i, name in enumerate(law.inputs)}
    inputs = "const double inputs[INPUTS], " if law.inputs else ""
    return [
        _GIVES[law.law.discrete],
        f"void law(double t, const double state[DIMENSION], {inputs}double derivative[DIMENSION]) {{",
        *(f"    const double {name} = {places[name]};" for name in (*law.used, *law.used_inputs)),
        "    (void)t;",
        *([] if law.used else ["    (void)state;"]),
        *([] if law.used_inputs or not law.inputs else ["    (void)inputs;"]),
        *(f"    derivative[{i}] = {side};" for i, side in enumerate(sides)),
        "}",
    ]


def _program(law: ExportedLaw) -> str:
    discrete = law.law.discrete
    program = _RUNS.replace("@SIZES@", "" if discrete else _SIZES) + (_drives(law) if law.inputs else "")
    program += _APPLIES if discrete else _INTEGRATES
    for place, text in (_DRIVEN if law.inputs else _FREE).items():
        program = program.replace(place, text)
    return program.replace("@COLUMNS@", ",".join(law.states)).replace("@RUNS@", "\n".join(law.runs(DIALECT, _run)))


def _drives(law: ExportedLaw) -> str:
    rows = [f"    {{{', '.join(map(repr, row))}}}," for samples in law.drives for row in samples.tolist()]
    ends = list(accumulate(map(len, law.drives)))
    places = [f"    {{{end - len(samples)}, {end - 1}}}," for samples, end in zip(law.drives, ends, strict=True)]
    text = _DRIVES.replace("@ROWS@", "\n".join(rows)).replace("@PLACES@", "\n".join(places))
    return text.replace("@HELD@", ", ".join("1" if held else "0" for held in law.held))


def _run(start: Start) -> str:
    return f"    {{{start.begin!r}, {start.end!r}, {{{', '.join(map(repr, start.state))}}}}},"
