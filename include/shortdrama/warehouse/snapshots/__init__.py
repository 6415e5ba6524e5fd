"""Published snapshots, for readers: manifest, pointer, a connection on one of them."""
