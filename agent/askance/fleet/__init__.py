"""The fleet's certificates: who may log in at the broker, and as whom."""
