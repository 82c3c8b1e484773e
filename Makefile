# Two doors: `make demo` shows everything, `make test` tries everything. Each installs what is
# missing, builds, and runs. `make check` is for between: less than a minute. The build itself is Meson's.

BUILD := build
ASAN := build-asan
TSAN := build-tsan
FAILPOINTS := build-failpoints
DEBUG := build-debug
RELEASE := build-release
PACKAGES := build-deb

PREFIX = /usr/local

.PHONY: all bench check debug demo install sim test mutants torture torture-switches torture-mixed \
	torture-steps torture-kills torture-traps torture-rosters torture-live torture-swift torture-mutants \
	torture-console torture-fmp12 torture-large-source torture-manifest torture-pages torture-zip torture-deb torture-units torture-oci deb oci \
	failpoints \
	clean

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

# Says what it does; on a terminal the build shows how far it is, in one line.
demo: packages-build $(BUILD)/build.ninja
	@echo "building fmferry and fmsim in $(BUILD)/: a minute or two the first time"
	@NINJA_STATUS="[%f of %t] " ninja -C $(BUILD) $(if $(MAKE_TERMOUT),,--quiet)
	@tools/demo $(BUILD)

# The demonstration's simulated FileMaker Server, for who tries on by hand. PORT=8443.
sim: packages-build all
	@tools/sim $(BUILD) $(PORT)

test: packages-build packages-test packages-npm packages-real all $(ASAN)/build.ninja $(TSAN)/build.ninja failpoints
	@ninja -C $(ASAN) --quiet
	@ninja -C $(TSAN) --quiet
	@tests/run.py $(BUILD) $(ASAN) $(TSAN)

# Programs, manual, completions, units and documents, into PREFIX (/usr/local). DESTDIR=folder: below that folder.
install: packages-build
	@meson setup $(if $(wildcard $(RELEASE)/build.ninja),--reconfigure) --prefix=$(PREFIX) --libexecdir=libexec \
		-Dtests=false $(RELEASE) >/dev/null
	@ninja -C $(RELEASE) --quiet
	@DESTDIR=$(DESTDIR) meson install -C $(RELEASE) --quiet

# An image for containers, in build-deb/ beside the package that it is made of.
oci: deb
	@tools/oci $(PACKAGES)

