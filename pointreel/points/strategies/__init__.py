"""Ways to pick points for a mask, one file each; the shelf is ``pointreel.points.samplers``."""
