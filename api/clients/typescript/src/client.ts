// The client.
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { Agent, fetch } from "undici";
import { NoAnswer, refusal } from "./errors.js";
import { Calls, VERSION } from "./gateway.js";
import { mayBeRepeated, type Request } from "./request.js";
import { answerOf, isAccepted, pauseSAfter, RETRIES, type Answer, type Lost, type Retries } from "./retries.js";

/** How a client is made. */
export interface Settings {
  readonly apiKey: string;
  /** http:// or https:// and a host. */
  readonly baseUrl: string;
  readonly retries?: Partial<Retries>;
  /** Seconds that a connection may take. */
  readonly connectS?: number;
  /** Seconds that an answer may take then. */
  readonly readS?: number;
}

/** One account's calls to one gateway; each throws what `NgomaError` heads. */
export class Ngoma extends Calls {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #retries: Retries;
  readonly #connectS: number;
  readonly #readS: number;
  readonly #agent: Agent;

  constructor({ apiKey, baseUrl, retries = {}, connectS = 5, readS = 30 }: Settings) {
    super();
    const key = apiKey.trim();
    if (!/^[!-~]+$/.test(key)) {
      throw new TypeError("the API key is empty, or has characters that no key has");
    }
    if (!/^https?:\/\/[^@/]+(\/[^@]*)?$/.test(baseUrl) || !URL.canParse(baseUrl)) {
      throw new TypeError("the address is http:// or https:// and a host, without a user");
    }
    this.#url = baseUrl.replace(/\/+$/, "");
    this.#headers = {
      Authorization: `Bearer ${key}`,
      Accept: "application/json",
      "User-Agent": `ngoma-client-typescript/${VERSION} Node/${process.versions.node}`,
    };
    this.#retries = { ...RETRIES, ...retries };
    this.#connectS = connectS;
    this.#readS = readS;
    this.#agent = new Agent({ connect: { timeout: connectS * 1_000 } });
  }

  /** End its connections. */
  async close(): Promise<void> {
    await this.#agent.close();
  }

  protected override async ask<T>(request: Request): Promise<T> {
    let pausedS = 0;
    for (let made = 1; ; made++) {
      const outcome = await this.#try(request);
      const pauseS = mayBeRepeated(request)
        ? pauseSAfter(outcome, this.#retries, made, pausedS)
        : undefined;
      if (pauseS === undefined) return result(request, outcome) as T;
      pausedS += pauseS;
      await sleep(pauseS * 1_000);
    }
  }

  async #try({ method, path, query = {}, body, key }: Request): Promise<Answer | Lost> {
    const asked = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) asked.set(name, String(value));
    }
    const wait = query["wait"];
    const seconds = this.#connectS + this.#readS + (typeof wait === "number" ? wait : 0);
    try {
      const answer = await fetch(`${this.#url}${path}${asked.size ? `?${asked}` : ""}`, {
        method,
        headers: {
          ...this.#headers,
          ...(key === undefined ? {} : { "Idempotency-Key": key }),
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        redirect: "manual",
        dispatcher: this.#agent,
        signal: AbortSignal.timeout(seconds * 1_000),
      });
      return answerOf(answer.status, await answer.text(), answer.headers.get("Retry-After"));
    } catch (error) {
      return { reason: reasonOf(error) };
    }
  }

  [inspect.custom](): string {
    return `Ngoma { ${this.#url} }`;
  }
}

function result({ key }: Request, outcome: Answer | Lost): unknown {
  if (!("status" in outcome)) throw new NoAnswer(outcome.reason, key);
  if (isAccepted(outcome)) return outcome.body;
  throw refusal(outcome.status, outcome.body, outcome.retryAfterS, key);
}

/** Say why no answer came, without the request: fetch's own error is "fetch failed", and has a cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return "unknown";
  return cause.message || ("code" in cause ? String(cause.code) : cause.name);
}
