"""Our own torch modules. Engines are built of them; nothing outside this room imports them but the recipes that train them."""
