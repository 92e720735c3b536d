"""The daemon on the device, left to right: source, gate, detect, score, rules, store || sync."""
