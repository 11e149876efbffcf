"""Territories, location, access rules, restrictions and the decision: pure, standard library only."""
