"""``ngoma clock``: whether the time is believed, and the word of a person that it is right."""

import click

from application.ports import Clock, ClockMark, Store
from domain.errors import TooLate
from domain.public_ids import iso_time
from worker.cli.gateway import Gateway, opened
from worker.cli.group import Group
from worker.cli.options import Place, example, json_option, place_options
from worker.cli.output import clock_time, moment, print_json, print_table


@click.group(cls=Group)
def clock() -> None:
    """Look at the clock, and vouch for it."""


@clock.command("show", epilog=example("ngoma clock show"))
@json_option
@place_options
def show(place: Place, *, as_json: bool) -> None:
    """Show this host's time, whether it is believed, and what each host noted last."""
    with opened(place) as gateway:
        gateway.look("clock")
        now, store = gateway.now(), gateway.system.store
        doubt = doubt_of_clock(gateway.system.clock, store)
        marks = sorted(store.clock_marks(), key=lambda mark: mark.writer)
    if as_json:
        print_json(
            {
                "now": iso_time(now),
                "doubt": doubt,
                "noted": [
                    {"writer": mark.writer, "at": moment(mark.at), "actor": mark.actor or None}
                    for mark in marks
                ],
            }
        )
        return
    click.echo(f"It is {iso_time(now)} by this host: {doubt or 'believed'}.")
    print_table(
        ["noted by", "at (UTC)", "actor"],
        [[mark.writer, clock_time(mark.at), mark.actor] for mark in marks],
        empty="No host has noted a time yet.",
    )


@clock.command("vouch", epilog=example("ngoma clock vouch"))
@json_option
@place_options
def vouch(place: Place, *, as_json: bool) -> None:
    """Say that this host's time is right, after having looked at another clock.

    Each gateway process whose clock agrees goes on at once to expire and erase what is due. Other
    hosts' clocks are believed again once they agree.
    """
    from application.retention.marking import mark_now
    from application.retention.vouching import VouchForClock

    with opened(place) as gateway:
        mark = mark_now(
            ClockMark.OPERATOR,
            clock=gateway.system.clock,
            actor=gateway.actor.name,
        )
        gateway.run(VouchForClock(mark, actor=gateway.actor, at=mark.at))
    if as_json:
        print_json({"at": iso_time(mark.at), "actor": mark.actor})
    else:
        click.echo(f"It is {iso_time(mark.at)}, says {mark.actor}.")


def doubt_of_clock(clock: Clock, store: Store) -> str | None:
    """Say why a gateway that started now on this host would not believe its clock.

    Raises:
        StoreDown: the store cannot be read.
    """
    from application.books.alarms import Alarms
    from worker.clock_watch import ClockWatch
    from worker.host import host_name

    return ClockWatch(clock=clock, store=store, alarms=Alarms(), host=host_name()).doubt()


def require_trusted_clock(gateway: Gateway) -> None:
    """Refuse what cannot be taken back on a time that nothing vouches for.

    Raises:
        TooLate: the clock cannot be believed.
    """
    doubt = doubt_of_clock(gateway.system.clock, gateway.system.store)
    if doubt is not None:
        msg = f"Nothing was erased, since {doubt}. If it is right: `ngoma clock vouch`."
        raise TooLate(msg)
