"""What a running agent is told and asked on the device itself, over a socket in the store's folder."""
