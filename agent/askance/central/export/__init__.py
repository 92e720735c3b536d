"""One file for each form in which frames and annotations leave the queue."""
