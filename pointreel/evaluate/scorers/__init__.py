"""One file per benchmark, named as the command line names it."""
