"""Pure translation between a Severa model and a Fortnox model, one module an entity."""
