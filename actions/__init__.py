"""What happens in a dialogue beyond choosing an answer: one module a dialogue, thin."""
