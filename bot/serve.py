"""The bot process.

    python -m bot.serve --port 5005

TensorFlow is left out, since the model needs none of it; `--tensorflow` takes it in. Then skops is
imported first: the other way round costs thirty seconds (RASA.md).
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings

import settings as settings_module
from bot.errors import BotError
from bot.light import leave_tensorflow_out
from settings import Settings


def serve(
    settings: Settings,
    *,
    port: int = 5005,
    host: str = "127.0.0.1",
    package: str = "actions",
    tensorflow: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; raises ModelMissing when nothing has been trained."""
    prepare(tensorflow=tensorflow)
    from bot import server

    server.run(settings, port=port, host=host, package=package)


def prepare(*, tensorflow: bool) -> None:
    """Set what must be set before Rasa is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one row at a time: threads only cost
    warnings.simplefilter("ignore", DeprecationWarning)
    if tensorflow or not leave_tensorflow_out():
        import skops.io  # noqa: F401


def main(arguments: list[str] | None = None) -> int:
    """The command line: 0 after a clean stop, 2 when there is nothing to serve."""
    parser = argparse.ArgumentParser(prog="python -m bot.serve", description="Serve the bot on one port.")
    parser.add_argument("--port", type=int, default=5005, help="port to listen on (5005)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--actions", default="actions", help="package of the actions (actions)")
    parser.add_argument(
        "--tensorflow", action="store_true", help="import TensorFlow (340 MB) although nothing needs it"
    )
    options = parser.parse_args(arguments)
    try:
        serve(
            settings_module.load(),
            port=options.port,
            host=options.host,
            package=options.actions,
            tensorflow=options.tensorflow,
        )
    except BotError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
