#!/bin/sh
# Runs the tests; sets up what they need. Arguments are passed to pytest: ./test.sh tests/unit
set -eu
cd "$(dirname "$0")"
./setup.sh docs,pysr,test

# Tests that typeset a report, open it in a browser or run an export skip, with that reason, where these programs are missing. On
# Debian they are installed, once, where that needs no password.
missing=""
command -v pdflatex >/dev/null && kpsewhich lmodern.sty >/dev/null ||
    missing="$missing texlive-latex-recommended lmodern"
command -v latexmk >/dev/null || missing="$missing latexmk"
command -v pdftotext >/dev/null || missing="$missing poppler-utils"
command -v octave-cli >/dev/null || missing="$missing octave"
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing="$missing chromium"
command -v chromedriver >/dev/null || missing="$missing chromium-driver"
tried=".venv/programs$(echo "$missing" | tr ' ' -)"
if [ -n "$missing" ] && [ ! -f "$tried" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing$missing" >&2
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  # a list of names
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >"$tried" 2>&1 ||
        echo "That failed (see $tried); tests that need them are skipped." >&2
fi

# Two workers, each with whole files, so that what a file makes once is made once; `./test.sh -n 0` runs them in one process.
exec .venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder "$@"
