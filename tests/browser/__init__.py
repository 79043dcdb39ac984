"""A package, so that the suite of these tests ends with them."""
