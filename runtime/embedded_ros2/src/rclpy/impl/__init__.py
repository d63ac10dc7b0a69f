"""How the embedded client library talks DDS; nothing here is public API."""
