"""Uploaded lists of recipients: read and previewed, then sent in the background, part by part."""
