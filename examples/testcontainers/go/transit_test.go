package transit

import (
	"context"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// startNctsim starts a container and returns where it answers.
func startNctsim(ctx context.Context, t *testing.T) string {
	t.Helper()
	c, err := testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		ContainerRequest: testcontainers.ContainerRequest{
			Image:        "nctsim",
			ExposedPorts: []string{"8080/tcp"},
			Env:          map[string]string{"NCTSIM_PROFILE": "instant"},
			WaitingFor:   wait.ForHTTP("/health/ready").WithPort("8080/tcp").WithStartupTimeout(30 * time.Second),
		},
		Started: true,
	})
	testcontainers.CleanupContainer(t, c)
	if err != nil {
		t.Fatal(err)
	}
	url, err := c.PortEndpoint(ctx, "8080/tcp", "http")
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func TestDeclarationIsAccepted(t *testing.T) {
	url := startNctsim(t.Context(), t)
	declaration, err := os.Open("../../../fixtures/phase5/valid/ie015-simplified-gb-xi.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer declaration.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/customs/transits/movements/departures", declaration)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer GB123456789000")
	req.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
	req.Header.Set("Content-Type", "application/xml")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		t.Fatalf("answered %s", res.Status)
	}
}
