# Everything a newcomer needs: `make run` and `make test` set up what they need by themselves.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test check protos certs bench soak format clean

run: $(READY)
	$(BIN)/pilothouse-server up

test: $(READY)
	$(BIN)/pytest -q

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/protos

protos: $(READY)
	$(BIN)/python protos/build.py
	$(BIN)/python -m grpc_tools.protoc -Iserver --python_out=server --pyi_out=server pilothouse/server/store/etcd_wire.proto pilothouse/server/cel/syntax.proto

certs: $(READY)
	$(BIN)/python certs/make.py certs/dev --user admin --group system:masters

bench: $(READY)
	$(BIN)/python -m bench

soak: $(READY)
	$(BIN)/python -m tests.soak

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) data certs/dev

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; name it by PYTHON=...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[server,dev]'
	touch $(READY)
