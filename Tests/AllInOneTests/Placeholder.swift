// Replaced when the tests arrive.
