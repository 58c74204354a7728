"""Work on many things, in this process or in several: what fails is listed, and the rest is done.

>>> from pointreel import jobs
>>> def size(path, tell):
...     return len(path)
>>> [one.result for one in jobs.map(size, ["a.mp4", "bb.mp4"])]
[5, 6]
"""

from ._map import Outcome, Stopped, Tell, map
from ._worker import begin_worker

__all__ = ["Outcome", "Stopped", "Tell", "begin_worker", "map"]
