"""Measurements of the product beside a bare way to do the same, from one run on one machine.

`script/benchmarks` runs them all and writes the table in docs/benchmarks.md. A number alone says more about the
computer than about the product, so nearly every figure here is a ratio, taken in turns with what it is compared with.
The product never imports this package, and nothing in it is about a real person.
"""
