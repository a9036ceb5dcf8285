"""Pure rules: facts and settings in, one decision out; one module an entity."""
