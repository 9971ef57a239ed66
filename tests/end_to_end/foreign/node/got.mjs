// Sends with got, and has it retry POST beside the methods that it retries by itself.
import got from "got";
import { HEADERS as headers, PAUSE_MS, RETRIES, run } from "./requests.mjs";

const retry = RETRIES && {
  limit: RETRIES,
  methods: ["POST"],
  // 0 means no more retries
  calculateDelay: ({ computedValue, retryAfter }) => computedValue && (retryAfter ?? PAUSE_MS),
};

const seen = ({ statusCode, body, retryCount }, raised) => ({
  status: statusCode,
  attempts: retryCount + 1,
  answer: JSON.parse(body),
  raised,
});

await run((url, fields) =>
  (fields
    ? got.post(url, { json: fields, headers, ...(retry && { retry }) })
    : got(url, { headers })
  ).then(
    (response) => seen(response),
    (error) => seen(error.response, error.name),
  ),
);
