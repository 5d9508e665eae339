// Replaced when the module arrives.
