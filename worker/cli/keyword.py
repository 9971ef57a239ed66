"""``ngoma keyword``: what is answered in an account's name, by the first word of what comes in."""

import click

from domain.keyword_rules import check_answer, check_keyword
from worker.cli.gateway import opened
from worker.cli.group import Group
from worker.cli.options import (
    ACCOUNT,
    SENDER_ID,
    Place,
    example,
    json_option,
    kind,
    place_options,
)
from worker.cli.output import clock_time, moment, print_json, print_table, visible

_word_argument = click.argument("word", type=kind(check_keyword, name="word"))


@click.group(cls=Group)
def keyword() -> None:
    """Say what is answered in an account's name to messages that begin with a word.

    STOP and START need no rule.
    """


@keyword.command("list", epilog=example("ngoma keyword list 7"))
@click.argument("account", type=ACCOUNT)
@json_option
@place_options
def list_keywords(place: Place, account: int, *, as_json: bool) -> None:
    """List the keywords of ACCOUNT and what they answer."""
    from application.messages.keywords import KeywordList

    with opened(place) as gateway:
        gateway.look("keywords", account)
        system = gateway.system
        found = KeywordList(system.reader, system.digests, system.store).of(account)
    if as_json:
        print_json(
            [
                {
                    "word": one.word,
                    "answer": one.answer,
                    "sender_id": one.sender_id,
                    "unanswered": one.unanswered
                    and {"cause": one.unanswered.cause, "at": moment(one.unanswered.at)},
                }
                for one in found
            ]
        )
        return
    print_table(
        ["word", "answer", "sender ID", "left unanswered (UTC)"],
        [
            [
                visible(one.word),
                visible(one.answer),
                one.sender_id,
                one.unanswered and f"{clock_time(one.unanswered.at)} {one.unanswered.cause}",
            ]
            for one in found
        ],
    )


@keyword.command(
    "set", epilog=example("ngoma keyword set 7 help --answer 'Call 0977123456, 08:00 to 17:00.'")
)
@click.argument("account", type=ACCOUNT)
@_word_argument
@click.option(
    "--answer", type=kind(check_answer), required=True, help="What is sent; charged as any message."
)
@click.option("--sender-id", type=SENDER_ID, help="Approved for the account; else its default.")
@json_option
@place_options
def set_keyword(
    place: Place, account: int, word: str, answer: str, sender_id: str | None, *, as_json: bool
) -> None:
    """Have messages to ACCOUNT that begin with WORD answered, once an hour for each sender."""
    from application.messages.keywords import SetKeyword
    from domain.contents import KeywordSaid

    with opened(place) as gateway:
        said = KeywordSaid(word=word, answer=answer, sender_id=sender_id)
        rule = gateway.system.digests.keyword(account, word)
        gateway.run(SetKeyword(account, rule, said, actor=gateway.actor, at=gateway.now()))
    if as_json:
        print_json({"account_id": account, "word": word})
    else:
        click.echo(f"Messages to account {account} that begin with {word} are answered.")


@keyword.command("delete", epilog=example("ngoma keyword delete 7 help"))
@click.argument("account", type=ACCOUNT)
@_word_argument
@json_option
@place_options
def delete(place: Place, account: int, word: str, *, as_json: bool) -> None:
    """Answer WORD no more for ACCOUNT."""
    from application.messages.keywords import DeleteKeyword

    with opened(place) as gateway:
        rule = gateway.system.digests.keyword(account, word)
        gateway.run(DeleteKeyword(account, rule, actor=gateway.actor, at=gateway.now()))
    if as_json:
        print_json({"account_id": account, "word": word, "deleted": True})
    else:
        click.echo(f"Messages to account {account} that begin with {word} are answered no more.")
