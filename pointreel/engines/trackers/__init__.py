"""Point trackers: points on any frames in, their places on every frame out. An engine is named as its file."""
