"""Building, starting and checking the product: what stands behind the Makefile."""
