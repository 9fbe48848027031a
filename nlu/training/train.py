"""`python -m nlu.training.train --out FOLDER --name NAME`: train one model from the repository's files.

Owns which files Rasa trains on: `data/` also holds the guide and the reference tables, which are none of its business.
Quiet unless something is wrong: what it prints is what the operator is shown when a training fails.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import warnings
from pathlib import Path

import structlog
import yaml

from nlu import lean_imports


def main() -> int:
    """Exit code 0 when the model lies at FOLDER/NAME.tar.gz."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--name", required=True)
    arguments = parser.parse_args()
    _be_quiet()
    try:
        lean_imports.refuse(components(Path("config.yml")))
    except lean_imports.Unavailable as error:
        print(f"config.yml: {error}", file=sys.stderr)
        return 1
    lean_imports.install()
    # After the logging is set: Rasa's modules ask for their loggers when they are imported.
    import rasa

    # Of libraries about one another; Rasa turns them on when it is imported.
    warnings.simplefilter("ignore", DeprecationWarning)
    sources = [path for path in ("data/nlu", "data/rules.yml", "data/stories") if Path(path).exists()]
    result = rasa.train(
        domain="domain.yml",
        config="config.yml",
        training_files=sources,
        output=arguments.out,
        fixed_model_name=arguments.name,
    )
    return 0 if result.model else 1


def components(config: Path) -> list[str]:
    """The names of the components that the configuration lists."""
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    return [part["name"] for key in ("pipeline", "policies") for part in content.get(key) or ()]


def _be_quiet() -> None:
    """Warnings about the model and errors only; structlog, left alone, prints every debug line."""
    os.environ["TQDM_DISABLE"] = "1"  # progress bars are for a terminal; this goes into a pipe
    os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


if __name__ == "__main__":
    sys.exit(main())
