"""HTTP: two published dialects over the same application commands."""
