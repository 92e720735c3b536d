"""Models before they run: fetched, listed, quantized; the agent itself never imports this."""
