// This file lets linear_config.go declare a function without a body.
