#!/bin/sh
# Builds the C core alone as libdescent.so and libdescent.a and installs them. Usage: Scripts/install-library.sh PREFIX
set -eu
prefix=$1
swift_bin=$(dirname "$(readlink -f "$(command -v "${SWIFT:-swift}")")")
cc=$(command -v clang || echo "$swift_bin/clang")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in $(find csrc -name '*.c'); do
    object="$work/$(echo "$file" | tr / -).o"
    "$cc" -std=gnu17 -O2 -fPIC -Wall -Wextra -Werror -Iinclude -Icsrc -c "$file" -o "$object"
done
mkdir -p "$prefix/lib"
rm -f "$prefix/lib/libdescent.a"
ar rcs "$prefix/lib/libdescent.a" "$work"/*.o
"$cc" -shared -o "$prefix/lib/libdescent.so" "$work"/*.o -llapacke -lopenblas -lpthread -lm
