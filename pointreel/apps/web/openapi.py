"""Print the OpenAPI document of the studio's API: ``python -m pointreel.apps.web.openapi > openapi.json``."""

import json
import sys

from .app import bare_app


def main() -> None:
    json.dump(bare_app().openapi(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
