"""What a test calls: FakeModel, a model with verbs, and what belongs to it."""
