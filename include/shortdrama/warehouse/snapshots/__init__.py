"""Published snapshots, as readers find them: manifest, pointer, a connection on one of them."""
