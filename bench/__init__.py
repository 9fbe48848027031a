"""`make bench`: the figures that the product promises, measured beside a stock `rasa init` on the same machine.

It measures from the outside, over HTTP and from /proc. Of the product's Python it uses only `ops` (where the model
lies) and the readers of `nlu.training.corpus`; it never judges the product with the product's own code: even the
accents are stripped by a function of its own.
"""
