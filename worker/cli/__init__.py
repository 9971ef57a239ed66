"""The ngoma command line."""
