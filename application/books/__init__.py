"""The books: one committer, and what its commands decide on, read and write."""
