"""``/api/v1/keywords``: what is answered in the account's name to messages that begin so."""

from api import schemas
from api.http.fields import Fields
from api.http.presence import read_text, require
from api.http.wire import Answer, Call, answer
from api.routing.admission import admit_manager, admit_reader
from api.routing.errors import TABLE
from api.routing.front import Front
from application.accounts.principal import Principal
from application.books.actors import Actor
from application.messages.keywords import DeleteKeyword, KeywordList, SetKeyword, ShownKeyword
from domain.contents import KeywordSaid
from domain.errors import InvalidRequest
from domain.keyword_rules import check_answer, check_keyword
from domain.public_ids import iso_time
from domain.sender_id_rules import check_sender_id


async def keywords(front: Front, call: Call) -> Answer:
    """List the rules."""
    account, system = (await admit_reader(front, call)).account, front.system
    listed = KeywordList(system.reader, system.digests, system.store)
    found = await front.read(account, lambda: listed.of(account))
    return answer(schemas.Keywords(data=[_keyword(one) for one in found]))


async def set_keyword(front: Front, call: Call) -> Answer:
    """Set what is answered to a word."""
    principal, fields = await admit_manager(front, call)
    word = check_keyword(str(call.params["word"]))
    require(fields, "answer")
    text, sender_id = check_answer(read_text(fields, "answer")), _sender_id(fields)
    said = KeywordSaid(word=word, answer=text, sender_id=sender_id)
    account, system = principal.account, front.system
    rule = system.digests.keyword(account, word)
    actor, at = _actor(principal), system.clock.now()
    await front.run(SetKeyword(account, rule, said, actor=actor, at=at))
    shown = ShownKeyword(word, text, sender_id, unanswered=None)
    return answer(schemas.KeywordShown(data=_keyword(shown)))


async def delete_keyword(front: Front, call: Call) -> Answer:
    """Answer a word no more."""
    principal, _ = await admit_manager(front, call)
    account, system = principal.account, front.system
    rule = system.digests.keyword(account, check_keyword(str(call.params["word"])))
    actor, at = _actor(principal), system.clock.now()
    await front.run(DeleteKeyword(account, rule, actor=actor, at=at))
    return answer(schemas.Done(message="The word is answered no more."))


def _sender_id(fields: Fields) -> str | None:
    asked = fields.get("sender_id")
    if asked is None:
        return None
    if not isinstance(asked, str):
        msg = "The sender_id must be a string."
        raise InvalidRequest(msg, field="sender_id")
    return check_sender_id(asked) if asked.strip() else None


def _actor(principal: Principal) -> Actor:
    return Actor.of(principal.account, key_id=principal.key_id)


def _keyword(shown: ShownKeyword) -> schemas.Keyword:
    left = shown.unanswered
    return schemas.Keyword(
        word=shown.word,
        answer=shown.answer,
        sender_id=shown.sender_id,
        unanswered=None
        if left is None
        else schemas.KeywordUnanswered(code=_code_of(left.cause), at=iso_time(left.at)),
    )


def _code_of(cause: str) -> str:
    """Give the code of a refusal by the name that its event has."""
    return next(row.code for row in TABLE if row.error.__name__ in {cause, "Unavailable"})
