"""The registration's dialogue: what a message means at this point, what is kept of it, and what is said next."""
