"""Keeps charms that run in this process from touching the machine that tests them.

One audit hook of Python asks, for each thread, whether it runs a charm, and then whether the call may be (``watch.py``).
``events.py`` knows which things a call touches; ``unaudited.py`` has the calls for which Python raises no event. A refused call raises what
a system without the right to do it would, and is noted, so that the hook fails even where the charm swallows the error.

It is no sandbox: code that means to get around it can.
"""
