"""Training: scenes to learn from, losses, loops, and recipes, which are runs that anyone can repeat.

>>> from pointreel.train import recipes
>>> recipe = recipes.build("small", steps=1000)      # doctest: +SKIP
>>> for net in recipe.nets:                          # doctest: +SKIP
...     weights = recipe.training(net, folder).run()
"""

import importlib

from ..core.plugins import Shelf

__all__ = ["recipes"]

importlib.import_module(f"{__name__}.recipes")  # else the first recipe to come would put it in its shelf's place

recipes = Shelf("recipe", "pointreel.train.recipes")
