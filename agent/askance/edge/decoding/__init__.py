"""The child process that decodes one source, and what it and its parent know of each other.

Each camera has such a process, so that it may hang and be killed; what it imports is loaded once more for each.
"""
