"""What every worker process begins with."""

import multiprocessing
import os
import signal
import threading


def begin_worker() -> None:
    """Ctrl-C is the parent's to handle; and where the parent dies without a word, so does the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
