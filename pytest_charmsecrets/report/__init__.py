"""Renders models and their journals as text, tables, JSON, HTML and SVG. Only this package redacts."""
