"""The whole way on one machine: a broker on loopback, the real centre and the real agent as processes, and a result."""
