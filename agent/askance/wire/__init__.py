"""The contract between device and centre: what crosses MQTT and what stands on disk; pydantic and the stdlib only."""
