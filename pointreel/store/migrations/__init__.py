"""The schema's history: one file per version in ``versions``, named in order, each knowing how to get there."""
