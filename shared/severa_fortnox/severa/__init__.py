"""The Severa edge: client, models, and what is unknown about it."""
