SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: demo test references check fmt bench soak chaos chaos-long lock clean help

PYTHON ?= python3
BIN := .venv/bin
LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock'

# uv reads no pip configuration: it is given the machine's certificates and the address of a mirror, and pip itself is
# the second try (see INSTALL).
export UV_SYSTEM_CERTS ?= 1
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif

# debian PACKAGE...: install Debian packages where this user may; false where not.
define DEBIAN
debian() {
	[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
	echo "askance: installing Debian packages: $$*" >&2
	apt-get -qq update || echo "askance: apt-get update failed, trying with the lists that are here" >&2
	said=$$(DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=120 \
		install --no-install-recommends "$$@" 2>&1) || { echo "$$said" >&2; return 1; }
}
endef

# need "PROGRAM=PACKAGE ...": install the packages of the programs that are not here; `rtsp` is GStreamer's server.
RTSP := python3-gi gir1.2-gst-rtsp-server-1.0 $(addprefix gstreamer1.0-plugins-,base good bad ugly)
define NEEDS
PATH=$$PATH:/usr/sbin:/usr/lib/rabbitmq/bin
here() {
	[ "$$1" = rtsp ] || { command -v "$$1" >/dev/null; return; }
	/usr/bin/python3 -c "import gi; gi.require_version('GstRtspServer', '1.0')" 2>/dev/null
}
need() {
	lacking=()
	for one in "$$@"; do here "$${one%%=*}" || lacking+=($${one#*=}); done
	[ "$${#lacking[@]}" = 0 ] || debian "$${lacking[@]}" && return
	for one in "$${lacking[@]}"; do
		debian "$$one" || echo "askance: cannot install $$one: what needs it is skipped" >&2
	done
}
endef

MINUTES ?= 60
SEED ?= 1
define CAMPAIGN
$(DEBIAN)
$(NEEDS)
need mosquitto=mosquitto systemd-analyze=systemd "rtsp=$(RTSP)" strace=strace eatmydata=eatmydata faketime=faketime nft=nftables \
	ip=iproute2 mkfs.ext4=e2fsprogs systemd-nspawn=systemd-container nats-server=nats-server rabbitmq-server=rabbitmq-server \
	ejabberdctl=ejabberd
$(BIN)/python tests/chaos/campaign.py --json build/reliability-report.json
endef

# install LOCK: what the lock names, with its hashes, and then a cv2 that can be imported on this machine.
define INSTALL
$(DEBIAN)
get() {
	$(BIN)/uv pip install --quiet --python $(BIN)/python "$$@" && return
	echo "askance: uv could not install, trying pip, which reads this machine's pip configuration" >&2
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$@"
}
sees() { $(BIN)/python -c 'import cv2' 2>/dev/null; }
install() {
	echo "askance: installing $$1 into .venv" >&2
	get --require-hashes -r "$$1"
	get --no-deps --no-build-isolation --editable .
	sees || { debian libgl1 libglib2.0-0 && sees; } && return
	echo "askance: libGL is missing and cannot be installed here: opencv-python-headless takes its place" >&2
	$(BIN)/python -m pip -qq uninstall --yes opencv-python opencv-python-headless
	get --require-hashes --no-deps -r requirements-headless.lock
	$(BIN)/python -c 'import cv2'
}
endef

demo: .venv/demo.stamp ## a street clip from camera to labeling queue, in about a minute
	@$(BIN)/askance demo

test: .venv/dev.stamp ## every test but those of chaos and check, with coverage; the skips are counted and explained
	@$(DEBIAN)
	$(NEEDS)
	need mosquitto=mosquitto systemd-analyze=systemd openssl=openssl "rtsp=$(RTSP)"
	mkdir -p build
	$(BIN)/coverage erase
	workers=$$(( ($$(nproc) * 3 + 1) / 2 ))  # many a test waits for something else than a core
	$(BIN)/coverage run -m pytest --ignore tests/house --numprocesses $$workers --dist loadfile --junitxml=build/tests.xml | tee build/tests.log
	$(BIN)/coverage combine --quiet
	$(BIN)/python tests/bars.py build/tests.xml

chaos: .venv/dev.stamp ## the fault campaign: power cuts, kills, full disks, bad networks, in ten minutes
	@$(CAMPAIGN)

chaos-long: .venv/dev.stamp ## the same with other seeds, round after round: make chaos-long MINUTES=600
	@$(CAMPAIGN) --minutes $(MINUTES) --seed $(SEED)

references: .venv-references/stamp ## what decoders are compared with, in an environment of its own (1.6 GB)

check: .venv/dev.stamp ## lint, format, types, import contracts, house rules
	@$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q --numprocesses auto tests/house

fmt: .venv/dev.stamp ## put every file into shape
	@$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/dev.stamp .venv-references/stamp ## speed against its limits and its peers: a table, and build/bench.png
	@$(BIN)/python benchmarks/bench.py --json build/bench.json --plot build/bench.png

soak: .venv/dev.stamp ## a day's worth of frames at full speed, half an hour or more: does anything grow
	@$(BIN)/python benchmarks/soak.py --json build/soak.json --plot build/soak.png

lock: .venv/python.stamp ## renew the locks: versions and hashes, no addresses
	@uv() { $(BIN)/uv pip compile $(LOCK_OPTIONS) "$$@" >/dev/null; }
	uv --upgrade --all-extras pyproject.toml -o requirements.lock
	uv --upgrade --all-extras --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv --group build -c requirements-dev.lock -o requirements-build.lock
	sed -n 's/^opencv-python==\([^ ]*\).*/opencv-python-headless==\1/p' requirements.lock \
		| uv --no-deps - -o requirements-headless.lock

clean: ## remove what tests and tools left behind; .venv stays
	@rm -rf build dist demo-out .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find agent tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

help: ## this text
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 15

# The first line brings exactly what is named, the second what this machine's build of torch needs beside it.
.venv-references/stamp: requirements-references.txt
	@echo "askance: installing $< into .venv-references" >&2
	"$(PYTHON)" -m venv --clear .venv-references
	pip() { .venv-references/bin/python -m pip --quiet --disable-pip-version-check "$$@"; }
	pip install --no-deps -r $<
	pip install "$$(grep '^torch==' $<)"
	touch $@

.venv/python.stamp: requirements-build.lock
	@$(DEBIAN)
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
		found=$$("$(PYTHON)" --version 2>/dev/null || echo missing)
		echo "askance: Python 3.11 or newer is needed, $(PYTHON) is: $$found" >&2
		echo "hint: name another one: make PYTHON=python3.12 demo" >&2
		exit 1
	}
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then
		create() { rm -rf .venv && "$(PYTHON)" -m venv .venv; }
		create >/dev/null 2>&1 || { debian python3-venv && create; } || {
			echo "askance: $(PYTHON) cannot make a virtual environment" >&2
			echo "hint: install its venv module (on Debian: apt-get install python3-venv)" >&2
			rm -rf .venv
			exit 1
		}
	fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	touch $@

.venv/demo.stamp: .venv/python.stamp requirements.lock requirements-headless.lock pyproject.toml
	@$(INSTALL)
	install requirements.lock
	touch $@

.venv/dev.stamp: .venv/demo.stamp requirements-dev.lock
	@$(INSTALL)
	install requirements-dev.lock
	touch $@
