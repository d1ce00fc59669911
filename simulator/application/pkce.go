package application

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"nctsim/simulator/pattern"
)

// verifierForm is what a code verifier looks like (RFC 7636, section 4.1).
var verifierForm = pattern.New(`^[A-Za-z0-9._~-]{43,128}$`)

// ValidVerifier reports whether a text can be a code verifier.
func ValidVerifier(verifier string) bool { return verifierForm().MatchString(verifier) }

// Proves reports whether a code verifier is the one that a challenge of method S256 was made of.
func Proves(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}