# The Debian packages of fmferry and fmsim, in build-deb/; lintian says what it has against them.
deb: packages-build packages-deb
	@tools/deb $(PACKAGES)
	@lintian --allow-root --fail-on error $(PACKAGES)/*.changes

# The quick tests of one build: unit tests, fuzz replays, checks of the tree. Two run for each processor, since
# many only wait. ONLY=word: instead, all tests with this word in their name, however long they take.
check: packages-build all
	@tests/run.py $(if $(ONLY),--only $(ONLY),--only unit_ --only fuzz_ --only checks/ --jobs $(CHECK_JOBS)) $(BUILD)

CHECK_JOBS = $(shell expr 2 '*' $$(nproc))

# A program under gdb: TEST=unit_base_num CASE=sizes_may_end_in_a_unit; any other name, with its ARGS.
debug: packages-build packages-debug
	@FMFERRY_BUILD=$(DEBUG) tools/debug $(or $(TEST),fmferry) $(CASE) $(ARGS)

# QUICK=1: less of everything. WHOLE=1: all ten runs of the first importer, a quarter of an hour.
bench: packages-build packages-bench all
	@bench/bench $(if $(QUICK),--quick) $(if $(WHOLE),--whole) --json $(BUILD)/bench.json $(BUILD)

# Puts each deliberate fault into a copy of the source and lists those that no test notices. An hour;
# ONLY=word: those with this word in area, name or path; SAMPLE=20 SEED=7: so many of them; JOBS=2: copies.
mutants: packages-build packages-test packages-real all
	@nice tests/mutants/mutants.py $(if $(ONLY),--only $(ONLY)) $(if $(SAMPLE),--sample $(SAMPLE)) \
		--seed $(or $(SEED),1) --jobs $(or $(JOBS),1) $(BUILD)

# Takes hours; `make test` runs a sample of it. MINUTES=10: less of what runs by the clock.
torture: torture-switches torture-mixed torture-steps torture-kills torture-traps torture-rosters \
	torture-live torture-swift torture-mutants torture-console torture-fmp12 torture-large-source torture-manifest \
	torture-zip torture-deb torture-units torture-oci

torture-switches: packages-build packages-test all
	@FMFERRY_BUILD=$(BUILD) tests/torture/switches.py

torture-mixed: packages-build packages-test $(ASAN)/build.ninja
	@ninja -C $(ASAN) --quiet
	@FMFERRY_BUILD=$(ASAN) tests/torture/mixed_use.py --minutes $(or $(MINUTES),60)

# Kills every story at every step: an hour. KILLS times kill -9 at random: an hour and a half.
torture-steps: packages-build packages-test all failpoints
	@FMFERRY_BUILD=$(BUILD) tests/crash/every_step.py
	@FMFERRY_BUILD=$(BUILD) UPLOADS=200 tests/crash/test_uploads.py
	@FMFERRY_BUILD=$(BUILD) CRASH_STEPS=0 tests/crash/test_sources.py

torture-kills: packages-build packages-test all
	@FMFERRY_BUILD=$(BUILD) tests/crash/torture.py --kills $(or $(KILLS),1000)

# A thousand seeds of traps for the census: an hour.
torture-traps: packages-build packages-test all
	@FMFERRY_BUILD=$(BUILD) TRAPS=1000 tests/e2e/test_traps.py

# A thousand rosters as CSV, a hundred in FileMaker: two minutes.
torture-rosters: packages-build packages-test all
	@FMFERRY_BUILD=$(BUILD) ROSTERS=1000 tests/e2e/test_rosters.py

# Twenty of the deliberate faults, different ones each day.
torture-mutants:
	@$(MAKE) --no-print-directory mutants SAMPLE=20 SEED=$$(date +%j)

# The first importer's clinic into the slower of the two S3 servers: ten minutes.
torture-swift: packages-build packages-test packages-real all
	@FMFERRY_BUILD=$(BUILD) SEED=1 tests/real/test_swift.py

# 5,000 records while people edit and faults happen, with three seeds, one mover and two; then the clinic's
# own set with the same faults: half an hour.
torture-live: packages-build packages-test all
	@FMFERRY_BUILD=$(BUILD) LIVE_RECORDS=5000 LIVE_SEEDS="1 2 3" LIVE_REPLAY=1 tests/e2e/test_live.py

# Ten thousand malformed requests at the console's port, and what a run pays for fifty who watch it: half an hour.
torture-console: packages-build packages-test all
	@FMFERRY_BUILD=$(BUILD) MALFORMED=10000 tests/console/test_attacks.py
	@FMFERRY_BUILD=$(BUILD) tests/torture/viewers.py

# How long the console's pages take beside a million documents: half an hour. DOCUMENTS=100000: beside fewer.
torture-pages: packages-build packages-test all
	@FMFERRY_BUILD=$(BUILD) tests/torture/pages.py

# Two thousand documents, 500 MB, as one ZIP, and the console's memory meanwhile: five minutes. DOCUMENTS=200: fewer.
torture-zip: packages-build packages-test all
	@FMFERRY_BUILD=$(BUILD) tests/torture/zip.py

# Three thousand damaged FileMaker files, and three thousand more of the samples if they are there: ten minutes.
torture-fmp12: packages-build packages-test $(ASAN)/build.ninja
	@ninja -C $(ASAN) --quiet tests/unit/fmp12/unit_fmp12_mutations
	@FMP12_MUTATIONS=3000 $(ASAN)/tests/unit/fmp12/unit_fmp12_mutations

# A FileMaker file and a list of 2 GB, each moved and read again, with the memory that a small one needs: five minutes, and
# 5 GB of disk. MEGABYTES=200: less.
torture-large-source: packages-build packages-test all
	@FMFERRY_BUILD=$(BUILD) tests/torture/large_source.py

# Twenty thousand lines of a manifest, and as many files of a backup, under the sanitizers: five minutes. LINES=2000: fewer.
torture-manifest: packages-build packages-test $(ASAN)/build.ninja
	@ninja -C $(ASAN) --quiet src/fmferry fmsim
	@FMFERRY_BUILD=$(ASAN) tests/torture/manifest.py

# The packages in a bare Debian 12, installed, upgraded and purged: five minutes, and what apt fetches.
torture-deb: deb
	@tests/torture/deb.py $(PACKAGES)

# As root: systemd boots, and the units move a migration within all that encloses them.
torture-units: all deb
	@FMFERRY_BUILD=$(BUILD) tests/torture/units.py $(PACKAGES)

# As root: it is unpacked, and moves a migration within its own walls.
torture-oci: all oci
	@FMFERRY_BUILD=$(BUILD) tests/torture/oci.py $(PACKAGES)

# The mover with places where a test can make it die; never given away.
failpoints: $(FAILPOINTS)/build.ninja
	@ninja -C $(FAILPOINTS) --quiet src/fmferry

clean:
	rm -rf $(BUILD) $(ASAN) $(TSAN) $(FAILPOINTS) $(DEBUG) $(RELEASE) $(PACKAGES) demo

# Any npm will do: Debian's cannot be installed beside one from elsewhere.
packages-npm:
	@command -v npm >/dev/null || tools/packages npm

# Real servers and clients. Without them their tests are skipped and say so.
packages-real:
	-@tools/packages real

packages-%:
	@tools/packages $*

$(BUILD)/build.ninja: | packages-build
	@echo "preparing the build: compiler and libraries are looked for"
	@meson setup $(BUILD) >/dev/null

# The second compiler, with the address and undefined-behaviour sanitizers.
$(ASAN)/build.ninja: | packages-test
	@CC=clang meson setup $(ASAN) -Db_sanitize=address,undefined -Db_lundef=false >/dev/null

$(TSAN)/build.ninja: | packages-test
	@meson setup $(TSAN) -Db_sanitize=thread >/dev/null

$(FAILPOINTS)/build.ninja: | packages-build
	@meson setup $(FAILPOINTS) -Dfailpoints=true >/dev/null
