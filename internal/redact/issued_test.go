package redact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Tokens that were made to be recognized are masked under any name, and what only
// begins like one is not. None of these was ever issued.
func TestIssuedTokens(t *testing.T) {
	x := func(n int) string { return strings.Repeat("Zx9", n)[:n] }
	h := func(n int) string { return strings.Repeat("0a9f", n)[:n] }
	for _, token := range []string{
		"ghp_" + x(36), "gho_" + x(36), "github_pat_" + x(60), "glpat-" + x(20), "glrt-" + x(20), "glsoat-" + x(20), "xoxb-" + x(24), "xapp-1-" + x(24),
		"AKIA" + strings.ToUpper(x(16)), "ASIA" + strings.ToUpper(x(16)), "sk_live_" + x(24), "rk_test_" + x(24), "whsec_" + x(32), "AIza" + x(35), "ya29." + x(40),
		"GOCSPX-" + x(28), "npm_" + x(36), "SG." + x(22) + "." + x(43), "dckr_pat_" + x(27), "hvs." + x(24), "pypi-" + x(40), "rubygems_" + h(48),
		"sk-ant-api03-" + x(40), "sk-proj-" + x(48), "sk-" + x(48), "hf_" + x(34), "gsk_" + x(52), "r8_" + x(37), "sbp_" + h(40), "figd_" + x(40), "glsa_" + x(41),
		"lin_api_" + x(40), "sntrys_" + x(60), "dop_v1_" + h(64), "shpat_" + h(32), "pscale_tkn_" + x(43), "sq0csp-" + x(43), "NRAK-" + strings.ToUpper(x(27)),
		"AGE-SECRET-KEY-1" + strings.ToUpper(x(58)), "ATATT3" + x(60), "dapi" + h(32), "123456789:AA" + x(33), "dp.pt." + x(43), x(14) + ".atlasv1." + x(60), "key-" + h(32),
		"$2y$10$" + x(53), "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0." + x(43),
	} {
		for _, text := range []string{token, "the value is " + token + ".", `{"data":"` + token + `"}`, "config=" + token + "\n"} {
			assert.NotContains(t, (*Secrets)(nil).Text(text), token, text)
		}
		assert.True(t, HoldsSecret("value", token), token)
	}
	for _, text := range []string{
		"gh_pages", "glpat-", "xox-b", "AKIA", "sk-learn", "sk-toleration-of-something", "hf_transfer", "npm_config_cache", "SG.1", "v1_beta", "key-value-store",
		"test_database", "live_pods", "api_server_with_a_long_name_of_many_words", "pat-1", "dapi-server", "eyJ", "12345678:AB", "proj-a-service-account-of-somebody",
		"secret-key-of-the-production-cluster", "the api-gateway-deployment-with-a-very-long-name", "or-else-something-that-is-long-enough",
	} {
		assert.Equal(t, text, (*Secrets)(nil).Text(text))
		assert.False(t, HoldsSecret("value", text), text)
	}
}

func TestHeadersAndNestedAssignments(t *testing.T) {
	for _, text := range []string{
		"X-Auth-Token: Zq7SENTINELx9Kw", "x-api-key:Zq7SENTINELx9Kw", `-H "PRIVATE-TOKEN: Zq7SENTINELx9Kw"`, `{"X-Vault-Token": "Zq7SENTINELx9Kw"}`,
		"--set=auth.password=Zq7SENTINELx9Kw", "-Dspring.x=y --set a=b,db.password=Zq7SENTINELx9Kw", "env=DB_PASSWORD=Zq7SENTINELx9Kw",
	} {
		assert.NotContains(t, (*Secrets)(nil).Text(text), "Zq7SENTINELx9Kw", text)
	}
	for _, text := range []string{
		"Secret x-token: no such key", "x-api-key: must not be empty", "--set=a.b=c", "a=b=c", "Deployment x-auth: something", "private-token: placeholder",
	} {
		assert.Equal(t, text, (*Secrets)(nil).Text(text))
	}
}
