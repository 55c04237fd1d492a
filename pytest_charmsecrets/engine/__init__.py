"""Runs hooks: of one controller and its models, from the choice of the next unit to the commit."""
