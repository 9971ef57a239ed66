"""Backups: one file that holds the truth and what it cannot be used without."""

from adapters.backup.archive import Archive, BadBackup, Manifest

__all__ = ["Archive", "BadBackup", "Manifest"]
