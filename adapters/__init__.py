"""Everything that touches the outside world, one folder for each kind of port."""
