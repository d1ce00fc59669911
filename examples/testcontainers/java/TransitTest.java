import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

@Testcontainers
class TransitTest {
    @Container
    private static final GenericContainer<?> NCTSIM = new GenericContainer<>(DockerImageName.parse("nctsim"))
        .withExposedPorts(8080)
        .withEnv("NCTSIM_PROFILE", "instant")
        .waitingFor(Wait.forHttp("/health/ready").forPort(8080));

    @Test
    void aDeclarationIsAccepted() throws Exception {
        String url = "http://" + NCTSIM.getHost() + ":" + NCTSIM.getMappedPort(8080);
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/customs/transits/movements/departures"))
            .header("Authorization", "Bearer GB123456789000")
            .header("Accept", "application/vnd.hmrc.2.1+json")
            .header("Content-Type", "application/xml")
            .POST(HttpRequest.BodyPublishers.ofFile(Path.of("../../../fixtures/phase5/valid/ie015-simplified-gb-xi.xml")))
            .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertEquals(202, response.statusCode(), response.body());
    }
}
