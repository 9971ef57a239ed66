// Requests of other kinds with Java's own HttpClient. See programs.py.

import java.io.ByteArrayInputStream;
import java.net.Authenticator;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

public class Shapes {
    static final int AT_ONCE = 8;
    static final HttpClient CLIENT = HttpClient.newHttpClient();

    static URI single;
    static String key, text;

    public static void main(String[] args) throws Exception {
        single = URI.create(args[0] + args[2]);
        key = args[1];
        text = args[5];
        String to = args[6];
        List<String> seen = new ArrayList<>();
        seen.add(sent("chunked", request(key, inChunks(json(quoted(to), "chunked")))));
        seen.add(sent("100-continue",
            request(key, whole(json(quoted(to), "100-continue"))).expectContinue(true)));
        // Java writes a double of this size as 2.6097…E11.
        String number = String.valueOf(Double.parseDouble(to));
        seen.add(sent("double", request(key, whole(json(number, "double")))));
        seen.add(seen("wrong key", withAuthenticator().send(
            request("WRONG", whole(json(quoted(to), "wrong key"))).build(),
            BodyHandlers.ofString())));
        seen.add(webSocket());
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int place = 1; place <= AT_ONCE; place++) {
            answers.add(CLIENT.sendAsync(
                request(key, whole(json(quoted(to), "at once " + place))).build(),
                BodyHandlers.ofString()));
        }
        for (int place = 1; place <= AT_ONCE; place++) {
            seen.add(seen("at once " + place, answers.get(place - 1).join()));
        }
        System.out.println("{" + String.join(",", seen) + "}");
        System.exit(0);
    }

    static String quoted(String value) {
        return "\"" + value + "\"";
    }

    static String json(String to, String name) {
        return "{\"to\":" + to + ",\"message\":\"" + name + ", " + text + "\"}";
    }

    static BodyPublisher whole(String body) {
        return BodyPublishers.ofString(body);
    }

    static BodyPublisher inChunks(String body) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.getBytes()));
    }

    static HttpRequest.Builder request(String key, BodyPublisher body) {
        return HttpRequest.newBuilder(single)
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .header("X-API-Key", key)
            .POST(body);
    }

    static String sent(String name, HttpRequest.Builder request) throws Exception {
        return seen(name, CLIENT.send(request.build(), BodyHandlers.ofString()));
    }

    static String seen(String name, HttpResponse<String> answer) {
        return seen(name, answer.statusCode(), answer.body());
    }

    static String seen(String name, int status, String answer) {
        return quoted(name) + ":{\"status\":" + status + ",\"answer\":" + answer + "}";
    }

    // A client that could answer a challenge for a password, and so looks for one in each 401.
    static HttpClient withAuthenticator() {
        return HttpClient.newBuilder().authenticator(new Authenticator() { }).build();
    }

    static String webSocket() {
        URI place = URI.create(single.toString().replaceFirst("http", "ws"));
        try {
            CLIENT.newWebSocketBuilder().buildAsync(place, new WebSocket.Listener() { }).join();
            return seen("websocket", 101, "null");
        } catch (CompletionException error) {
            WebSocketHandshakeException refused = (WebSocketHandshakeException) error.getCause();
            // This client does not give the answer's body.
            return seen("websocket", refused.getResponse().statusCode(), "{}");
        }
    }
}
