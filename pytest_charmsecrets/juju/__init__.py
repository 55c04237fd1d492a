"""The fake Juju: pure Python that imports neither pytest nor ops, reads no wall clock, and does no I/O."""
