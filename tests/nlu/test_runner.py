"""The graph runner against Rasa's own, on a small graph: order, inputs, targets, errors."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

from nlu.serving.runner import SequentialGraphRunner

RUNNERS = [SequentialGraphRunner, DaskGraphRunner]


class Sum(GraphComponent):
    """Adds its inputs; 13 brings bad luck."""

    ran: ClassVar[list[str]] = []

    def __init__(self, name: str) -> None:
        self._name = name

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Sum:
        return cls(execution_context.node_name or "")

    def add(self, a: int, b: int) -> int:
        Sum.ran.append(self._name)
        if a == 13:
            raise RuntimeError("thirteen")
        return a + b


def node(a: str, b: str, is_target: bool = False) -> SchemaNode:
    return SchemaNode({"a": a, "b": b}, Sum, "create", "add", {}, eager=True, is_target=is_target)


# Named so that the order of the schema is not the order of the work.
SCHEMA = GraphSchema(
    {
        "last": node("middle", "first", True),
        "aside": node("x", "x", True),
        "middle": node("first", "y"),
        "first": node("x", "y"),
    }
)


def build(runner: type[GraphRunner]) -> GraphRunner:
    Sum.ran.clear()
    return runner.create(SCHEMA, None, ExecutionContext(SCHEMA, "model"))  # type: ignore[arg-type]


@pytest.mark.parametrize("runner", RUNNERS)
def test_only_what_the_targets_need_runs_and_runs_once(runner: type[GraphRunner]) -> None:
    graph = build(runner)
    assert graph.run({"x": 1, "y": 2}, ["last"]) == {"last": 8}
    assert Sum.ran == ["first", "middle", "last"]


@pytest.mark.parametrize("runner", RUNNERS)
def test_without_targets_all_targets_run(runner: type[GraphRunner]) -> None:
    assert build(runner).run({"x": 1, "y": 2}) == {"last": 8, "aside": 2}


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_second_run_remembers_nothing(runner: type[GraphRunner]) -> None:
    graph = build(runner)
    graph.run({"x": 1, "y": 2}, ["last"])
    assert graph.run({"x": 10, "y": 20}, ["last"]) == {"last": 80}


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_missing_input_is_an_error(runner: type[GraphRunner]) -> None:
    with pytest.raises(GraphRunError, match="Missing input to run node 'first'"):
        build(runner).run({"x": 1}, ["last"])


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_component_that_fails_is_an_error(runner: type[GraphRunner]) -> None:
    with pytest.raises(GraphComponentException, match="Error running graph component for node first"):
        build(runner).run({"x": 13, "y": 2}, ["last"])


@pytest.mark.parametrize("runner", RUNNERS)
def test_an_input_may_be_a_target(runner: type[GraphRunner]) -> None:
    assert build(runner).run({"x": 1, "y": 2}, ["x", "last"]) == {"x": 1, "last": 8}
