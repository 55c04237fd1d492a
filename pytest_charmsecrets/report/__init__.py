"""Renderings of a world and its journal; the only place that redacts."""
