"""What the feed tells each account, in which order and under which ids."""

from application.telling.told import told
from domain.contents import ContentKind
from domain.events import Aggregate
from domain.feed import FeedType
from domain.inbound import Inbound, InboundKind, PartOf
from domain.sender_id import SenderId
from domain.values import Credits
from projections import catalogue
from tests.projections.history import at, message, send, start, wallet_of, world
from tests.projections.truth import Truth
from tests.support.delivers import delivers
from tests.support.outcomes import cms


def ends_of_messages() -> list[Aggregate]:
    """Give messages of two accounts that ended in every way."""
    delivered, undelivered = send(message(1, account=1)), send(message(2, account=2))
    delivered.report(delivered=True, tp_status=0, at=at(60))
    undelivered.report(delivered=False, tp_status=70, at=at(60))
    failed, expired, cancelled = (message(n, segments=2) for n in (3, 4, 5))
    start(failed).fail(cause=cms(28), at=at(70))
    expired.expire(at=at(24 * 3600))
    cancelled.cancel(actor="account", at=at(80))
    return [delivered, undelivered, failed, expired, cancelled]


def test_each_account_is_told_of_its_own_events_without_a_gap(truth: Truth) -> None:
    truth.save(*world(), *ends_of_messages())
    queries = truth.follow()
    ours = queries.feed(1, after=0, limit=10)
    assert [row.sequence for row in ours] == [1, 2, 3, 4, 5]
    assert [row.type for row in ours] == [
        FeedType.MESSAGE_SENT,
        FeedType.MESSAGE_DELIVERED,
        FeedType.MESSAGE_FAILED,
        FeedType.MESSAGE_FAILED,
        FeedType.MESSAGE_FAILED,
    ]
    theirs = queries.feed(2, after=0, limit=10)
    assert [(row.sequence, row.type) for row in theirs] == [
        (1, FeedType.MESSAGE_SENT),
        (2, FeedType.MESSAGE_UNDELIVERED),
    ]
    assert len({row.id for row in (*ours, *theirs)}) == 7
    assert queries.feed(1, after=3, limit=1) == ours[3:4]
    assert queries.feed(1, after=0, limit=10, types=[FeedType.MESSAGE_DELIVERED]) == ours[1:2]
    assert queries.feed_ends([1, 2, 3]) == {1: 5, 2: 2}
    wallets = {account: queries.balance(account) for account in (1, 2)}
    moved = {account: wallet.position for account, wallet in wallets.items() if wallet}
    assert queries.marks([1, 2, 9]) == {1: moved[1] + 5, 2: moved[2] + 2}


def test_a_rebuild_gives_the_same_ids_and_sequences(truth: Truth) -> None:
    truth.save(*world(), *ends_of_messages())
    queries = truth.follow()
    before = queries.feed(1, after=0, limit=10)
    truth.follower().rebuild([catalogue.FEED.name])
    assert queries.feed(1, after=0, limit=10) == before


def test_what_is_told_is_personal_only_as_long_as_it_is_kept(truth: Truth) -> None:
    sent = send(message(8))
    truth.save(*world(), sent)
    truth.put_text(8, "+260977123456", "Hello", sender="SHOP")
    truth.put("client_reference", 8, "order 17")
    queries = truth.follow()
    (row,) = queries.feed(1, after=0, limit=10)
    event = told(row)
    assert event["id"].startswith("evt_")
    assert (event["sequence"], event["type"]) == (1, "message.sent")
    assert event["data"] == {
        "message_id": "msg_8",
        "recipient": "+260977123456",
        "client_reference": "order 17",
        "network": "mtn",
        "credits": 1,
    }
    truth.erase(ContentKind.MESSAGE, 8)
    truth.erase(ContentKind.CLIENT_REFERENCE, 8)
    (row,) = queries.feed(1, after=0, limit=10)
    gone = {**event["data"], "recipient": None, "client_reference": None}
    assert told(row) == {**event, "data": gone}


def test_a_failure_says_why_and_what_came_back(truth: Truth) -> None:
    failed = message(7, segments=2)
    start(failed).fail(cause=cms(28), at=at(2))
    truth.save(*world(), failed)
    (row,) = truth.follow().feed(1, after=0, limit=10)
    data = told(row)["data"]
    assert data["credits_refunded"] == 2
    assert data["failure"]["code"] == "CMS_28"
    assert data["failure"]["message"]


def test_a_decided_sender_id_is_told_by_its_name(truth: Truth) -> None:
    wanted = SenderId.request(5, account=1, folded_name="shop", content="c", at=at(0))
    wanted.reject(actor="staff", reason="r", at=at(1))
    wanted.approve(actor="staff", at=at(2))
    truth.save(*world(), wanted)
    truth.put("sender_id", 5, {"name": "SHOP", "use_case": "receipts"})
    rows = truth.follow().feed(1, after=0, limit=10)
    assert [told(row)["type"] for row in rows] == ["sender_id.rejected", "sender_id.approved"]
    assert told(rows[0])["data"] == {"id": 5, "name": "SHOP"}


def test_a_fall_below_the_low_balance_says_what_is_left(truth: Truth) -> None:
    wallet = wallet_of(1, 10)
    wallet.choose_low_balance(8, actor="account:1", at=at(1))
    for second in (2, 3, 4):
        wallet.reserve(Credits(1), first_number=second, count=1, batch=None, at=at(second))
    truth.save(wallet)
    (row,) = truth.follow().feed(1, after=0, limit=10)
    event = told(row)
    assert (event["type"], event["data"]) == ("balance.low", {"available": 7})


def test_a_message_that_came_in_is_told_as_it_was_put_together_whatever_comes_later(
    truth: Truth,
) -> None:
    pdus = delivers("+260977123456", "a" * 400)
    pieces = [
        Inbound.receive(
            number,
            sim=1,
            pdu_sha256=str(number),
            kind=InboundKind.MESSAGE,
            content="c",
            part_of=PartOf(1, number, len(pdus)),
            at=at(number),
        )
        for number in range(1, len(pdus) + 1)
    ]
    for number, pdu in enumerate(pdus, start=1):
        truth.put("inbound", number, pdu.hex(), msisdn="+260977123456")
    first, second, late = pieces
    truth.save(*world(), first, second)
    first.gather(missing=1, account=1, word=None, at=at(10))
    second.join(1, at=at(10))
    truth.save(first, second)
    (row,) = truth.follow().feed(1, after=0, limit=10)
    before = told(row)
    assert before["type"] == "message.inbound"
    assert (before["data"]["parts"], before["data"]["missing"]) == (3, 1)
    assert before["data"]["message"].startswith("aaa")
    truth.save(late)
    late.join(1, at=at(20))
    truth.save(late)
    (row,) = truth.follow().feed(1, after=0, limit=10)
    assert told(row) == before


def test_no_webhook_waits_where_there_is_none(truth: Truth) -> None:
    truth.save(*world(), *ends_of_messages())
    assert truth.follow().webhooks_waiting() == {"active": 0, "paused": 0}
