"""What can be seen of a model: live, read-only views."""
