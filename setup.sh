#!/bin/sh
# Makes .venv and installs the package there at the versions of constraints.txt; demo.sh and test.sh call it first.
# Usage: ./setup.sh [EXTRAS], for example ./setup.sh pysr,test. Does nothing where that has been done.
set -eu
cd "$(dirname "$0")"
extras="${1:-}"

# A change of any of these makes what is installed out of date.
state="$PWD $(cat pyproject.toml constraints.txt | cksum)"
done_already() { [ -f ".venv/installed-$1" ] && [ "$(cat ".venv/installed-$1")" = "$state" ]; }
if [ -x .venv/bin/discover ] && .venv/bin/python -c '' 2>/dev/null && done_already "$extras"; then
    exit 0
fi

python=""
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python="$candidate"
        break
    fi
done
if [ -z "$python" ]; then
    echo "No Python 3.11 or newer was found. Install one (Debian, Ubuntu: apt install python3 python3-venv)," >&2
    echo "or name one: PYTHON=/path/to/python $0" >&2
    exit 1
fi

if ! .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python cannot make virtual environments. Install what it lacks (Debian, Ubuntu: apt install python3-venv)." >&2
        exit 1
    fi
    "$python" -m venv --clear .venv
fi

echo "Installing discovery${extras:+ with $extras} into $PWD/.venv; the first time takes some minutes." >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
    -c constraints.txt -e ".${extras:+[$extras]}"
echo "Compiling the solver, once." >&2
.venv/bin/discover run datasets/measured/lynx_hare_1900_1920.csv --recipe quick --out .venv/first --json >/dev/null 2>&1 ||
    echo "That failed; the first discovery compiles it, or says what is wrong." >&2
# The implicit method, which a stiff law alone needs.
.venv/bin/discover systems robertson --csv .venv/stiff.csv >/dev/null 2>&1 &&
    .venv/bin/discover run .venv/stiff.csv --recipe quick --law "y_1' = -k1*y_1 + k2*y_2*y_3" --law "y_3' = k3*y_2**2" \
        --law "y_2' = k1*y_1 - k2*y_2*y_3 - k3*y_2**2" --out .venv/stiff --json >/dev/null 2>&1 || true
for installed in "" "$extras"; do
    echo "$state" > ".venv/installed-$installed"
done
