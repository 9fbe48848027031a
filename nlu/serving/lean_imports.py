"""What the serving process does without: TensorFlow, plotting, every chat platform that Rasa knows.

Rasa 3.6.21 imports them on the way to `rasa.core.agent` although a model of sparse features, an own classifier and
rules never calls them: 12 s and 350 MiB at each start. `install` puts placeholders in their place. Refuses (answers
False, and changes nothing) when the model has a component that needs the real thing; a placeholder that is called
after all raises with its own name instead of answering something wrong.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterable, Sequence
from pathlib import Path

# Graph components (by module) that compute with TensorFlow or with the training code around it.
NEURAL_MODULES = frozenset(
    {
        "rasa.core.policies.ted_policy",
        "rasa.core.policies.unexpected_intent_policy",
        "rasa.nlu.classifiers.diet_classifier",
        "rasa.nlu.extractors.crf_entity_extractor",
        "rasa.nlu.featurizers.dense_featurizer.convert_featurizer",
        "rasa.nlu.featurizers.dense_featurizer.lm_featurizer",
        "rasa.nlu.selectors.response_selector",
    }
)

PLACEHOLDERS = NEURAL_MODULES | frozenset(
    {
        # A model's metadata names its training graph too, and that graph's validator imports every neural component.
        "rasa.graph_components.validators.default_recipe_validator",
        "rasa.utils.train_utils",  # the only road to TensorFlow outside the neural components
        "rasa.utils.tensorflow.model_data",  # scikit-learn's model_selection, for training
        "rasa.engine.runner.dask",  # replaced by nlu.serving.runner
        "pymongo",  # the tracker store for MongoDB
        "boto3",  # the tracker store for DynamoDB
        "botocore",
        "matplotlib",
        "rasa.core.test",  # evaluation; the rule policy imports it for training
        "rasa.nlu.test",
    }
)

CHANNELS = "rasa.core.channels"


class PlaceholderUsed(RuntimeError):
    """Code ran that the lean start left out; start Rasa with all imports instead."""


class _PlaceholderType(type):
    def __getattr__(cls, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(f"{cls.__name__}.{name}")


def _placeholder(name: str) -> type:
    def refuse(self: object, *args: object, **kwargs: object) -> None:
        raise PlaceholderUsed(name)

    return _PlaceholderType(name, (), {"__init__": refuse})


class _PlaceholderModule(types.ModuleType):
    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(f"{self.__name__}.{name}")


class _PlaceholderFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if any(fullname == name or fullname.startswith(f"{name}.") for name in PLACEHOLDERS):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _PlaceholderModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run: a placeholder is complete when it is created."""


def install(component_modules: Iterable[str]) -> bool:
    """Leave out what a model of these components does not need; False if it needs all of it."""
    # JAX is optional for TensorFlow and costs 1.3 s when TensorFlow is imported.
    sys.modules.setdefault("jax", None)  # type: ignore[arg-type]
    if NEURAL_MODULES.intersection(component_modules):
        return False
    if not any(isinstance(finder, _PlaceholderFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _PlaceholderFinder())
    _load_channels_without_platforms()
    return True


def _load_channels_without_platforms() -> None:
    """`rasa/core/channels/__init__.py` imports fifteen chat platforms; only its own base classes are needed."""
    if CHANNELS in sys.modules:
        return
    rasa_spec = importlib.machinery.PathFinder.find_spec("rasa")
    if rasa_spec is None or not rasa_spec.submodule_search_locations:
        return
    package = types.ModuleType(CHANNELS)
    package.__path__ = [str(Path(rasa_spec.submodule_search_locations[0]) / "core" / "channels")]
    sys.modules[CHANNELS] = package
    from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, OutputChannel, UserMessage
    from rasa.core.channels.rest import RestInput

    for base in (CollectingOutputChannel, InputChannel, OutputChannel, UserMessage, RestInput):
        setattr(package, base.__name__, base)
    package.BUILTIN_CHANNELS = {RestInput.name(): RestInput}  # type: ignore[attr-defined]
