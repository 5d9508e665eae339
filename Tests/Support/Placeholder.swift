// Replaced when the test support arrives.
