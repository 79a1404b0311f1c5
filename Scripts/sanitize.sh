#!/bin/sh
# Builds and tests under each sanitizer named. Usage: Scripts/sanitize.sh address undefined thread
set -eu
for sanitizer in "$@"; do
    echo "== $sanitizer"
    # Tests that start the command or end a process on purpose say nothing about the kernels' memory.
    ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=halt_on_error=1 \
        TSAN_OPTIONS=halt_on_error=1:allocator_may_return_null=1 \
        ${SWIFT:-swift} test --scratch-path ".build/$sanitizer" \
        --sanitize="$sanitizer" --filter 'CDescentTests|DescentTests'
done
