"""Train the model when anything it depends on has changed.

    python -m bot.training [--force]

What it depends on: configuration, domain, training data, dictionary, the library's ask lines, the
source of our components, the word vectors and the versions of the packages. Rasa alone does not see
a changed dictionary or spaCy folder (RASA.md, trap 3), so the fingerprint is ours. The lines labelled
on the desk that the model in use was trained with go into the next one as well; while the content is
what it was, the model in use stays, whichever a reviewer chose (docs/nlu-loop.md).
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
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import settings as settings_module
from bot.asks import ask_lines
from bot.errors import ContentRefused, TrainingFailed
from desk import serving_model
from desk.serving_model import Serving
from desk.utterances import digest_of
from knowledge import training_lines
from knowledge.errors import VectorsMissing
from knowledge.vectors import STAMP, ensure_pipeline
from settings import ROOT, Settings

WORDS = ROOT / "bot" / "dictionary" / "words.txt"
KEPT = 3
"""Models that stay when a new one has been trained."""
PACKAGES = ("rasa", "spacy", "jieba", "jionlp", "scikit-learn", "numpy", "cpca")


@dataclass(frozen=True)
class Sources:
    """What a model is made of. `data` may name files and folders; `cases` is the library's folder.

    `layer`: lines labelled on the desk, laid over those of `data`, which win where both have a line.
    """

    config: Path = ROOT / "bot" / "config.yml"
    domain: Path = ROOT / "bot" / "domain"
    data: tuple[Path, ...] = (ROOT / "data",)
    cases: Path = ROOT / "knowledge" / "cases"
    dictionary: Path = ROOT / "bot" / "dictionary"
    layer: Path | None = None
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
    for line in layer_lines(sources):
        digest.update(repr(line).encode())
    digest.update(json.dumps(ask_lines(sources.cases), ensure_ascii=False).encode())
    stamp = vectors / STAMP
    digest.update(stamp.read_bytes() if stamp.exists() else b"no vectors")
    return digest.hexdigest()


def train(settings: Settings, sources: Sources | None = None, *, force: bool = False) -> Trained:
    """Train if needed and return the model in force; raises TrainingFailed."""
    sources = sources or Sources()
    started = time.monotonic()
    build_vectors(settings)
    folder = settings.model_dir
    content, chosen = fingerprint(sources, settings.vectors_dir), serving_model.read(folder)
    if chosen and chosen.content == content and (folder / chosen.model).is_file() and not force:
        return Trained(folder / chosen.model, False, time.monotonic() - started)
    used = serving_model.in_use(folder)
    layer = serving_model.layer_of(used) if used else None
    if layer is not None and layer.is_file():
        sources = replace(sources, layer=layer)
    model = folder / model_name(fingerprint(sources, settings.vectors_dir))
    fresh = force or not model.exists()
    if fresh:
        train_model(sources, model)
    before = used.name if used and used != model else (chosen.before if chosen else "")
    serving_model.choose(folder, Serving(model.name, before, content))
    if fresh:
        prune(folder, model)
    return Trained(model, fresh, time.monotonic() - started)


def model_name(mark: str) -> str:
    """The file name of the model with this fingerprint."""
    return f"weiquan-{mark[:16]}{serving_model.SUFFIX}"


def layer_lines(sources: Sources) -> list[training_lines.TrainingLine]:
    """The lines of the layer that do not stand in the data or the library already."""
    if sources.layer is None:
        return []
    known = {digest_of(line) for _, line in ask_lines(sources.cases)}
    for path in (file for root in sources.data for file in _files(root) if file.suffix == ".yml"):
        known |= {digest_of(line.text) for line in training_lines.read_file(path)}
    return [line for line in training_lines.read_file(sources.layer) if digest_of(line.text) not in known]


def build_vectors(settings: Settings) -> None:
    """Build the spaCy folder when it is missing or the dictionary has changed; raises TrainingFailed."""
    try:
        if ensure_pipeline(settings.vectors_dir, WORDS):
            say(f"built word vectors in {settings.vectors_dir}")
    except VectorsMissing as missing:
        raise TrainingFailed(str(missing)) from missing


def prune(folder: Path, newest: Path, kept: int = KEPT) -> None:
    """Delete all models but the `kept` latest; `newest`, the one in use and the one before it always stay."""
    chosen = serving_model.read(folder)
    safe = {newest.name, *((chosen.model, chosen.before) if chosen else ())}
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in [path for path in models if path.name not in safe][max(0, kept - len(safe)) :]:
        path.unlink()
        serving_model.layer_of(path).unlink(missing_ok=True)


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def train_model(sources: Sources, model: Path) -> None:
    """Train from these sources into this file, with its layer beside it; raises TrainingFailed."""
    lines = layer_lines(sources)
    with TemporaryDirectory(prefix="weiquan-layer-") as folder:
        data = sources.data
        if lines:
            file = Path(folder) / "layer.yml"
            file.write_text(training_lines.write(lines, "labelled on the desk"), "utf-8")
            data = (*data, file)
        _train_graph(replace(sources, data=data), model.parent, model.name)
    kept = serving_model.layer_of(model)
    if sources.layer is not None and sources.layer != kept:
        kept.write_text(sources.layer.read_text("utf-8"), "utf-8")


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
    with (
        _no_step_cache(),
        _quick_packing(),
        TemporaryDirectory(dir=folder.parent, prefix=".training-") as unfinished,
    ):
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
    """Rasa hashes every message before and after every step to cache it, over a third of the time; we train
    whole or not at all."""
    from rasa.engine.training.hooks import TrainingHook

    before, after = TrainingHook.on_before_node, TrainingHook.on_after_node
    TrainingHook.on_before_node = lambda *arguments, **named: {}  # type: ignore[method-assign]
    TrainingHook.on_after_node = lambda *arguments, **named: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        TrainingHook.on_before_node = before  # type: ignore[method-assign]
        TrainingHook.on_after_node = after  # type: ignore[method-assign]


@contextmanager
def _quick_packing() -> Iterator[None]:
    """The archive of a model is packed at gzip's lowest level: weights hardly shrink further, and it takes a tenth."""
    from tarsafe import TarSafe

    kept = TarSafe.__dict__["open"]
    TarSafe.open = partial(TarSafe.open, compresslevel=1)  # type: ignore[method-assign]
    try:
        yield
    finally:
        TarSafe.open = kept  # type: ignore[method-assign]


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
