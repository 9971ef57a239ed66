"""Pages of finance: what does not match yet, and which days are closed."""
