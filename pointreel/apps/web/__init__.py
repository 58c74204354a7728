"""The studio's server: a project over HTTP, for the page people label and verify in, and for programs."""
