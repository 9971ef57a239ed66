"""Processes that are not HTTP (relay, jobs, SIM threads) and the command line."""
