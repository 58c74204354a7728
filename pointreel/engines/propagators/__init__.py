"""Propagators: prompts on any frames in, masks of every frame out. The name of an engine is the name of its file."""
