"""The classes that a test calls: FakeModel with its operations, FakeController, puppets and tasks."""
