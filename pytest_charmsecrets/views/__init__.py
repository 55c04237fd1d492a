"""Live, read-only views of a model: the objects that a test asserts on.

A view holds a name and looks it up at each access; once the thing is gone, asking raises a UsageError. Views change
nothing: methods of FakeModel change a model.
"""
