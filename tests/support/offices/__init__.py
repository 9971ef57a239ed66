"""One statement as the programs of an office save it: the same days, made by those programs."""
