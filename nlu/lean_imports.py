"""What Rasa imports and this assistant does without: TensorFlow, plotting, every chat platform that Rasa knows.

Rasa 3.6.21 imports them on the way to `rasa.core.agent` although a model of sparse features, an own classifier and
rules never calls them: two gigabytes of disk, and 12 s and 350 MiB at each start. They are not even installed
(nlu/unused.txt); `install` puts placeholders in their place, before anything of Rasa is imported. `refuse` names the
components that need the real thing. A placeholder that is called after all raises with its own name instead of
answering something wrong.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterable, Sequence
from pathlib import Path

# Rasa's graph components that have no libraries here: the class, its module, what it computes with.
_UNAVAILABLE = (
    ("DIETClassifier", "rasa.nlu.classifiers.diet_classifier", "TensorFlow"),
    ("ResponseSelector", "rasa.nlu.selectors.response_selector", "TensorFlow"),
    ("ConveRTFeaturizer", "rasa.nlu.featurizers.dense_featurizer.convert_featurizer", "TensorFlow"),
    ("LanguageModelFeaturizer", "rasa.nlu.featurizers.dense_featurizer.lm_featurizer", "TensorFlow"),
    ("TEDPolicy", "rasa.core.policies.ted_policy", "TensorFlow"),
    ("UnexpecTEDIntentPolicy", "rasa.core.policies.unexpected_intent_policy", "TensorFlow"),
    ("CRFEntityExtractor", "rasa.nlu.extractors.crf_entity_extractor", "sklearn-crfsuite"),
    ("LogisticRegressionClassifier", "rasa.nlu.classifiers.logistic_regression_classifier", "skops"),
    ("SklearnIntentClassifier", "rasa.nlu.classifiers.sklearn_intent_classifier", "skops"),
)
_NEEDS = {name: library for component, module, library in _UNAVAILABLE for name in (component, module)}

# Libraries that modules of Rasa import at their top, for what nobody calls here.
ABSENT = frozenset(
    {
        "aiormq",  # the event broker RabbitMQ
        "boto3",  # the tracker store for DynamoDB
        "botocore",
        "matplotlib",
        "pymongo",  # the tracker store for MongoDB
    }
)
PLACEHOLDERS = (
    ABSENT
    | {module for _, module, _ in _UNAVAILABLE}
    | {"rasa.utils.train_utils"}  # the only road to TensorFlow outside of those components
)
# Installed, and needed for training and tests; a model that is served has no use for them.
NOT_SERVED = frozenset(
    {
        # A model's metadata names its training graph too, and that graph's validator imports every component.
        "rasa.graph_components.validators.default_recipe_validator",
        "rasa.utils.tensorflow.model_data",  # scikit-learn's model_selection, for training
        "rasa.engine.runner.dask",  # replaced by nlu.serving.runner
        "rasa.core.test",  # evaluation; the rule policy imports it for training
        "rasa.nlu.test",
    }
)

CHANNELS = "rasa.core.channels"


class Unavailable(Exception):
    """A component that cannot work here, in words for whoever wrote it into config.yml."""


class PlaceholderUsed(RuntimeError):
    """Code ran that is left out here; the full Rasa is in the bench's environment (bench/requirements-stock.txt)."""


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
    def __init__(self) -> None:
        self.names: set[str] = set(PLACEHOLDERS)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if any(fullname == name or fullname.startswith(f"{name}.") for name in self.names):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _PlaceholderModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run: a placeholder is complete when it is created."""


def refuse(components: Iterable[str]) -> None:
    """Unavailable if one of these, by its class or by its module, computes with what is not installed."""
    wanting = {}
    for component in components:
        library = next((_NEEDS[name] for name in _names(component) if name in _NEEDS), None)
        if library:
            wanting[component] = library
    if wanting:
        told = ", ".join(f"{component} (cần {library})" for component, library in sorted(wanting.items()))
        raise Unavailable(f"thành phần không chạy được trong môi trường này: {told}. Xem nlu/unused.txt.")


def _names(component: str) -> tuple[str, ...]:
    return component, component.rpartition(".")[0], component.rpartition(".")[2]


def install(serving: bool = False) -> None:
    """Leave out what is not installed; when serving, also what only training and tests need."""
    finder = next((finder for finder in sys.meta_path if isinstance(finder, _PlaceholderFinder)), None)
    if finder is None:
        finder = _PlaceholderFinder()
        sys.meta_path.insert(0, finder)
    if serving:
        finder.names |= NOT_SERVED
    _load_channels_without_platforms()


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
