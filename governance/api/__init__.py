"""Governance for machines: spheres, powers, seats, bodies, matters, decisions; and the tokens that open the API."""
