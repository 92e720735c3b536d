"""JPEG in and out behind the header check that stops decompression bombs, run lengths, and outlines of masks."""
