"""The examples, training, and how well strangers are understood: programs, and the readers of the examples."""

from nlu.training.corpus import Example, read_examples, read_held_back

__all__ = ["Example", "read_examples", "read_held_back"]
