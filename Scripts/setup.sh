#!/bin/sh
# Makes sure that what Descent builds on is installed: with apt where there is apt, else it says what to install.
# Usage: Scripts/setup.sh [--library] [more Debian packages...]
# --library: for the C core alone, which needs neither Swift nor gnuplot.
set -eu

packages="libopenblas-dev liblapacke-dev libcjson-dev zlib1g-dev"
headers="cblas.h lapacke.h cjson/cJSON.h zlib.h"
is_library=false
if [ "${1:-}" = --library ]; then
    is_library=true
    shift
else
    packages="$packages gnuplot-nox"
fi
packages="$packages $*"

if [ $is_library = false ] && ! command -v swift >/dev/null 2>&1; then
    echo "Descent needs Swift 6.2 or newer: https://www.swift.org/install" >&2
    exit 1
fi

if ! command -v apt-get >/dev/null 2>&1; then
    # Elsewhere the compiler is the judge of what is there.
    for header in $headers; do
        if ! printf '#include <%s>\n' "$header" | cc -E -x c - >/dev/null 2>&1; then
            echo "Descent needs OpenBLAS (cblas.h), LAPACKE (lapacke.h), cJSON (cjson/cJSON.h)" \
                "and zlib (zlib.h); $header is missing. Install their development packages. Charts need gnuplot." >&2
            exit 1
        fi
    done
    exit 0
fi

missing=""
for package in $packages; do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
else
    echo "Descent needs packages that only root can install: apt-get install$missing" >&2
    exit 1
fi
echo "Installing$missing"
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
