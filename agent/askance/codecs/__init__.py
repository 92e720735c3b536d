"""JPEG in and out, and the header check that stops decompression bombs before anything is decoded."""
