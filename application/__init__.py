"""Use cases: commands that decide under the log's lock, and the ports they need."""
