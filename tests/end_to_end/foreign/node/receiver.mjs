// Takes webhooks that npm's standardwebhooks verifies; see receivers.py.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const [host, port] = process.argv[2].split(":");
const webhook = new Webhook(process.env.WEBHOOK_SECRET);

createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    try {
      const event = webhook.verify(Buffer.concat(pieces).toString("utf8"), request.headers);
      console.log(JSON.stringify(event));
      response.writeHead(204).end();
    } catch (error) {
      response.writeHead(401).end(String(error.message));
    }
  });
}).listen(Number(port), host);
