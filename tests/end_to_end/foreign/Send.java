// Sends with Java's own HttpClient as it comes: on plain http it offers an upgrade to HTTP/2. See
// programs.py.

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

public class Send {
    static final HttpClient CLIENT = HttpClient.newHttpClient();
    static final int GATEWAY_UNAVAILABLE = 503;
    static final int PAUSE_MS = 250;

    static String baseUrl, key;

    public static void main(String[] args) throws Exception {
        baseUrl = args[0];
        key = args[1];
        int retries = Integer.parseInt(args[2]);
        List<String> to = Arrays.asList(args).subList(5, args.length);
        String many = "[\"" + String.join("\",\"", to) + "\"]";
        List<String> calls = new ArrayList<>();
        for (String call : args[3].split(",")) {
            String text = "\"message\":\"" + args[4] + " " + call + "\"}";
            String one = "\"to\":\"" + to.get(0) + "\"," + text;
            String withKey = "{\"api_key\":\"" + key + "\",";
            HttpRequest.Builder request = switch (call) {
                case "single" -> post("/api", withKey + one);
                case "bulk" -> post("/api/bulk", withKey + "\"recipients\":" + many + "," + text);
                case "feltech_single" -> withBearer(post("/api/v1/sms/send", "{" + one));
                case "feltech_bulk" -> withBearer(
                    post("/api/v1/sms/send-bulk", "{\"to\":" + many + "," + text));
                default -> to("/api/balance?api_key=" + key);
            };
            calls.add("\"" + call + "\":" + answered(request.build(), retries));
        }
        System.out.println("{" + String.join(",", calls) + "}");
    }

    static HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(baseUrl + path));
    }

    static HttpRequest.Builder post(String path, String json) {
        return to(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json));
    }

    static HttpRequest.Builder withBearer(HttpRequest.Builder request) {
        return request.header("Authorization", "Bearer " + key);
    }

    static String answered(HttpRequest request, int retries) throws Exception {
        int attempts = 1;
        HttpResponse<String> answer = CLIENT.send(request, BodyHandlers.ofString());
        while (answer.statusCode() == GATEWAY_UNAVAILABLE && attempts <= retries) {
            Thread.sleep(PAUSE_MS);
            answer = CLIENT.send(request, BodyHandlers.ofString());
            attempts++;
        }
        return "{\"status\":" + answer.statusCode() + ",\"attempts\":" + attempts
            + ",\"answer\":" + answer.body() + "}";
    }
}
