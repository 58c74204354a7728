"""Propagators: prompts on any frames in, masks of every frame out. An engine is named as its file."""
