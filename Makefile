# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors

SWIFT      ?= swift
PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
RUNTIME    ?= docker
export SWIFT RUNTIME

PRODUCT := .build/product/headroom
CONFIG  := deploy/headroom.yaml

.NOTPARALLEL:
.PHONY: help demo test build packages lint unit lab lab-list soak deploy-test dashboards picture deb install clean swift

help: ## what there is
	@echo "The two that matter are 'make demo' and 'make test'."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: swift packages build ## watch a real container being grown (RUNTIME=docker|containerd)
	@HEADROOM_BIN=$(PRODUCT) Tests/Lab/demo

test: swift packages ## everything: lint, unit tests, deploy tests, a real kernel
	@tools/test

build: swift ## the release binary, and its size
	@tools/release

packages: ## install what is missing, through apt (needs root only then)
	@tools/packages

lint: swift ## Swift's format and shellcheck
	@tools/test lint

unit: swift ## unit tests (FILTER='PolicyTests.Burst')
	@tools/test unit $(if $(FILTER),--filter '$(FILTER)')

lab: swift packages build ## scenarios on a real kernel (SCENARIO=name; none: all)
	@tools/test lab $(foreach scenario,$(SCENARIO),--scenario $(scenario))

soak: swift packages build ## hours of crashes and power cuts at every point, and of random steps (SEED=1)
	@HEADROOM_BIN=$(PRODUCT) Tests/Lab/run --limit 20000 --set SOAK=yes --set SEED=$(or $(SEED),1) --set SEQUENCES=200 \
		--set ROUNDS=500 --set CONTAINERS=50 docker-random docker-stop-start-loop docker-rm-many \
		$$(cd Tests/Lab/scenarios && ls *killed-while* *power-cut-while*)

lab-list: ## the scenarios, a line each
	@Tests/Lab/run --list

deploy-test: swift packages build ## what is in deploy/, dashboards/ and docs/
	@tools/test deploy

dashboards: ## write dashboards/*.json anew from their source
	@dashboards/generate

picture: swift packages build ## docs/*.svg anew, from real runs on a real kernel
	@HEADROOM_BIN=$(PRODUCT) PICTURE=docs/demo.svg Tests/Lab/demo < /dev/null
	@results=$$(mktemp -d) && trap 'rm -rf "$$results"' EXIT \
		&& HEADROOM_BIN=$(PRODUCT) Tests/Lab/run --results "$$results" watch-shows-growth \
		&& tools/terminal-picture 100 < "$$results/watch-shows-growth.screen" > docs/watch.svg

deb: swift packages build ## the Debian package, in .build/deb
	@tools/deb

install: ## binary, units, man pages, completions and example configuration (PREFIX, SYSCONFDIR, DESTDIR)
	@test -x $(PRODUCT) || { echo "There is no $(PRODUCT) yet: make build" >&2; exit 1; }
	install -D -m 755 $(PRODUCT) $(DESTDIR)$(PREFIX)/bin/headroom
	tools/units $(DESTDIR)$(PREFIX)/lib/systemd/system $(PREFIX) $(SYSCONFDIR)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 docs/man/headroom.8
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 docs/man/headroom.yaml.5
	tools/completions $(PRODUCT) $(DESTDIR)$(PREFIX)/share
	test -e $(DESTDIR)$(SYSCONFDIR)/headroom/headroom.yaml \
		|| install -D -m 644 $(CONFIG) $(DESTDIR)$(SYSCONFDIR)/headroom/headroom.yaml

clean: ## remove what was built
	rm -rf .build .build-*

swift:
	@command -v $(SWIFT) > /dev/null || { \
		echo "No '$(SWIFT)' found: Headroom is built with Swift 6.2 or later, see https://www.swift.org/install/linux/" >&2; \
		echo "Then put it on the PATH, or name it: make SWIFT=/opt/swift/usr/bin/swift" >&2; exit 1; }
