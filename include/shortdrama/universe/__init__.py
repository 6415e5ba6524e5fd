"""The universe: which apps count, by the accepted products and a reviewed file of corrections."""
