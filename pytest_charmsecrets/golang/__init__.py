"""How Go reads and prints: text, times, YAML, numbers, flags."""
