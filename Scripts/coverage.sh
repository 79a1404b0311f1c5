#!/bin/sh
# Prints each source file's share of covered lines. Usage: Scripts/coverage.sh SCRATCH_PATH
set -eu
bundle=$(find "$1" -name '*.xctest' -type f | head -n 1)
profile=$(find "$1" -name 'default.profdata' | head -n 1)
# The toolchain's own: another version cannot read its profiles.
cov="$(dirname "$(readlink -f "$(command -v "${SWIFT:-swift}")")")/llvm-cov"
[ -x "$cov" ] || cov=llvm-cov
"$cov" report "$bundle" -instr-profile "$profile" -ignore-filename-regex '\.build|Tests'
