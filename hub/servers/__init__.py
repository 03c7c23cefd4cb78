"""The private NATS and PostgreSQL servers of one data folder, and the way to reach whichever servers serve a hub."""
