"""`python -m nlu.train --out FOLDER --name NAME`: train one model from the repository's files.

Owns which files Rasa trains on: `data/` also holds the guide and the reference tables, which are none of its business.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import rasa


def main() -> int:
    """Exit code 0 when the model lies at FOLDER/NAME.tar.gz."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--name", required=True)
    arguments = parser.parse_args()
    sources = [path for path in ("data/nlu", "data/rules.yml", "data/stories") if Path(path).exists()]
    result = rasa.train(
        domain="domain.yml",
        config="config.yml",
        training_files=sources,
        output=arguments.out,
        fixed_model_name=arguments.name,
    )
    return 0 if result.model else 1


if __name__ == "__main__":
    sys.exit(main())
