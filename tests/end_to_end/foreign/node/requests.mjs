// The five calls as Node's clients are given them. See programs.py.

const [baseUrl, key, retries, calls, text, ...to] = process.argv.slice(2);

export const RETRIES = Number(retries);
export const PAUSE_MS = 250;
export const GATEWAY_UNAVAILABLE = 503;
export const HEADERS = { Authorization: `Bearer ${key}` };

const requests = {
  single: ["/api", { api_key: key, to: to[0] }],
  bulk: ["/api/bulk", { api_key: key, recipients: to }],
  feltech_single: ["/api/v1/sms/send", { to: to[0] }],
  feltech_bulk: ["/api/v1/sms/send-bulk", { to }],
  balance: [`/api/balance?api_key=${key}`, undefined],
};

// Makes each call by ask(url, fields), without fields where nothing is posted, and prints what
// came of it.
export const run = async (ask) => {
  const seen = {};
  for (const call of calls.split(",")) {
    const [path, fields] = requests[call];
    seen[call] = await ask(
      baseUrl + path,
      fields && { ...fields, message: `${text} ${call}` },
    );
  }
  console.log(JSON.stringify(seen));
};
