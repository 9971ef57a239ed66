// Sends, looks and reads through both dialects, with types generated from /openapi.json.
import createClient from "openapi-fetch";
import type { paths } from "./gateway.js";

declare const process: { env: Record<string, string> };

const gateway = createClient<paths>({
  baseUrl: process.env.BASE_URL,
  headers: { Authorization: `Bearer ${process.env.API_KEY}` },
});

function answered<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

const message = "from a generated client";
const first = answered(
  await gateway.POST("/api", { body: { to: "0977000000", message } }),
);
const second = answered(
  await gateway.POST("/api/v1/sms/send", { body: { to: "0977000001", message } }),
);
const path = { message_id: second.message_id };
const status = answered(
  await gateway.GET("/api/v1/sms/status/{message_id}", { params: { path } }),
);
const log = answered(await gateway.GET("/api/logs", { params: { query: { limit: 100 } } }));
const balance = answered(await gateway.GET("/api/balance"));
const full = answered(await gateway.GET("/api/v1/balance"));
const refused = await gateway.POST("/api", { body: { to: "0977", message } });

console.log(
  JSON.stringify({
    first,
    second,
    status: status.data,
    logged: log.logs.map((entry) => entry.message_id),
    balance: balance.balance,
    available: full.available,
    refused: refused.error,
  }),
);
