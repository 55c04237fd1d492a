"""Running charm code for one hook: one protocol, small implementations."""
