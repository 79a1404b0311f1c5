# Descent: `make help` lists what there is to do.

PREFIX ?= /usr/local
SWIFT ?= swift
BUILD = .build/release
EXAMPLES = .build/examples
DEMO = descent-run
C_FILES = $(shell git ls-files '*.c' '*.h')
SWIFT_FILES = Package.swift Sources Tests Examples
LIBRARY = $(MAKE) --no-print-directory -j$$(getconf _NPROCESSORS_ONLN) -f Scripts/library.mk CC="$(CC)" \
	PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)"

.PHONY: demo test lint format sanitize coverage bench documentation library test-library install install-library \
	uninstall clean help build setup examples kill-resume gallery

## demo: install what is missing, build, train the lecture's network on the built-in data
demo: build
	$(BUILD)/descent train --dataset glyphs --optimizer sgd --lr 0.001 --momentum 0.5 --batch-size 16 \
		--epochs 10 --out $(DEMO) --overwrite
	@echo "model, state, history and chart: $(DEMO)/  (look at $(DEMO)/loss.png)"

## test: install what is missing, build, run every test
test: setup
	$(SWIFT) test -c release --scratch-path .build/tests

## kill-resume: kill training runs at 20 random moments, resume them, and compare the bits
kill-resume: build
	@command -v python3 >/dev/null || Scripts/setup.sh python3
	Tests/kill-resume.py --descent $(BUILD)/descent --kills $(or $(KILLS),20)

## build: build the library and the command, optimised
build: setup
	$(SWIFT) build -c release --product descent

## examples: build the examples
examples: setup
	$(SWIFT) build -c release --package-path Examples/Swift --scratch-path $(EXAMPLES)

## lint: check the format of every Swift and C file, and that the gallery has its pictures
lint:
	@Scripts/setup.sh clang-format
	$(SWIFT) format lint --strict --recursive $(SWIFT_FILES)
	clang-format --dry-run -Werror $(C_FILES)
	Scripts/gallery.sh --check

## format: format every Swift and C file
format:
	@Scripts/setup.sh clang-format
	$(SWIFT) format --in-place --recursive $(SWIFT_FILES)
	clang-format -i $(C_FILES)

## sanitize: run the tests under AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer
sanitize: setup
	SWIFT="$(SWIFT)" Scripts/sanitize.sh address undefined thread

## coverage: run the tests and print each source file's share of covered lines
coverage: setup
	$(SWIFT) test --enable-code-coverage --scratch-path .build/coverage
	@Scripts/coverage.sh .build/coverage

## bench: time every row of the benchmark
bench: build
	$(BUILD)/descent bench

## documentation: make the pages that come from the code's own tables
documentation: build
	$(BUILD)/descent optimizers --markdown > Documentation/Optimizers.md
	$(BUILD)/descent layers --markdown > Documentation/Layers.md
	$(BUILD)/descent schedules --markdown > Documentation/Schedules.md
	$(BUILD)/descent lecture list --markdown > Documentation/Lectures.md

## gallery: make the pictures of Documentation/Gallery.md anew; those of other data sets where DESCENT_DATA_DIR has them
gallery: build
	@python3 -c 'import PIL' 2>/dev/null || Scripts/setup.sh python3-pil
	Scripts/gallery.sh $(BUILD)/descent

## library: build the C core alone, as a library for other languages, with $CC
library:
	@Scripts/setup.sh --library
	@$(LIBRARY)

## test-library: build it with GCC and Clang; check what it exports and how it is installed, and hostile arguments
test-library:
	@Scripts/setup.sh --library gcc pkg-config
	Scripts/test-library.sh

## install: put the command and the C library under PREFIX (default /usr/local)
install: build install-library
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(BUILD)/descent $(DESTDIR)$(PREFIX)/bin/descent

## install-library: put the C library, its headers, descent.pc and the licence under PREFIX; needs no Swift
install-library: library
	@$(LIBRARY) install

## uninstall: remove what install put there
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/descent
	@$(LIBRARY) uninstall

## clean: remove everything that was built
clean:
	rm -rf .build $(DEMO)

setup:
	@Scripts/setup.sh

help:
	@sed -n 's/^## /  make /p' $(MAKEFILE_LIST)
