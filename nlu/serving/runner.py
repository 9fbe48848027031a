"""Runs the prediction graph of a model, node by node, in an order that is computed once.

Rasa's own `DaskGraphRunner` builds and orders a dask graph at each run (three times a turn), which costs as much as
parsing a message. The graph of a loaded model never changes, so neither does the order. Same inputs, same results and
the same errors as the stock runner; tests/nlu/test_runner.py and test_same_as_stock.py hold the two against each other.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage

# A node, and where its inputs come from: node names or names of inputs of the run.
Step = tuple[str, GraphNode, tuple[str, ...]]


class SequentialGraphRunner(GraphRunner):
    """A `GraphRunner` for graphs that stay as they were loaded."""

    def __init__(
        self,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> None:
        """Instantiate the nodes in the schema's order, as the stock runner does."""
        self._schema = graph_schema
        self._nodes: dict[str, GraphNode] = {
            name: GraphNode.from_schema_node(name, node, model_storage, execution_context, hooks)
            for name, node in graph_schema.nodes.items()
        }
        self._plans: dict[tuple[str, ...], list[Step]] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> SequentialGraphRunner:
        """Create the runner (see the parent class)."""
        return cls(graph_schema, model_storage, execution_context, hooks)

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Run what the targets need; answer each target's output."""
        wanted = tuple(targets) if targets else tuple(self._schema.target_names)
        plan = self._plans.get(wanted)
        if plan is None:
            plan = self._plans[wanted] = self._plan(wanted)
        # A node takes (name, output) pairs and refuses a bare name as an input that nobody provided.
        done: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, node, needs in plan:
            if name not in done:
                try:
                    done[name] = node(*[done.get(need, need) for need in needs])
                except RuntimeError as error:
                    raise GraphRunError("Error running runner.") from error
        return dict(done[name] for name in wanted)

    def _plan(self, wanted: tuple[str, ...]) -> list[Step]:
        """Every node that the wanted ones need, parents first."""
        nodes = self._schema.minimal_graph_schema(list(wanted)).nodes
        plan: list[Step] = []
        placed: set[str] = set()

        def place(name: str) -> None:
            if name in placed or name not in nodes:
                return
            placed.add(name)
            needs = tuple(nodes[name].needs.values())
            for need in needs:
                place(need)
            plan.append((name, self._nodes[name], needs))

        for name in nodes:
            place(name)
        return plan
