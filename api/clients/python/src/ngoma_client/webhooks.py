"""Events that the gateway posts, signed by Standard Webhooks."""

from collections.abc import Mapping
from typing import cast

from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

from ngoma_client.errors import InvalidWebhook
from ngoma_client.gateway import Event


def verify_webhook(body: bytes | str, headers: Mapping[str, str], secret: str) -> Event:
    """Give the event that a request tells of; ``body`` is what came, unparsed.

    ``secret`` is what setting or rotating the webhook gave (``whsec_…``). An event may come
    again: know it by its ``id``. A test's has the type ``webhook.test``.

    Raises:
        InvalidWebhook: the gateway did not sign it under this secret in the last five minutes.
        ValueError: the secret is none.
    """
    try:
        webhook = Webhook(secret)
    except (ValueError, EmptyWebhookSecretError):
        raise ValueError("the secret of a webhook is whsec_ and base64") from None
    try:
        return cast("Event", webhook.verify(body, dict(headers)))
    except (WebhookVerificationError, ValueError, OverflowError, OSError) as error:
        raise InvalidWebhook(str(error)) from None  # the last two: of an impossible time
