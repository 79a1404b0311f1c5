#!/bin/sh
# Builds and tests under each sanitizer named. Usage: Scripts/sanitize.sh address undefined thread
#
# The tests that start the built command are left out: it is not built with the sanitizer. Swift has no
# UndefinedBehaviorSanitizer on Linux, so the C core alone is built with it, and traps.
set -eu
for sanitizer in "$@"; do
    echo "== $sanitizer"
    case $sanitizer in
    # Its loops are compiled for one instruction set only, and some tests' numbers are those of fused products.
    thread) options="--sanitize=thread -Xcc -march=native" ;;
    undefined) options="-Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined" ;;
    *) options="--sanitize=$sanitizer" ;;
    esac
    # An allocation that cannot be is one of the tests.
    ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 \
        TSAN_OPTIONS="halt_on_error=1:allocator_may_return_null=1:suppressions=$PWD/Scripts/thread-sanitizer.supp" \
        ${SWIFT:-swift} test -c release --scratch-path ".build/$sanitizer" $options --filter 'CDescentTests|DescentTests'
done
