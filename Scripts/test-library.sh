#!/bin/sh
# Builds the C library with each compiler, installs it, and checks what a C program sees of it: exported symbols, the
# SONAME, that it stays loaded, pkg-config, the licence, the examples by their own command lines; what must be rounded
# where it stands; every allocation failing; hostile arguments, with the last compiler under AddressSanitizer and
# UndefinedBehaviorSanitizer.
# Usage: Scripts/test-library.sh [compilers; gcc and Clang, which may be Swift's]
set -eu
swift_clang=$(dirname "$(readlink -f "$(command -v "${SWIFT:-swift}")")")/clang
clang=$(command -v clang || echo "$swift_clang")
[ $# -gt 0 ] || set -- gcc "$clang"
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
library() {
    make --no-print-directory -j"$(getconf _NPROCESSORS_ONLN)" -f Scripts/library.mk "$@" >/dev/null
}
fail() {
    echo "$*" >&2
    exit 1
}

for cc in "$@"; do last=$cc; done
for cc in "$@"; do
    name=$(basename "$cc")
    echo "== $name"
    prefix=$home/.local # where the examples look
    library install CC="$cc" CFLAGS=-Werror OUT=".build/library-$name" PREFIX="$prefix"

    "$cc" -E -P include/descent.h | grep -oE '\bdsc_[a-z0-9_]+\(' | tr -d '(' | sort -u >"$home/declared"
    nm -D --defined-only "$prefix/lib/libdescent.so" | awk '{ print $3 }' | sort >"$home/exported"
    diff "$home/declared" "$home/exported" || fail "the headers (<) and the library (>) differ"

    export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
    libraries=$(pkg-config --libs --static descent | tr ' ' '\n' | grep -v -e '^-L' -e '^-ldescent')
    version=$(pkg-config --modversion descent)
    soname=$(readelf -d "$prefix/lib/libdescent.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
    [ "$(readlink -f "$prefix/lib/$soname")" = "$prefix/lib/libdescent.so.$version" ] ||
        fail "SONAME '$soname' does not lead to version $version"
    readelf -d "$prefix/lib/libdescent.so" | grep -q NODELETE || fail "dlclose would unload code that threads wait in"
    cmp LICENSE "$prefix/share/doc/descent/LICENSE"

    # Each example, by the command line that it shows.
    rm -rf "$home/examples"
    cp -r Examples/C "$home/examples"
    for example in "$home"/examples/*.c; do
        command=$(sed -n 's/^ \*     cc /cc /p' "$example")
        (cd "$home/examples" && [ -n "$command" ] && HOME=$home sh -c "$command") ||
            fail "$(basename "$example"): its command line: $command"
    done
    if [ -f "${DESCENT_DATA_DIR:-}/fashion-mnist/train-images-idx3-ubyte.gz" ]; then
        "$home/examples/train" "$DESCENT_DATA_DIR/fashion-mnist" 1
    fi
    "$cc" Examples/C/adam.c $(pkg-config --cflags --libs descent) -o "$home/adam"
    LD_LIBRARY_PATH="$prefix/lib" "$home/adam"

    for flags in "-O2" "-O3 -march=native"; do
        "$cc" -std=gnu17 -Wall -Wextra -Werror $flags -Iinclude -Icsrc Tests/Rounding/main.c "$prefix/lib/libdescent.a" \
            $libraries -o "$home/rounding"
        "$home/rounding" || fail "rounding, with $flags"
    done

    "$cc" -std=gnu17 -Wall -Wextra -Werror -g -Iinclude Tests/FailingMemory/main.c "$prefix/lib/libdescent.a" $libraries \
        -o "$home/failing-memory"
    "$home/failing-memory" "$home/network.safetensors" 2>"$home/errors" ||
        { tail -n 100 "$home/errors" && fail "failing memory"; }

    hostile="$prefix/lib/libdescent.a"
    sanitize=
    if [ "$cc" = "$last" ]; then
        sanitize="-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined"
        hostile=.build/library-$name-sanitized/libdescent.a
        library "$hostile" CC="$cc" CFLAGS="-Werror $sanitize" OUT="$(dirname "$hostile")"
    fi
    # gold, which Swift's Clang takes, warns of every symbol of AddressSanitizer's.
    "$cc" -std=gnu17 -Wall -Wextra -Werror $sanitize -fuse-ld=bfd -Iinclude Tests/HostileArguments/*.c "$hostile" \
        $libraries -o "$home/hostile"
    "$home/hostile" 2>"$home/errors" || { tail -n 100 "$home/errors" && fail "hostile arguments"; }
    # Rows may stand in macros: what is looked through is what the compiler sees of these files, without headers.
    "$cc" -E -Iinclude Tests/HostileArguments/*.c |
        awk '/^# [0-9]/ { is_ours = $3 ~ /HostileArguments/ } is_ours' | grep -oE '\bdsc_[a-z0-9_]+' | sort -u >"$home/rows"
    missing=$(comm -23 "$home/declared" "$home/rows")
    [ -z "$missing" ] || fail "Tests/HostileArguments has no row for $missing"

    library uninstall CC="$cc" OUT=".build/library-$name" PREFIX="$prefix"
    left=$(find "$prefix" -type f -o -type l)
    [ -z "$left" ] || fail "uninstall leaves $left"
done
