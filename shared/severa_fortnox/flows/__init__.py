"""The steps with I/O: gather, decide, carry_out, record; one module an entity."""
