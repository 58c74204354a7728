"""Training: scenes to learn from, losses, loops, and recipes, which are runs that anyone can repeat."""

from ..core.plugins import Shelf

__all__ = ["recipes"]

recipes = Shelf("recipe", "pointreel.train.recipes")
