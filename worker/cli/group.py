"""A click group whose help says each command's line whole."""

import click

LINE_CHARACTERS_MAX = 200
"""Longer than any first sentence of ours; what does not fit on a line goes on below it."""


class Group(click.Group):
    """A group; click's own would cut a line of its help at the width of the screen."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, command.get_short_help_str(LINE_CHARACTERS_MAX))
                    for name, command in commands
                    if command is not None and not command.hidden
                ]
            )
