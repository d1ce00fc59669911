package transit

import (
	"context"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// shared is one container for all tests. It ends with the process of the tests.
var shared = sync.OnceValues(func() (string, error) {
	ctx := context.Background()
	c, err := testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		ContainerRequest: testcontainers.ContainerRequest{
			Image:        "nctsim",
			ExposedPorts: []string{"8080/tcp"},
			Env:          map[string]string{"NCTSIM_PROFILE": "instant", "NCTSIM_WORKSPACES": "on"},
			WaitingFor:   wait.ForHTTP("/health/ready").WithPort("8080/tcp").WithStartupTimeout(30 * time.Second),
		},
		Started: true,
	})
	if err != nil {
		return "", err
	}
	return c.PortEndpoint(ctx, "8080/tcp", "http")
})

// workspace is the base URL of a simulator that the test has for itself, in the container that all share. It is made by its first request,
// and deleted when the test ends.
func workspace(t *testing.T) string {
	t.Helper()
	url, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	t.Cleanup(func() {
		req, err := http.NewRequest(http.MethodDelete, url+"/simulator/v1/workspaces/"+name, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	})
	return url + "/workspaces/" + name
}

func TestDeparture(t *testing.T) {
	t.Parallel()
	declare(t, workspace(t))
}

func TestAnotherDeparture(t *testing.T) {
	t.Parallel()
	declare(t, workspace(t)) // the same LRN, and yet not the same movement
}

func declare(t *testing.T, url string) {
	t.Helper()
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
