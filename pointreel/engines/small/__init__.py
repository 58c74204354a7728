"""The embedded engine: what its propagator and its segmenter share."""
