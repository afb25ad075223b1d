"""Train the model when anything it depends on has changed.

    python -m bot.training [--force]

What it depends on: configuration, domain, training data, dictionary, the library's ask lines, the
source of our components, the word vectors and the versions of the packages. Rasa alone does not see
a changed dictionary or spaCy folder (RASA.md, trap 3), so the fingerprint is ours.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import settings as settings_module
from bot.asks import ask_lines
from bot.errors import ContentRefused, TrainingFailed
from settings import ROOT, Settings

WORDS = ROOT / "bot" / "dictionary" / "words.txt"
KEPT = 3
"""Models that stay when a new one has been trained."""
PACKAGES = ("rasa", "spacy", "jieba", "jionlp", "scikit-learn", "numpy", "cpca")


@dataclass(frozen=True)
class Sources:
    """What a model is made of. `data` may name files and folders; `cases` is the library's folder."""

    config: Path = ROOT / "bot" / "config.yml"
    domain: Path = ROOT / "bot" / "domain"
    data: tuple[Path, ...] = (ROOT / "data",)
    cases: Path = ROOT / "knowledge" / "cases"
    dictionary: Path = ROOT / "bot" / "dictionary"
    code: tuple[Path, ...] = (
        ROOT / "bot" / "components",
        ROOT / "bot" / "asks.py",
        ROOT / "bot" / "importer.py",
        ROOT / "bot" / "cleaning.py",
        *(ROOT / "knowledge" / name for name in ("figures.py", "varieties.py", "varieties.yml", "words.py")),
    )


@dataclass(frozen=True)
class Trained:
    """Where the model lies, whether it was trained now, and in how many seconds."""

    model: Path
    fresh: bool
    seconds: float


def fingerprint(sources: Sources, vectors: Path) -> str:
    """One hash over everything the model depends on; the same content gives the same hash anywhere."""
    digest = hashlib.sha256()
    for name in PACKAGES:
        digest.update(f"{name}={version(name)}\n".encode())
    for root in (sources.config, sources.domain, *sources.data, sources.dictionary, *sources.code):
        for path in _files(root):
            digest.update(path.relative_to(root.parent).as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update(json.dumps(ask_lines(sources.cases), ensure_ascii=False).encode())
    stamp = vectors / "words.sha256"
    digest.update(stamp.read_bytes() if stamp.exists() else b"no vectors")
    return digest.hexdigest()


def train(settings: Settings, sources: Sources | None = None, *, force: bool = False) -> Trained:
    """Train if needed and return the model in force; raises TrainingFailed."""
    sources = sources or Sources()
    started = time.monotonic()
    build_vectors(settings)
    wanted = fingerprint(sources, settings.vectors_dir)
    name = f"weiquan-{wanted[:16]}.tar.gz"
    model = settings.model_dir / name
    if model.exists() and not force:
        os.utime(model)  # Rasa serves the latest file
        return Trained(model, False, time.monotonic() - started)
    _train_graph(sources, settings.model_dir, name)
    prune(settings.model_dir, model)
    return Trained(model, True, time.monotonic() - started)


def build_vectors(settings: Settings) -> None:
    """Build the spaCy folder when it is missing or the dictionary has changed; raises TrainingFailed."""
    stamp = settings.vectors_dir / "words.sha256"
    wanted = hashlib.sha256(WORDS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text("ascii") == wanted:
        return
    from knowledge.errors import VectorsMissing
    from knowledge.vectors import build_pipeline

    say(f"building word vectors in {settings.vectors_dir}")
    settings.vectors_dir.parent.mkdir(parents=True, exist_ok=True)
    try:
        build_pipeline(settings.vectors_dir, WORDS)
    except VectorsMissing as missing:
        raise TrainingFailed(str(missing)) from missing
    stamp.write_text(wanted, "ascii")


def prune(folder: Path, newest: Path, kept: int = KEPT) -> None:
    """Delete all models but the `kept` latest; `newest` always stays."""
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in [path for path in models if path != newest][kept - 1 :]:
        path.unlink()


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def _train_graph(sources: Sources, folder: Path, name: str) -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"  # Rasa's cache of training steps would grow without bound
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    # Rasa asks for a response phrase to each topic and door; ours are answered by actions, thousands of lines
    warnings.filterwarnings("ignore", category=UserWarning, module=r"rasa\.")
    import skops.io  # noqa: F401  (must come before anything that imports TensorFlow)
    from rasa.model_training import train as train_rasa
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)

    folder.mkdir(parents=True, exist_ok=True)
    for path in sources.data:
        if not path.exists():
            raise TrainingFailed(f"no training data in {path}")
    say("training understanding and rules")
    with _no_step_cache(), TemporaryDirectory(dir=folder.parent, prefix=".training-") as unfinished:
        result = train_rasa(
            domain=str(sources.domain),
            config=str(sources.config),
            output=unfinished,  # Rasa writes in place: half a model must never be taken for one
            force_training=True,
            training_files=[str(path) for path in sources.data],
            fixed_model_name=name,
        )
        if result.code != 0 or not result.model:
            raise TrainingFailed("Rasa did not produce a model; what it printed above says why")
        Path(result.model).replace(folder / name)


@contextmanager
def _no_step_cache() -> Iterator[None]:
    """Rasa hashes every message after every step to cache it, a quarter of the time; we train whole or not at all."""
    from rasa.engine.training.hooks import TrainingHook

    kept = TrainingHook.on_after_node
    TrainingHook.on_after_node = lambda *arguments, **named: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        TrainingHook.on_after_node = kept  # type: ignore[method-assign]


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix not in {".pyc", ".orig"} and "__pycache__" not in path.parts:
            yield path


def main(arguments: list[str] | None = None) -> int:
    """The command line: prints what was done; 0 when a model is in place."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.training", description="Train the bot's model if anything changed."
    )
    parser.add_argument("--force", action="store_true", help="train even if nothing changed")
    options = parser.parse_args(arguments)
    try:
        trained = train(settings_module.load(), force=options.force)
    except (TrainingFailed, ContentRefused) as error:
        print(error, file=sys.stderr)
        return 1
    say(
        f"{'trained' if trained.fresh else 'nothing changed:'} {trained.model.name} in {trained.seconds:.1f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
