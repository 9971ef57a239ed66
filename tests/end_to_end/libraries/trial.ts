// Tries the TypeScript library; see trial.py.
import { InvalidWebhook, Ngoma, Refused, verifyWebhook } from "ngoma-client";

const NUMBERS = ["0977000000", "0955000000", "0505000000"];
const [, , baseUrl = "", apiKey = "", what, count = "", text] = process.argv;
const ngoma = new Ngoma({ baseUrl, apiKey, retries: { attempts: 8, firstPauseS: 0.02 } });

async function masses(): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < Number(count); number++) {
    const to = NUMBERS[number % NUMBERS.length] ?? "";
    ids.push((await ngoma.send({ to, message: `${text} ${number}` })).message_id);
  }
  return ids;
}

function webhooks(secret: string, requests: string): string[] {
  const given: { body: string; headers: Record<string, string> }[] = JSON.parse(requests);
  return given.map(({ body, headers }) => {
    try {
      return verifyWebhook(body, headers, secret).type;
    } catch (error) {
      return error instanceof InvalidWebhook ? error.name : String(error);
    }
  });
}

async function errorOf(act: Promise<unknown>): Promise<[string, string | null]> {
  try {
    await act;
  } catch (error) {
    if (error instanceof Refused) return [error.name, error.code ?? null];
    throw error;
  }
  return ["nothing", null];
}

async function examples(): Promise<Record<string, unknown>> {
  const send = await ngoma.send({
    to: "260977000000",
    message: "Your account balance is K250.00",
    sender_id: "MyBusiness",
  });
  const bulk = await ngoma.sendBulk({
    recipients: ["260977000001", "260966000002", "260955000003", "977123456"],
    message: "Flash sale! 30% off all services today only.",
  });
  const balance = await ngoma.balance();
  const second = await ngoma.feltechSend({ to: "+260977000000", message: "Hello from Feltech SMS!" });
  const once = async (): Promise<string> => {
    const options = { idempotencyKey: "order-42-typescript" };
    return (await ngoma.feltechSend({ to: "0977000000", message: "once" }, options)).message_id;
  };
  const asked = { name: "Ts Shop", use_case: "Promotional offers" };
  const stranger = new Ngoma({ baseUrl, apiKey: "A".repeat(32) });
  return {
    send,
    bulk,
    balance,
    logs: await ngoma.logs({ page: 1, limit: 50 }),
    feltech_send: second,
    feltech_bulk: await ngoma.feltechSendBulk({
      to: ["+260977000000", "+260955111111"],
      message: "Hello",
    }),
    status: await ngoma.status(second.message_id),
    feltech_logs: await ngoma.feltechLogs({ search: "feltech" }),
    sender_id: await ngoma.requestSenderId(asked),
    same_key: [await once(), await once()],
    errors: [
      await errorOf(ngoma.send({ to: "977123456", message: "no country" })),
      await errorOf(ngoma.send({ to: "260977000000", message: "x".repeat(1_601) })),
      await errorOf(ngoma.feltechSend({ to: "977123456", message: "no country" })),
      await errorOf(ngoma.requestSenderId(asked)),
      await errorOf(ngoma.status("msg_999999")),
      await errorOf(stranger.balance()),
    ],
  };
}

if (what === "webhooks") console.log(JSON.stringify(webhooks(count, text ?? "")));
else console.log(JSON.stringify(what === "masses" ? await masses() : await examples()));
process.exit();
