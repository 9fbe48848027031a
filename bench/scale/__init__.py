"""What the product's size costs: a database of a million messages, and each row of what must not grow with it."""
