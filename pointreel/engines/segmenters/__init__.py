"""Segmenters: one picture and a prompt in, a mask out. The name of an engine is the name of its file."""
