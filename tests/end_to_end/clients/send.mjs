// Sends what the published document sends with Node, and prints what came back as one JSON line.
// Takes SMS_BASE_URL and SMS_API_KEY from the environment.

const { SMS_BASE_URL: baseUrl, SMS_API_KEY: apiKey } = process.env;

const send = async (name, to, message) => {
  const response = await fetch(`${baseUrl}/api`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ api_key: apiKey, to, message }),
  });
  const answer = await response.json();
  return { call: "send", name, to: [to], message, status: response.status, answer };
};

console.log(
  JSON.stringify([await send("single", "260977000000", "Your order is ready for pickup!")]),
);
