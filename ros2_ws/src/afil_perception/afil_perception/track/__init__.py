"""Stage 3, track: identities that last over frames."""
