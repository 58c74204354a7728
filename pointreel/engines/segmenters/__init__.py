"""Segmenters: one picture and a prompt in, a mask out. An engine is named as its file."""
