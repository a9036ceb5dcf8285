"""From a problem to a mail a person can act on."""
