"""Reads a phone number that somebody typed as an argument of a command."""

import click

from domain.errors import InvalidRecipient
from domain.msisdn import normalise


def read_msisdn(value: str) -> str:
    """Give its stored form; what HTTP refuses is wrong usage here."""
    try:
        return normalise(value)
    except InvalidRecipient as error:
        raise click.BadParameter(str(error)) from error
