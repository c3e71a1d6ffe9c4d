# GINet for QGIS. `make` or `make help` lists the verbs; each does its own set-up.
.DEFAULT_GOAL := help

.PHONY: help
help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24

.PHONY: engine-python
engine-python: ## print the path of the engine's Python (with make -s)
	@python3 ginet_qgis/environment.py python
