"""Serve without TensorFlow: Rasa imports it for components this model does not have (340 MB, 3 s).

An importer of our own answers `import tensorflow` (and its relatives) with a module whose names are
empty classes. They may be named, subclassed and used as decorators, which is all that importing
Rasa does; making an object of one raises NotHere, so nothing can quietly compute with them. Training
always uses the real thing, and tests/bot/test_serving.py holds both to the same answers.
"""

from __future__ import annotations

import importlib.machinery
import sys
from abc import ABCMeta
from collections.abc import Sequence
from types import ModuleType
from typing import Any

PACKAGES = frozenset({"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras"})


class NotHere(RuntimeError):
    """TensorFlow was asked to work in a process that serves without it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: this process serves without TensorFlow; start it with --tensorflow")


class _EmptyClass(ABCMeta):
    """Metaclass of the stand-ins: any attribute is another one, calling works only as a decorator."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _empty(f"{cls.__name__}.{name}")

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        if len(arguments) == 1 and not options and callable(arguments[0]):
            return arguments[0]
        if "_stands_in" in vars(cls):
            return cls
        raise NotHere(cls.__name__)


def _empty(name: str) -> _EmptyClass:
    return _EmptyClass(name, (), {"_stands_in": True})


class _EmptyModule(ModuleType):
    """A module in which every name exists."""

    __version__ = "2.12.0"
    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = _empty(f"{self.__name__}.{name}")
        setattr(self, name, found)
        return found


class _Finder:
    """Import hook: finds every module of the packages that stay out, and makes it empty."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        if name.split(".")[0] in PACKAGES:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _EmptyModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def leave_tensorflow_out() -> bool:
    """Install the hook; False when TensorFlow is imported already and it is too late."""
    if any(
        name.split(".")[0] in PACKAGES and not isinstance(module, _EmptyModule)
        for name, module in list(sys.modules.items())
    ):
        return False
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())  # type: ignore[arg-type]
    return True
