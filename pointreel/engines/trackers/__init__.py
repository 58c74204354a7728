"""Point trackers: points on any frames in, their places on every frame out. The name of an engine is the name of its file."""
