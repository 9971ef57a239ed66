// Events that the gateway posts, signed by Standard Webhooks.
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { InvalidWebhook } from "./errors.js";
import type { Event } from "./gateway.js";

/**
 * Give the event that a request tells of; `body` is what came, unparsed.
 *
 * `secret` is what setting or rotating the webhook gave (whsec_…). An event may come again: know it
 * by its `id`. A test's has the type `webhook.test`.
 *
 * Throws an `InvalidWebhook` when the gateway did not sign it under this secret in the last five minutes.
 */
export function verifyWebhook(
  body: string | Buffer,
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>,
  secret: string,
): Event {
  const pairs = headers instanceof Headers ? [...headers] : Object.entries(headers);
  const given = Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), String(value)]));
  const webhook = new Webhook(secret);
  try {
    return webhook.verify(body, given) as Event;
  } catch (error) {
    if (!(error instanceof WebhookVerificationError || error instanceof SyntaxError)) throw error;
    throw new InvalidWebhook(error.message);
  }
}
