"""The office's pages under `/console`: log in, decide on applications, see who did what."""
