"""Running hooks: one controller, its models, and the way of one hook."""
