import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A client of the CTC Traders API as one writes it for HMRC's sandbox, for a JDK of version 17 or later and nothing else: from a
 * token to the release of goods, with a test user, PKCE, a refreshed token and a callback. Only the host is another one.
 *
 * <pre>java Client.java http://localhost:8080 declaration.xml [upload]</pre>
 *
 * The declaration is XML, JSON if its name ends in .json, or XML that is uploaded as a large message. A real program has a
 * library for JSON where this one has {@link #text}.
 */
public class Client {
    // What the Developer Hub says of the application, and what was entered there.
    static final String CLIENT_ID = "exampleClient00000000000001a", CLIENT_SECRET = "5f0c7a52-93d1-4c1e-8a57-1b8e6d2f4c90";
    static final String PUSH_SECRET = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U";
    static final int PORT = Integer.parseInt(System.getenv().getOrDefault("CLIENT_PORT", "8081"));
    static final String REDIRECT = "http://localhost:" + PORT + "/oauth20/callback";

    static final BlockingQueue<Map<String, String>> GRANTED = new LinkedBlockingQueue<>();
    static final BlockingQueue<String> NOTIFICATIONS = new LinkedBlockingQueue<>();
    static final HttpClient HTTP = HttpClient.newHttpClient();
    static String host;

    public static void main(String[] args) throws Exception {
        host = args[0];
        Path file = Path.of(args[1]);
        boolean upload = args.length > 2 && args[2].equals("upload");
        String format = args[1].endsWith(".json") ? "json" : "xml";
        HttpServer server = HttpServer.create(new InetSocketAddress(PORT), 0);
        server.createContext("/oauth20/callback", Client::comeBack);
        server.createContext("/notifications", Client::takeNotification);
        server.start();
        try {
            run(file, upload, format);
        } finally {
            server.stop(0);
        }
    }

    static void run(Path file, boolean upload, String format) throws Exception {
        String own = text(token(Map.of("grant_type", "client_credentials")), "access_token");
        System.out.println(text(call("GET", "/hello/application", own, "1.0+json", null, null), "message"));
        String user = call("POST", "/create-test-user/organisations", own, "1.0+json", "application/json",
            "{\"serviceNames\":[\"common-transit-convention-traders\"]}".getBytes(UTF_8));
        System.out.println("sign in as " + text(user, "userId") + " " + text(user, "password"));

        String state = random(16), verifier = random(48);
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(UTF_8));
        Map<String, String> query = new LinkedHashMap<>();
        query.put("response_type", "code");
        query.put("client_id", CLIENT_ID);
        query.put("scope", "common-transit-convention-traders");
        query.put("redirect_uri", REDIRECT);
        query.put("state", state);
        query.put("code_challenge", Base64.getUrlEncoder().withoutPadding().encodeToString(hash));
        query.put("code_challenge_method", "S256");
        System.out.println("open " + host + "/oauth/authorize?" + encode(query));
        Map<String, String> back = GRANTED.poll(5, TimeUnit.MINUTES);
        if (back == null || !state.equals(back.get("state")) || !back.containsKey("code")) {
            throw new IOException("not granted: " + back);
        }
        String tokens = token(Map.of("grant_type", "authorization_code", "redirect_uri", REDIRECT, "code", back.get("code"), "code_verifier", verifier));
        String access = text(token(Map.of("grant_type", "refresh_token", "refresh_token", text(tokens, "refresh_token"))), "access_token");

        String departures = "/customs/transits/movements/departures", made;
        if (upload) { // no body and no Content-Type: a large message
            made = call("POST", departures, access, "2.1+json", null, null);
            send(made, Files.readAllBytes(file));
        } else {
            made = call("POST", departures, access, "2.1+json", "application/" + format, Files.readAllBytes(file));
        }
        String departure = text(made, "departureId");
        System.out.println("declared " + departure);

        for (String type = ""; !type.equals("IE029"); ) {
            String notice = NOTIFICATIONS.poll(5, TimeUnit.MINUTES);
            if (notice == null) {
                throw new IOException("no notification");
            }
            if (!departure.equals(text(notice, "departureId"))) {
                continue;
            }
            if ("SUBMISSION_NOTIFICATION".equals(text(notice, "notificationType"))) {
                System.out.println("submitted: " + text(notice, "code"));
                continue;
            }
            type = text(notice, "messageType");
            System.out.println(type);
            if (type.equals("IE029")) {
                String released = call("GET", text(notice, "messageUri") + "/body", access, "2.1+" + format, null, null);
                System.out.println("released: " + released.contains("CC029C"));
            }
        }
    }

    /** Gets tokens: a form with the credentials in it. */
    static String token(Map<String, String> fields) throws Exception {
        Map<String, String> form = new LinkedHashMap<>(fields);
        form.put("client_id", CLIENT_ID);
        form.put("client_secret", CLIENT_SECRET);
        return exchange(HttpRequest.newBuilder(URI.create(host + "/oauth/token")).header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(encode(form))).build());
    }

    static String call(String method, String path, String token, String accept, String type, byte[] body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(host + path))
            .header("Authorization", "Bearer " + token).header("Accept", "application/vnd.hmrc." + accept)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (type != null) {
            request.header("Content-Type", type);
        }
        return exchange(request.build());
    }

    static String exchange(HttpRequest request) throws Exception {
        HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IOException(request.method() + " " + request.uri() + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    /** Sends a file to where the answer to a large message says: every field as a part, the file last. */
    static void send(String made, byte[] file) throws Exception {
        String boundary = random(16), form = made.substring(made.indexOf("\"fields\":{") + 9);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Matcher field = Pattern.compile("\"([^\"]+)\":\"([^\"]*)\"").matcher(form); field.find(); ) {
            body.write(("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + field.group(1) + "\"\r\n\r\n" + field.group(2) + "\r\n").getBytes(UTF_8));
        }
        body.write(("--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"declaration.xml\"\r\n"
            + "Content-Type: application/xml\r\n\r\n").getBytes(UTF_8));
        body.write(file);
        body.write(("\r\n--" + boundary + "--\r\n").getBytes(UTF_8));
        exchange(HttpRequest.newBuilder(URI.create(text(made.substring(made.indexOf("\"uploadRequest\"")), "href")))
            .header("Content-Type", "multipart/form-data; boundary=" + boundary).POST(BodyPublishers.ofByteArray(body.toByteArray())).build());
    }

    /** Where people come back to with a code. */
    static void comeBack(HttpExchange exchange) throws IOException {
        GRANTED.add(query(exchange));
        answer(exchange, 200, "You can close this window.");
    }

    /** Where notifications are pushed to, after a challenge when the URL is registered. */
    static void takeNotification(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("GET")) {
            answer(exchange, 200, "{\"challenge\":\"" + query(exchange).get("challenge") + "\"}");
            return;
        }
        byte[] body = exchange.getRequestBody().readAllBytes();
        String signature = exchange.getRequestHeaders().getFirst("X-Hub-Signature");
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(PUSH_SECRET.getBytes(UTF_8), "HmacSHA1"));
            byte[] expected = HexFormat.of().formatHex(mac.doFinal(body)).getBytes(UTF_8);
            if (signature == null || !MessageDigest.isEqual(expected, signature.getBytes(UTF_8))) {
                answer(exchange, 403, "");
                return;
            }
        } catch (java.security.GeneralSecurityException e) {
            throw new IOException(e);
        }
        NOTIFICATIONS.add(text(new String(body, UTF_8), "message"));
        answer(exchange, 200, "");
    }

    static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    static Map<String, String> query(HttpExchange exchange) {
        String query = exchange.getRequestURI().getRawQuery();
        return Arrays.stream((query == null ? "" : query).split("&")).map(pair -> pair.split("=", 2)).filter(pair -> pair.length == 2)
            .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], UTF_8)));
    }

    static String encode(Map<String, String> fields) {
        return fields.entrySet().stream().map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), UTF_8)).collect(Collectors.joining("&"));
    }

    static String random(int bytes) {
        byte[] b = new byte[bytes];
        new SecureRandom().nextBytes(b);
        return HexFormat.of().formatHex(b);
    }

    /** The first text of that name in JSON. */
    static String text(String json, String name) {
        int start = json.indexOf("\"" + name + "\":\"");
        if (start < 0) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        for (int i = start + name.length() + 4; json.charAt(i) != '"'; i++) {
            if (json.charAt(i) == '\\') {
                i++;
            }
            text.append(json.charAt(i));
        }
        return text.toString();
    }
}
