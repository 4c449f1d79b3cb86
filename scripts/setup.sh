#!/bin/sh
# Make .venv with a Python of at least 3.11, all pinned dependencies and Hullcheck itself. Installs the distribution's
# Python packages only where the machine has no usable one.
set -eu
cd "$(dirname "$0")/.."

usable='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c "$usable" >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
}

python=$(find_python)
if [ -z "$python" ]; then
    echo "No Python of at least 3.11 with venv is here: installing it" >&2
    if python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        scripts/install-packages.sh python3-venv
    else
        scripts/install-packages.sh python3.11-venv
    fi
    python=$(find_python)
fi
if [ -z "$python" ]; then
    echo "Hullcheck needs Python 3.11 or newer with the venv module: install it, or name it with PYTHON=..." >&2
    exit 1
fi

stamp=.venv/.installed
if [ ! -e "$stamp" ] || [ requirements-dev.txt -nt "$stamp" ] || [ pyproject.toml -nt "$stamp" ]; then
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    # Where Python is told to write no bytecode, each start would compile all of it anew: a tenth of a second.
    .venv/bin/python -m compileall -q src
    touch "$stamp"
fi
