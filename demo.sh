#!/bin/sh
# Discovers the law in the measured lynx and hare data; sets up what it needs. Arguments are passed to `discover run`.
set -eu
cd "$(dirname "$0")"
./setup.sh
exec .venv/bin/discover run datasets/measured/lynx_hare_1900_1920.csv --out runs/lynx_hare "$@"
