"""Our own torch modules. Only engines, and the recipes that train them, import them."""
