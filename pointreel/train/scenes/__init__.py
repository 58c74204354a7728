"""Scenes that move, with exact masks: made from photographs that people have cut into segments, or from nothing.

A stock of cut-outs is placed on backgrounds, and everything moves, bends, is lit and is hidden at random. The same
seed and number give the same scene, whatever was made before it, so that any number of workers make one stream.
"""

from .clips import Clip, ClipMaker
from .corruption import damaged, spoilt, strayed
from .stock import Stock, load_bsds, procedural_stock

__all__ = ["Clip", "ClipMaker", "Stock", "damaged", "load_bsds", "procedural_stock", "spoilt", "strayed"]
