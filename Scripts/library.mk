# The C core alone, for whatever calls C: libdescent.so and libdescent.a, for systems with ELF.
#
#     make -f Scripts/library.mk                             builds them in .build/library
#     make -f Scripts/library.mk install PREFIX=/usr/local   puts them under PREFIX, with headers, descent.pc
#                                                            and the licence; `uninstall` removes them
#
# CC, AR, CPPFLAGS, CFLAGS, LDFLAGS and DESTDIR are the caller's, as usual; OUT is where it builds.

PREFIX ?= /usr/local
OUT ?= .build/library

version := $(shell awk '/define DSC_VERSION_(MAJOR|MINOR|PATCH)/ { v = v "." $$3 } END { print substr(v, 2) }' \
	include/descent/status.h)
# Before version 1 a new minor version may change the ABI.
abi := $(shell echo $(version) | awk -F. '{ print $$1 == 0 ? $$1 "." $$2 : $$1 }')
shared := libdescent.so.$(version)
soname := libdescent.so.$(abi)
libraries := -llapacke -lopenblas -lcjson -lz -lm

# What Clang assumes of itself, and what loops with several invariant conditions need to vectorise.
gcc_flags := -O3 -fno-math-errno -fno-trapping-math --param=max-unswitch-insns=200
is_clang := $(findstring clang,$(shell $(CC) --version))
optimize := $(if $(is_clang),-O2,$(gcc_flags))
compile = $(CC) -std=gnu17 $(optimize) -Wall -Wextra -fPIC -fvisibility=hidden -pthread -Iinclude -Icsrc \
	$(CPPFLAGS) $(CFLAGS)

sources := $(shell find csrc -name '*.c')
objects := $(sources:%.c=$(OUT)/%.o)
prefix := $(DESTDIR)$(PREFIX)

.PHONY: all install uninstall FORCE

all: $(OUT)/$(shared) $(OUT)/libdescent.a

# Not unloaded by dlclose: its threads wait in its code.
$(OUT)/$(shared): $(objects) Scripts/library.map
	$(CC) -shared -pthread $(CFLAGS) $(LDFLAGS) -Wl,-soname,$(soname) -Wl,-z,nodelete \
		-Wl,--version-script=Scripts/library.map \
		-o $@ $(objects) $(libraries)

$(OUT)/libdescent.a: $(objects)
	rm -f $@
	$(AR) rcs $@ $(objects)

$(objects): $(OUT)/%.o: %.c $(OUT)/command
	@mkdir -p $(@D)
	@echo "$(CC) $<"
	@$(compile) -MMD -MP -c $< -o $@

# Another compiler, or other flags, make everything anew.
$(OUT)/command: FORCE
	@mkdir -p $(@D)
	@echo '$(compile)' | cmp -s - $@ || echo '$(compile)' >$@

install: all
	install -d $(prefix)/include/descent $(prefix)/lib/pkgconfig $(prefix)/share/doc/descent
	install -m 644 include/descent.h $(prefix)/include/
	install -m 644 include/descent/*.h $(prefix)/include/descent/
	install -m 755 $(OUT)/$(shared) $(prefix)/lib/
	ln -sf $(shared) $(prefix)/lib/$(soname)
	ln -sf $(soname) $(prefix)/lib/libdescent.so
	install -m 644 $(OUT)/libdescent.a $(prefix)/lib/
	sed -e 's|@prefix@|$(PREFIX)|' -e 's|@version@|$(version)|' -e 's|@libraries@|$(libraries) -pthread|' \
		Scripts/descent.pc.in >$(prefix)/lib/pkgconfig/descent.pc
	install -m 644 LICENSE $(prefix)/share/doc/descent/
	if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

uninstall:
	rm -rf $(prefix)/include/descent $(prefix)/include/descent.h $(prefix)/share/doc/descent
	rm -f $(prefix)/lib/$(shared) $(prefix)/lib/$(soname) $(prefix)/lib/libdescent.so $(prefix)/lib/libdescent.a
	rm -f $(prefix)/lib/pkgconfig/descent.pc

-include $(objects:.o=.d)
