package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// ReadAuthorities reads certificates in PEM of authorities whose signatures subscribers may show. The error says what is
// wrong with the text.
func ReadAuthorities(text []byte) ([]*x509.Certificate, error) {
	const hint = "hint: it has to hold certificates in PEM, -----BEGIN CERTIFICATE----- and so on"
	var found []*x509.Certificate
	rest := bytes.TrimPrefix(text, []byte("\ufeff"))
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("it holds a %s; %s", block.Type, hint)
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d cannot be read: %w; %s", len(found)+1, err, hint)
		}
		found = append(found, certificate)
	}
	// Blocks that are damaged have been passed over.
	switch begun := bytes.Count(text, []byte("-----BEGIN ")); {
	case begun > len(found):
		return nil, fmt.Errorf("%d of its %d certificates are damaged; %s", begun-len(found), begun, hint)
	case len(found) == 0:
		return nil, fmt.Errorf("it holds no certificate; %s", hint)
	}
	return found, nil
}

// roots are the authorities that a subscriber's certificate may come from.
func (s *Service) roots() (*x509.CertPool, error) { return Roots(s.Authorities) }

// Roots are the authorities that the certificate of a server may come from: those of the system, or Mozilla's, which come
// with the program, where the system has none, as in a container of nothing else; and more.
func Roots(more []*x509.Certificate) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil || pool.Equal(x509.NewCertPool()) {
		if pool, err = bundled(); err != nil {
			return nil, err
		}
	}
	for _, a := range more {
		pool.AddCert(a)
	}
	return pool, nil
}

// bundled are the authorities that come with the program.
func bundled() (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	for root := range bundle.Roots() {
		certificate, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			return nil, fmt.Errorf("read the bundled authorities: %w", err)
		}
		if root.Constraint == nil {
			pool.AddCert(certificate)
		} else {
			pool.AddCertWithConstraint(certificate, root.Constraint)
		}
	}
	return pool, nil
}

// dialTLS connects to a subscriber and looks at its certificate. The authorities are read when the first one is called, and
// not while the simulator starts.
func (s *Service) dialTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	pool, err := s.trusted()
	if err != nil {
		return nil, err
	}
	dialer := tls.Dialer{Config: &tls.Config{ServerName: host, RootCAs: pool}}
	return dialer.DialContext(ctx, network, addr)
}

// untrusted adds to the error of a certificate from an unknown authority what can be done.
func untrusted(err error) error {
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) {
		return err
	}
	return fmt.Errorf("%w; hint: --callback-ca names a file with the certificate of who has signed the subscriber's", err)
}
