# `make` alone lists what can be done.
PY := .venv/bin/python
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 2

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run train library demo test check fix check-knowledge evaluate evaluate-garbs bench bench-desk bench-search endure lock docs clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup:
	@./setup.sh

setup-dev:
	@./setup.sh dev

run: setup ## install what is missing, train if content changed, start web and bot, print the addresses
	@$(PY) server.py run

train: setup ## train the dialogue model if anything it learns from changed
	@$(PY) server.py train

library: setup ## build the case library file from knowledge/
	@$(PY) server.py library

demo: setup ## fill an empty data folder with an invented office of a year; prints its accounts
	@$(PY) server.py demo

test: setup-dev ## every test: real model, real HTTP, real browser where there is one
	@$(PY) server.py train
	@$(PY) server.py library
	@$(PY) -m pytest -n 2 --dist loadfile

check: setup-dev ## lint, types, content, layering, documents (CI runs it inside the tests too)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -m knowledge check
	@$(PY) -m pytest -q tests/test_layering.py tests/test_docs.py

fix: setup-dev ## mend formatting and the lint findings that can be mended
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

check-knowledge: setup ## check cases, laws, offices: errors, unverified citations, due reviews
	@$(PY) -m knowledge check

FILE ?= ../shared/eval/dev.jsonl
OUT ?= var/predictions.jsonl
evaluate: setup-dev ## measure answers on FILE=questions.jsonl, predictions to OUT=...
	@$(PY) -m bench.evaluate $(FILE) --out $(OUT)

bench: setup-dev ## ours against stock Rasa in the same run: turns/s, latency, memory, start-up
	@$(PY) -m bench.turns

bench-search: setup-dev ## search with 4 thousand, 100 thousand and a million phrasings (ten minutes)
	@$(PY) -m bench.phrasings

bench-desk: setup-dev ## pages of the desk with a million tickets and five million messages (twenty minutes)
	@$(PY) -m bench.desk

evaluate-garbs: setup-dev ## what slips, voice input, traditional characters and dialect cost, on FILE=questions.jsonl
	@$(PY) -m bench.perturb $(FILE)

endure: setup-dev ## the WeChat endurance run: 20,000 messages, kills, figures into docs/wechat.md
	@$(PY) -m tests.wechat.endurance --report docs/wechat.md

docs: setup-dev ## write the generated parts of docs/ again
	@$(PY) -m tests.generated_docs

lock: ## pin requirements.txt and requirements-dev.txt again from their .in files
	uv pip compile --quiet --python-version 3.10 --generate-hashes requirements.in -o requirements.txt --custom-compile-command "make lock"
	uv pip compile --quiet --python-version 3.10 --generate-hashes requirements-dev.in -o requirements-dev.txt --custom-compile-command "make lock"

clean: ## remove the environment and caches, keep the data folder
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
