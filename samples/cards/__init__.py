"""Made-up cards and portraits, and photos of them: for the bench of the reader and for tests. Nobody here exists."""
