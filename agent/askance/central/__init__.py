"""The labeling queue: receives what devices send, orders it by value, hands it to people, exports what they made."""
