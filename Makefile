# GINet for QGIS. Every verb does its own set-up: nothing needs to be installed by hand.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

SYSTEM_PYTHON := /usr/bin/python3

.PHONY: help bench contest demo test test-qgis lint docs pictures package engine-python env lock clean FORCE
help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24

demo: .venv/complete ## classify a real image with qgis_process; results in demo/
	@scripts/system-packages.sh qgis
	@.venv/bin/python -m scripts.demo --engine "$$(cat .stamps/engine-python)" $(if $(MODEL),--model "$(MODEL)")

test: .venv/complete .venv-qgis/complete .venv-docs/complete ## all tests; PRECISION=float32|bfloat16|float16 forces that
	@GINET_PRECISION="$(PRECISION)" scripts/test.sh "$$(cat .stamps/engine-python)"

test-qgis: .stamps/engine-python .venv-qgis/complete docs ## tests/qgis; VERSION=3.40|3.44 takes that QGIS
	@scripts/test-qgis.sh "$$(cat .stamps/engine-python)" "$(VERSION)"

lint: .venv/complete package ## ruff, mypy --strict on the engine (for Windows too), and what plugins.qgis.org checks
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/mypy --platform win32 --cache-dir .mypy_cache/win32
	@.venv/bin/python scripts/site_check.py dist/ginet_qgis-*.zip

bench: .venv/complete ## speed and memory beside the peers; SCENE=FILE gives the pixels, GLNET=DIR the peer
	@.venv/bin/python -m benchmarks.bench $(if $(SCENE),--scene "$(SCENE)")

contest: .venv/complete ## few labels: fine-tuning beside random forests; DATA=DIR holds the data sets
	@.venv/bin/python -m benchmarks.contest docs/contest.jsonl --data "$(DATA)"
	@.venv/bin/python -m benchmarks.contest docs/contest.jsonl --table --plot docs/contest.png

docs: .venv-docs/complete ## the documentation as web pages in dist/docs
	@.venv-docs/bin/mkdocs build --strict

pictures: .venv/complete ## the documentation's pictures anew, from QGIS on a desktop without a screen
	@scripts/system-packages.sh qgis
	@.venv/bin/python -m scripts.pictures --engine "$$(cat .stamps/engine-python)"

package: docs ## dist/ginet_qgis-VERSION.zip, to be installed in QGIS
	@python3 scripts/package.py

engine-python: .stamps/engine-python ## print the path of the engine's Python (with make -s)
	@cat $<

env: .venv/complete .venv-qgis/complete .venv-docs/complete ## set up all environments, run nothing

lock: .venv/complete ## pin all dependencies anew; UPGRADE=--upgrade takes newer versions
	@.venv/bin/python scripts/lock.py $(UPGRADE)

clean: ## delete what make made; the engine's environment, outside the checkout, stays
	rm -rf .venv .venv-qgis .venv-docs .stamps demo dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The engine's environment is outside the checkout and may go at any time, so it is always looked
# after; that is quick, and the file changes only when the path does.
.stamps/engine-python: FORCE
	@scripts/system-packages.sh python
	@mkdir -p .stamps
	@python3 ginet_qgis/installer build > $@.new
	@cmp -s $@.new $@ || cp $@.new $@
	@rm $@.new

# The developer's tools see the engine's packages through a .pth file, so torch is installed once.
.venv/complete: .stamps/engine-python requirements/dev.txt requirements/train.txt
	@echo "Setting up .venv" >&2
	@"$$(cat .stamps/engine-python)" -m venv --clear .venv
	@PYTHONUTF8=1 "$$(cat .stamps/engine-python)" -c "import sysconfig; print(sysconfig.get_path('platlib'))" \
		> "$$(.venv/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/engine.pth"
	@scripts/install-packages.sh .venv/bin/python requirements/dev.txt requirements/train.txt
	@touch $@

.venv-qgis/complete: requirements/qgis-test.txt
	@scripts/system-packages.sh qgis
	@echo "Setting up .venv-qgis" >&2
	@$(SYSTEM_PYTHON) -m venv --clear --system-site-packages .venv-qgis
	@scripts/install-packages.sh .venv-qgis/bin/python requirements/qgis-test.txt
	@touch $@

.venv-docs/complete: requirements/docs.txt
	@scripts/system-packages.sh python
	@echo "Setting up .venv-docs" >&2
	@$(SYSTEM_PYTHON) -m venv --clear .venv-docs
	@scripts/install-packages.sh .venv-docs/bin/python requirements/docs.txt
	@touch $@
