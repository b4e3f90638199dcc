package apischema

// requiredFields are where the API server and the OpenAPI document differ about
// what is required.
var requiredFields = map[string]bool{}

// freeEnums are fields whose values the API server does not check.
var freeEnums = map[string]struct{}{}

// enums are values of fields that Kubernetes' own code checks and its OpenAPI
// document does not list.
var enums = map[string][]string{}

// valueChecks are rows about the values of fields, by type and field.
var valueChecks map[string][]valueCheck

// objectChecks are rows about objects, by type.
var objectChecks map[string][]objectCheck
