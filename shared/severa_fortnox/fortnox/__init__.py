"""The Fortnox edge: client, authorisation, models, and what is unknown about it."""
