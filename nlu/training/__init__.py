"""The examples, training, and how well strangers are understood. No face: programs that are started by name."""
