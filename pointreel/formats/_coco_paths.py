"""Which JSON file is meant by a path, and what kind of file it is, judged by its first and last bytes."""

from pathlib import Path

from ._paths import file_to_read

_PEEK = 1 << 16


def json_to_read(path: Path, split: str, *usual: str) -> Path:
    """The file itself, or in a folder the one of that ``split``, or the only one that fits the ``usual`` patterns."""
    if not split:
        return file_to_read(path, "*.json", *usual)
    names = (f"{split}.json", f"*_{split}.json", f"{split}/*.json", f"{split}_*.json")
    return file_to_read(path, *names, *(f"annotations/{name}" for name in names))


def peek(path: Path, *usual: str) -> str:
    """The first and the last bytes of the JSON file that is meant, as text; empty where there is none."""
    file = _json_file(path, *usual)
    try:
        if file is None:
            return ""
        with file.open("rb") as opened:
            head = opened.read(_PEEK)
            opened.seek(max(file.stat().st_size - _PEEK, len(head)))
            text = (head + opened.read(_PEEK)).decode("latin-1").removeprefix("\xef\xbb\xbf").lstrip()
    except OSError:
        return ""
    return text if text[:1] in ("{", "[") else ""


def _json_file(path: Path, *usual: str) -> Path | None:
    if not path.is_dir():
        return path if path.is_file() else None
    fitting = (file for pattern in ("*.json", *usual) for file in sorted(path.glob(pattern)) if file.is_file())
    return next(fitting, None)
