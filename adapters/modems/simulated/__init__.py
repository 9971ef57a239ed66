"""Modems without hardware: the pty emulator that speaks AT, and an in-process driver for load."""
