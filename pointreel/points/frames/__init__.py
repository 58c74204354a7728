"""Ways to pick frames of a video, one file each; the shelf is ``pointreel.points.frame_samplers``."""
